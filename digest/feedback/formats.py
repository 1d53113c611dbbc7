"""How mail servers write bounces in prose: a table of wordings, by what they tell.

To teach the parser another server, add its wordings to the tables here; nothing else knows servers
by name.
"""

import re

from digest.feedback.addresses import WIDE

I = re.IGNORECASE  # noqa: E741

SENDERS = re.compile(
    r"mailer[-_. ]?daemon|post_?master|mail[-_. ]?delivery|daemon@|mail administrator|"
    r"administrator@|microsoftexchange[0-9a-f]{8}|"
    r"mail[-_. ]?(?:system|router|server|gateway)|mdaemon|delivery[-_. ]?sub-?system|"
    r"no-?reply@(?:sns\.amazonaws|google)|microsoft exchange|bounce|<>|e-?mail system|fml",
    I,
)
SUBJECTS = re.compile(
    r"undeliver|not delivered|un-?deliver|(?:delivery|deliver) (?:status|fail|error|problem|notif|"
    r"has failed|report|"
    r"unsuccess|impossible|subsystem|delay)|fail(?:ed|ure) (?:notice|delivery|to deliver|mail)|"
    r"failure notice|returned (?:mail|e-?mail|message|to sender)|"
    r"return(?:ing|ed)? .{0,20}(?:to )?sender|mail (?:failure|delivery|could not|error|status|"
    r"system error|failed)|non[- ]?deliver|could ?n.t (?:be )?deliver|"
    r"could not be (?:delivered|sent)|cannot (?:be )?(?:deliver|sent)|unable to (?:deliver|send)|"
    r"warning: message|error sending|mail system|message (?:status|delayed|bounced|not sent|"
    r"could)|"
    r"(?:sending|transmission|delivery) (?:your )?(?:e-?mail |mail |message )?(?:failed|failure|"
    r"error)|bounce|problem delivering|there was an error|"
    r"unzustellbar|zustellung|nicht zugestellt|non remis|non distribu|[ée]chec|no se (?:pudo|"
    r"puede)|no entregado|n[aã]o entregue|devolvid|mancato recapito|"
    r"non recapit|niedostarcz|nie dostarczon|inte att leverera|ikke lever|teslim edilemedi|"
    r"nedoru[cč]|nelze doru|k[eé]zbes[ií]thet|ei voi(?:tu)? toimitta|μη παραδ|αποτυχία παράδοσης|"
    r"배달되지|(?:전송|발송) 실패|반송|falha na entrega|delay in |"
    r"lever(?:ing|ans)\w* miss?ly|toimitus ep[aä]|sikertelen|nu a putut fi|تعذر|لم يتم|"
    r"onbestelbaar|не доставлен|недоставлен|配信|送信できません|エラー|退信|无法投递|未送达|"
    r"投递失败|未達|不在|"
    r"system ?error|"
    r"\bndn\b|\bdsn\b|"
    r"notification message|blocked by|message was not|rejected|permanent (?:delivery )?fail|"
    r"auto(?:matic)? ?reply: failure|virus|email (?:delivery|not|error)",
    I,
)
# Subjects of people who write about a bounce, and of mails that arrived.
ANSWERS = re.compile(
    r"^\s*(?:re|aw|sv|vs|odp|antw|rif|fwd?|wg|tr|rv|enc|doorst|转发|答复)\s*[:：]", I
)
SUCCESSES = re.compile(
    r"\bsuccessful (?:mail |message )?delivery|\b(?:has been|was|were) (?:successful|delivered)|"
    r"\bsuccessfully delivered|^\s*(?:relayed|delivered|zugestellt|remis|entregado)\s*:",
    I,
)
OPENINGS = re.compile(
    r"this message was created automatically by mail delivery|i wasn.t able to deliver your "
    r"message|could not be delivered|"
    r"(?:was|were) (?:not |un)(?:able to be )?deliver|had (?:permanent|transient) .*errors|unable "
    r"to deliver|delivery (?:to the following|has failed|failed)|"
    r"undeliverable|not reach the following recipient|did not reach|failed addresses|following "
    r"address(?:es)?|mail delivery agent|could not deliver|"
    r"user unknown|final-recipient\s*:|notificationtype.{0,4}:.{0,4}(?:bounce|complaint)|returned "
    r"to (?:you|sender)|message you sent|error message below|"
    r"problem delivering|\b[45]\d\d[ -]#?[45]\.\d{1,2}\.\d{1,3}\b|"
    r"remote server returned '?\d{3}|resolver\.(?:adr|rst)\.|"
    r"^\s*5\d\d[ -].{0,80}(?:user|recipient|mailbox|requested action)",
    I | re.MULTILINE,
)

# Where the report ends and the returned mail begins.
COPY_FOLLOWS = re.compile(
    r"^[ \t>|*=_-]*(?:"
    r"below this line is a copy of the message|this is a copy of (?:the|your) (?:message|mail)|"
    r"original message(?: follows| headers| text|:|-| attached)|"
    r"(?:the )?(?:original|your|unsent|returned|undelivered|failed|bounced) (?:message|mail|"
    r"e-?mail)(?:'s)?(?: headers?)?(?: (?:follows|(?:is )?(?:below|attached|included)|"
    r"text).{0,30})?[^\w.]*$|"
    r"(?:message|mail) (?:headers?|text|contents?|header) follows?.{0,40}$|(?:the )?(?:message|"
    r"mail) (?:header|headers|text|contents?)\W*$|"
    r"copy of (?:the )?(?:original )?message|(?:the )?(?:first|beginning|start|top|header|headers|"
    r"body|text) (?:\w+ )?(?:\w+ )?of (?:the|your) (?:original |returned )?(?:message|"
    r"mail).{0,40}$|"
    r"returned message (?:headers?|follows|begins)|message header:|begin original message|"
    r"original mail|unsent message|the header of the original|original headers|"
    r"received: (?:from|by|\(qmail)|return-path: ?<|-+ ?(?:returned|original|forwarded|"
    r"undelivered) (?:message|mail)|content-type: message/rfc822|"
    r"(?:the )?following is (?:a copy|the original|the header)|return(?:ed)? to sender\W*$|原文|"
    r"元のメール"
    r")",
    I | re.MULTILINE,
)

# How a report begins that says which mail it is about, by some of its fields.
ABOUT_FIELDS = re.compile(
    r".{0,80}following header fields:\s{0,9}(?:[ \t]*[\w-]{2,40}:.{0,300}\n){1,20}", I
)

# Lines that name somebody else than the recipient.
NOT_RECIPIENTS = re.compile(
    r"^\W*(?:hello|hi|dear|hallo|bonjour|hola|ciao|ol[aá])\b|"
    r"^\W*(?:(?:from|sender|mail from|reply-to|return[- ]path|errors-to|message-id|id|cc|bcc|"
    r"contact|subject|date|x-[\w-]+|received|"
    r"envelope[- ]?(?:from|sender)|originator|de|von|absender|remitente|差出人|発件人|"
    r"发件人)\b[^<@]{0,20}[:=<])|"
    r"mail from\s*:|envelope-(?:from|sender)|contact (?:the |your |us |our )|"
    r"(?:please|e-?mail|write to|questions|help|assistance|support|administrator|"
    r"postmaster)\b.{0,60}(?:at|to|contact|:)\s*<?[^\s<>@]+@|"
    r"(?:from|sender)\s*[:=]?\s*<?[^\s<>@]+@[^\s<>@]+>?\s*(?:to|was|has|is)?$|sent (?:by|from)|"
    r"message from <?[^\s<>@]+@",
    I,
)

# Lines that name a recipient, the surest form first. ``@`` stands for the address.
_ADDRESS = (
    r"[<'\"(\[]*(?:mailto:|smtp:)?"
    rf"([^\s<>()\[\]\",:;@\\'{WIDE}]{{1,64}}@[\w.-]+\w|"
    r"\"[^\"\s]{1,62}\"@[\w.-]+\w)[>'\")\]]*"
)
RECIPIENT_LINES: tuple[tuple[re.Pattern[str], ...], ...] = tuple(
    tuple(re.compile(form.replace("@", _ADDRESS), I) for form in forms)
    for forms in (
        (
            r"^\W*(?:final|original|failed|intended|recipient)[ -]?(?:recipient|"
            r"address)s?\s*:?\s*(?:rfc822;)?\s*@",
            r"\baddressed to\W{0,3}@",
            r"^\s*(?:>>> )?rcpt to\s*:?\s*@",
            r"^\s*@\s*:(?!\d)",
            r"^\s*(?:\d{3}[ -])?(?:[245]\.\d\.\d+ )?@\s*\.\.\. ?",
            r"^\s*@ (?:invalid address|error_code|user unknown|unknown)",
        ),
        (
            r"^[ \t>|]*(?:[*o•·-] +)?@[ \t|]*[.,;]?\s*(?:\(\w[^@]*\))?\s*$",
            r"^\W{0,4}(?:recipients?|to|address(?:es)?|user|e-?mail|e-?mail address|failed|"
            r"unknown|"
            r"mailbox|rcpt|addressee|addressed to|empf[aä]nger|destinataires?|destinatario|para|"
            r"an|"
            r"宛先|收件人|受信者|получатель|кому|unknown user|unknown address|failed recipients?|"
            r"recipient'?s? e?-?mail(?: address)?)\s*[:：=]\s*@",
        ),
        (
            r"(?:deliver(?:y|ed|ing|able)?|sent|send|sending|message|mail|e-?mail|reach|"
            r"recipients?|"
            r"user|mailbox|address|account|rcpt)\b[^@]{0,60}?\b(?:to|for|recipient|user|mailbox|"
            r"address|account|of|reach)\b:?\s*@",
            r"^\s*@\s+(?:\W|\w)",
        ),
        (
            r"^\s*(?:\d{3}[ -])?(?:[245]\.\d\.\d+ )?(?:user |recipient |mailbox )?@\s*(?:\.\.\.|,|"
            r"-|\()",
            r"\b(?:rejected recipient|unknown (?:user|recipient|address)|no such user|user "
            r"unknown|"
            r"invalid (?:recipient|address|mailbox)|could not deliver|not find)\W+@",
            r"^\s*(?:\d{3}[ -]).{0,60}?@",
            r"@\W{0,3}(?:\.\.\.|was |is |has |does |could|user |not |unknown|failed|rejected|:|"
            r"invalid)",
        ),
    )
)
"""The forms of each tier are taken together; a tier counts where none above it found any."""

# The reply answered the message, not the recipient.
AFTER_DATA = re.compile(
    r"(?:reply|response|respond\w*|answer\w*)\W+(?:was\W+)?(?:to\W+)?(?:the\W+)?(?:end of )?\W*"
    r"(?:mail |message )?data\b|after (?:end of )?(?:sending )?(?:the )?data|>>> (?:data|\.)\s|"
    r"end of data\b|\[data\]|failed after i sent the message|message content|smtp command\W+data\b",
    I,
)
AT_RECIPIENT = re.compile(
    r"\b503\b.{0,30}(?:rcpt|recipient)|have an? \S* ?account|need rcpt|no valid recipients|"
    r"(?:reply|response|answer\w*)\W+(?:to\W+)?(?:the\W+)?rcpt|after rcpt|our rcpt|\[rcpt_to\]|"
    r">>> rcpt to:?.{0,100}\s+<<< [45]|rcpt to: ?<.{1,100}>\W.{0,60}\b[45]\d\d\b|"
    r"does not like recipient|"
    r"rcpt (?:to )?command|rcpt host|sender verify fail|"
    r"smtp command\W+rcpt|rejected recipient|local recipient table[\s\S]{0,40}smtp command\W+data",
    I,
)
