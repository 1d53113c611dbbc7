"""What servers write when a mailbox is unknown, gone, full or closed to us.

Each line is one wording: a regular expression, read as ``reply_words`` says.
"""

# A mailbox by any name, then perhaps its address and up to four words more.
_WHO = (
    r"(?:user|mail ?box|recipient|account|addressee|address|e-?mail|alias|local[- ]?part|rcpt|"
    r"login|customer|destination|inbox|person|member|destinataire|adresse|compte|bo[iî]te|"
    r"empf(?:[aä]|ae)nger|adressat|benutzer|postfach|konto|destinat[aá]ri[oa]|usuario|usu[aá]rio|"
    r"utilisateur|cuenta|conta|direcci[oó]n|endere[cç]o|casilla|buz[oó]n|caixa|utente|indirizzo|"
    r"casella|gebruiker|u[zż]ytkownik|u[zž]ivatel|kullan[iı]c[iı])(?:'s)?"
    r"[^\w ]{0,3}(?: ?\(?<@>\)?[^\w ]{0,3})?(?: \S+){0,4}? "
)

USER_UNKNOWN_FOR_SURE = (
    r"recipient address rejected: access denied(?! by)",  # Exchange Online, by its DBEB
    r"(?:user|recipient|mailbox|address|account|receiver)(?: \(?<@>\)?| name)? ?(?:is )?"
    r"(?:un ?known|unkown)\b",
    r"(?:unknown|no such|unrecognized|non-?exist[ae]nt|nonexistant) (?:virtual |local |mail )?"
    r"(?:user|mail ?box|recipients?|account)\b",
    r"invalid (?:recipients?|mailbox|user)\b",
    r"(?:user|mailbox|account|recipient|address)(?: <@>)? (?:does ?n.t|does not) exist",
    r"(?:user|mailbox|account|recipient|recipient address)(?: <@>)?,? not (?:found|known|here)\b",
    r"does(?:n'?t| not) have (?:an? )?(?:\S+ )?(?:account|mail ?box)",
    r"account (?:that )?you tried to reach does not",
    r"not our (?:user|customer)\b",
    r"resolver\.adr\.(?:(?:recip|ex)\w*notfound|badprimary)",
    r"recipient ?not ?found",
    r"unknown or illegal (?:alias|user)",
    r"requested action not taken: mailbox unavailable",
    r"\b550\b.{0,16}mailbox unavailable(?! or access)",
    r"(?:invalid|unknown) (?:final delivery user|local[- ]part)",
    r"\brcp-p1\b",  # Facebook
    r"(?:user|mailbox) unavailable or (?:unknown|not found)",
    r"(?:destinataire|destinatario|empf[aä]nger)\w* (?:inconnu|invalide|desconocido|unbekannt)",
    r"(?:check|verify) (?:if|that|whether) (?:the |your |their |this )?(?:recipient's )?"
    r"(?:e-?mail )?address (?:is|was|you) ",
    r"ofr_?416|lpn\d+_416",  # Orange
)

USER_UNKNOWN = (
    rf"{_WHO}(?:unknown|not found|be found|no longer (?:exists?|valid|available|here|active))",
    rf"{_WHO}not (?:be )?(?:exist|listed|known|recognized|valid|local|here|hosted|deliverable)",
    rf"{_WHO}not (?:be )?a (?:known|valid)",
    rf"{_WHO}(?:no[tn][ -]?exist\w*|un ?recogni[sz]ed|invalid|undeliverable|unroute?able)",
    rf"{_WHO}(?:deleted|removed|does not exist|doesn'?t exist|do not exist|cannot be found)",
    rf"{_WHO}(?:inconnue?|unbekannt|desconocid[oa]|desconhecid[oa]|inexistente?|no existe)",
    rf"{_WHO}(?:n'existe|n[aã]o existe|existiert nicht|invalide|incorrecte|introuvable)",
    rf"{_WHO}(?:sconosciut[oa]|inesistente|inexistante?|errato|non (?:valid[oa]|trovat[oa]|esiste)|"
    r"n(?:o|[aã]o) encontrad[oa])",
    rf"{_WHO}(?:nicht (?:gefunden|vorhanden|bekannt)|bestaat niet|onbekend|neexistuje|nie istnieje|"
    r"bulunamad[iı])",
    r"\bfin(?:ns|nes|des) i(?:nte|kke)\b|vastaanottajaa ei|"
    r"c[ií]mzett ismeretlen|utilizator inexistent|غير موجود",
    r"onbekende gebruiker|nie ma takiego|keine? (?:solche\w*|benutzer|postfach)",
    r"(?:user|mailbox|account|address|recipient) (?:that )?you (?:are|were)(?: \S+){2,4} "
    r"(?:was |is |could |does )?(?:not|no longer|n.t) (?:be )?(?:found|exist|valid)",
    r"recipient (?:address )?(?:verification failed|(?:can ?not|could not) be verified)",
    r"unable to validate recipient",
    r"\b5\.1\.0\W{1,3}address rejected|^\W*550\W+address (?:rejected|invalid)",
    r"not a member of domain",
    r"mailbox name (?:is )?not allowed|cannot deliver mail for|\bno such id\b",
    r"(?:unknown|no such|invalid|non-?exist\w*|bad|unrecogni[sz]ed|undeliverable|incorrect|"
    r"illegal|unroute?able|not a (?:valid|known)|isn't a|no valid|no matching) "
    r"(?:virtual |local |e-?mail |mail |smtp |user |to |destination |alias |recipient |final |"
    r"rcpt |valid |internet )*(?:users?|mail ?box|recipients?|account|address(?:ee)?|alias|name|"
    r"person|destination|local ?part|login|email)\b(?! (?:rejected: )?(?:\S+ ){0,2}"
    r"(?:spam|policy|blocked|access|from))",
    r"no mail ?box (?:by that name|here|found|is)",
    r"there is no (?:one|user|mailbox|such|account|active)",
    r"(?:no one|nobody) (?:by|with|here)",
    r"don'?t know (?:that|this) user|who'?s that",
    r"recipient address rejected\.?(?: \(in reply| giving up|$)",
    r"has no mail ?box|has left (?:us|the company|the organi[sz]ation)",
    r"no longer (?:works?|employed|with (?:us|the))",
    r"unknown-?user|user_?unknown|userunknown|nosuchuser|badrecipient",
    r"lookup fail(?:ure|ed).{0,20}(?:recipient|user)",
    r"(?:not listed in|can'?t be found in|not found in|no(?:t|ne) in)(?: \S+){0,4} (?:directory|"
    r"address book|name & address|notes|domino|ldap|table|domain|database|server)",
    r"this (?:e-?mail )?address (?:no longer|is (?:no longer|not|wrong|unknown)|does)",
    r"\b5\.1\.1\b(?!.{0,160}(?:spam|blocked|black ?list|policy|reputation|denied))",
    r"5\.1\.10\b",
    r"\bno such\b.{0,30}here",
    r"sorry, no[ -]?mailbox|sorry, .{0,30}(?:user|mailbox).{0,20}(?:not found|unknown)",
    r"(?:couldn'?t|unable to) (?:find|locate|resolve)(?: \S+){0,3} (?:user|recipient|mailbox)",
    r"deliver to .{0,40}not (?:exist|found)|undeliverable address",
    r"(?:收件人|用户|用戶|帐号|账号|帳號|地址|邮箱|郵箱).{0,20}(?:不存在|不正确|无效|無效|未找到|找不到)",
    r"(?:宛先|アドレス|ユーザ|受信者).{0,30}(?:見つかりません|存在し|間違|不明|ありません)|あて先不明",
    r"(?:пользовател|ящик|адрес|получател|учетн)\w*.{0,40}не (?:найден|существ|зарегистр|"
    r"известен)",
    r"(?:пользовател|ящик|адрес|получател|учетн)\w*.{0,40}(?:неизвест|удал[её]н)",
    r"такого пользователя нет|нет такого|존재하지 않",
)

MOVED = (
    r"has moved(?: to)?",
    r"no longer (?:uses? this|at this) address.{0,40}(?:new|try)",
    r"recipient(?:'s)? (?:address )?(?:has )?(?:moved|changed)",
    r"address has (?:been )?changed",
    r"has been replaced by",
    r"new (?:e-?mail )?address is",
    r"user not local[;,] please try",
    r"mailbox has moved",
    r"changed (?:their|his|her|its) (?:e-?mail )?address",
)

MAILBOX_FULL = (
    r"(?:mail ?(?:box|folder|fold|drop)|inbox|account|user'?s? mail ?(?:box|folder)?|"
    r"posteingang|postfach|bo[iî]te|buz[oó]n|caixa|casella|casilla|skrzynk\w*)"
    r"\W{0,3}(?:<@>\W{0,3})?(?: "
    r"\S+){0,3} (?:is |are |has |est |ist |est[aá] )?(?:currently |too |over ?|"
    r"exceed(?:ed|s)? ?)*(?:full|quota|voll|pleine|lle[no][oa]|chei[oa]|piena|przepe[lł]nion|"
    r"size)",
    r"zu ?viele mails",
    r"mailbox limit",
    r"\bfull (?:mailbox|mail ?box|inbox|disk quota)",
    r"mail ?box(?:es)? (?:size |disk )?(?:quota|limit) (?:has been |is |was )?(?:exceeded|"
    r"reached|full)",
    r"(?:over|exceed(?:s|ed|ing)?)(?: \S+){0,5} (?:quota|storage|mailbox size|space)\b",
    r"quota (?:has been |is |was |limit )?(?:exceed|exhaust|reached|full|violat)",
    r"\bover ?quota(?:perm|temp)?\b",
    r"\bout of (?:disk |storage )?(?:space|quota)\b.{0,60}(?:user|mailbox|account)",
    r"(?:insufficient|not enough) (?:system )?(?:disk|storage|mailbox|free) (?:space|"
    r"storage).{0,40}(?:user|mailbox|recipient|folder|account|quota)",
    r"not (?:have |has )?(?:enough|sufficient) (?:storage |disk )?space.{0,60}(?:mailbox|"
    r"recipient|account|user)",
    r"(?:recipient|user|account|mailbox)(?: \S+){0,4} (?:out of|exceed\w*|over|"
    r"reached)(?: \S+){0,4} (?:storage|quota|space|limit)(?! of messages)",
    r"storage (?:limit|quota|space|capacity)(?: \S+){0,4} (?:exceed|reach|full)",
    r"\bdisk (?:quota|space)(?: \S+){0,3} exceeded",
    r"(?:user|recipient) has (?:too many messages|used up)",
    r"too much mail data",
    r"mailbox exceeds",
    r"(?:^|\W)maildir(?:/\S*)? (?:is )?over ?quota",
    r"deliver(?:y)? (?:would|will) (?:exceed|take)\b",
    r"not enough room",
    r"no space left (?:in|for) (?:the )?(?:mailbox|user)",
    r"storequota",
    r"mailbox .{0,30}size limit",
    r"mailbox_full",
    r"mailboxfull",
    r"boxfull",
    r"mbox full",
    r"would (?:exceed|be over) (?:\S+ ){0,4}(?:quota|limit|allowance|space)",
    r"\b5\.2\.2\b",
    r"(?:容量|メールボックス).{0,20}(?:超|一杯|いっぱい|フル)",
    r"(?:邮箱|信箱|郵箱).{0,12}(?:已满|已滿|满|空间不足)",
    r"ящик.{0,30}(?:переполнен|заполнен)",
    r"mailbox is overloaded",
    r"переполнен",
)

DISABLED = (
    r"(?:account|mail ?box|user|recipient|address|e-?mail(?: account)?|customer|login|"
    r"domain)\W{0,3}(?:<@>\W{0,3})?(?: \S+){0,4} (?:is |has been |was |been |are |"
    r"currently |temporarily |administratively |permanently )*(?:disabled|suspended|"
    r"inactive|deactivated|locked|frozen|closed|expired|terminated|blocked|not active|"
    r"unavailable due|on hold|restricted|discontinued|dormant|de-?activated|not activated)",
    r"(?:disabled|suspended|inactive|deactivated|locked|closed|expired|dormant|frozen) "
    r"(?:mail ?box|account|user|recipient|address)",
    r"(?:disabled|discontinued|inactiv\w*|not active|no longer active)(?! as)\b",
    r"extended inactivity",
    r"5\.7\.13\b",
    r"525\b.{0,20}account",
    r"(?:over|past) due",
    r"unpaid",
    r"violation of (?:our )?terms.{0,40}account",
    r"user is on vacation permanently",
    r"(?:停用|冻结|禁用|休眠|已注销)",
    r"(?:заблокирован|отключ[её]н|неактив)",
    r"利用停止",
    r"受信拒否設定中",
)

FILTERED_FOR_SURE = (
    r"\b550:? ?: user unknown",  # au: says so of its readers' filters; else it names the address
    r"550[- ]'unknown user <@>",  # NTT Docomo, likewise
)

FILTERED = (
    r"\bnot (?:a )?member\b",
    r"only accept(?:s|ing)? (?:mail|messages|e-?mail)s? from",
    r"not (?:accept|allow)\w* (?:mail|messages|e-?mail)s? from (?:you|this|external|"
    r"outside|the internet)",
    r"(?:recipient|user|mailbox|member|he|she|owner)(?: \S+){0,4} (?:has )?(?:rejected|"
    r"refused|blocked|declined|denied|refuses|rejects)",
    r"rejected by (?:the )?recipient",
    r"message filtered",
    r"rejected by user",
    r"user reject",
    r"filtered",
    r"(?:due to|because of) (?:\S+ ){0,3}(?:recipient|user|personal|domain) (?:\S+ "
    r")?(?:settings|filter|restriction|preference)",
    r"sieve",
    r"not (?:on|in) (?:\S+ ){0,3}(?:white|allow|safe|guest) ?list",
    r"white ?list",
    r"permission (?:denied )?to (?:send|post)",
    r"restricted",
    r"resolver\.rst",
    r"not ?authorized",
    r"senders? (?:are|is) not (?:allowed|permitted)",
    r"you do not have (?:\S+ )?permission",
    r"delivery restriction",
    r"(?:group|list|members?)(?: \S+){0,6} (?:may not exist|not (?:permitted|allowed)|"
    r"post)",
    r"受信拒否",
    r"拒收",
    r"can'?t accept (?:your |the )?(?:message|mail) (?:now|at)",
)
