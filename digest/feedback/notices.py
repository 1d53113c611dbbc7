"""Mail that looks like a bounce and is none: automatic replies, challenges, read receipts."""

import re

from digest.domain.feedback import Reason
from digest.feedback.formats import SENDERS
from digest.feedback.mime import Headers, Mail

_AUTO_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-mail-autoreply",
)
_AUTO_SUBJECTS = re.compile(
    r"^\W*(?:(?:re|aw|sv|fwd?)\s*:\s*)*(?:auto(?:matic)?[- _]?(?:reply|response|responder|"
    r"matische antwort|answer)|automatische antwort|"
    r"out[- ]of[- ](?:the[- ])?office|on vacation|vacation|away from|i am (?:away|out|on)|"
    r"abwesenheit|abwesend|au(?:ß|ss)er haus|poza biurem|r[ée]ponse automatique|absence|"
    r"respuesta autom[aá]tica|fuera de (?:la )?oficina|resposta autom[aá]tica|risposta automatica|"
    r"fuori sede|automatisch antwoord|afwezig|"
    r"autosvar|automaattinen|автоответ|自动回复|自動回覆|自動返信|不在(?:通知|返信)|자동)",
    re.IGNORECASE,
)
_LEAVING = re.compile(
    r"^\W*(?:re\s*:\s*)?(?:unsubscribe|list-unsubscribe|opt[- ]?out|abmelden|abbestellen|"
    r"d[ée]sabonner|desuscribir|cancelar|disiscrivi)\b",
    re.IGNORECASE,
)
_CHALLENGES = re.compile(
    r"challenge[- ]?(?:response|mail)|please confirm (?:your|that you)|confirm (?:your "
    r")?(?:message|e-?mail)|sender (?:verification|confirmation)|"
    r"verify (?:your|you are)|click .{0,30}(?:to )?(?:confirm|verify|deliver)|boxbe|spamarrest|"
    r"whitelist request|prove (?:that )?you|antispam verification",
    re.IGNORECASE,
)


def notice_of(mail: Mail) -> Reason | None:
    """Which notice a mail without a delivery report is; None where it may be a bounce."""
    headers = mail.headers
    subject = headers.get("subject")[:500]
    if mail.of_type("message/disposition-notification"):
        return Reason.AUTO_REPLY
    if any(name in headers for name in _AUTO_FIELDS) or _AUTO_SUBJECTS.search(subject):
        return Reason.AUTO_REPLY
    if headers.get("precedence").strip().lower() in ("auto_reply", "auto-reply"):
        return Reason.AUTO_REPLY
    if headers.get("auto-submitted").lower().startswith("auto-replied") and _by_a_person(headers):
        return Reason.AUTO_REPLY
    if _LEAVING.match(subject):
        return Reason.UNSUBSCRIBE
    if _CHALLENGES.search(subject):
        return Reason.CHALLENGE
    return None


def _by_a_person(headers: Headers) -> bool:
    """Whether an automatic reply comes from a reader's mailbox; Postfix calls its reports so,
    too."""
    return not SENDERS.search(headers.get("from")[:500])
