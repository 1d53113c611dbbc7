"""What servers write when they refuse us: who we are, where from, how fast.

Each line is one wording: a regular expression, read as ``reply_words`` says.
"""

AUTHENTICATION = (
    r"\bdmarc\b",
    r"\bdkim\b",
    r"\bspf\b",
    r"sender policy framework",
    r"sender ?id (?:\S+ )?(?:fail|not)",
    r"5\.7\.(?:20|21|22|23|24|26|27|30|509|515)\b",
    r"4\.7\.(?:26|27|30)\b",
    r"(?:not|un) ?authenticated (?:message|mail|email|sender)",
    r"sender (?:is )?(?:not|un) ?authenticated",
    r"authentication (?:checks?|results?|information|required for relay) ?(?:fail|did not|"
    r"not)",
    r"fails? (?:to pass )?authentication",
    r"does not pass authentication",
    r"domain-based message",
    r"not authorized to (?:use|send (?:mail|from)) .{0,60}(?:domain|envelope|from)",
    r"is not allowed to send (?:mail )?from",
)

REVERSE_DNS = (
    r"\bptr\b",
    r"reverse[- ]?(?:dns|lookup|name|hostname|ip|map)",
    r"rdns",
    r"fcrdns",
    r"in-addr\.arpa",
    r"inverse dns",
    r"(?:cannot|can't|could not|unable to|can not|couldn't|failed to) (?:find|resolve|get|"
    r"determine|verify|look ?up) (?:\S+ )?(?:your |the )?(?:reverse|client|"
    r"ip (?:address )?to)",
    r"client host rejected: cannot find your",
    r"[45]\.7\.25\b",
    r"unresolvable (?:ip|relay|client|host)",
    r"(?:no|missing|invalid|generic|dynamic|without|must have) (?:a |valid )*(?:reverse|"
    r"ptr|rdns)",
    r"does ?n.t (?:have|match|resolve)\b.{0,40}(?:reverse|forward) ?(?:dns|lookup)?",
    r"dns resource record",
    r"ip name (?:lookup|possibly forged)",
    r"possibly forged",
    r"fix (?:your )?(?:reverse )?dns",
    r"domain name mismatch",
    r"hostname .{0,60} (?:does ?n.t|does not) (?:match|resolve)",
    r"ip address .{0,40}does not resolve",
)

RATE = (
    r"(?:unknown|invalid) (?:(?:user|recipient|rcpt)s? )?(?:attempts )?exceeded",
    r"too (?:many|much) (?:\S+ ){0,2}(?:messages?|mails?|e-?mails?|recipients?|"
    r"connections?|sessions?|concurrent|unknown|invalid|errors|rcpts?|bad|attempts|hops "
    r"from|smtp)",
    r"(?:rate|sending|message|connection|hourly|daily|concurrency|send) ?(?:rate |count "
    r")?limit(?:s|ed|ing)?\b(?! of \d+ bytes)",
    r"thrott?l",
    r"\bthroughput\b",
    r"slow(?:ing)? ?down",
    r"unusual(?:ly high)? rate",
    r"excessive (?:rate|volume|connections|number|messages|mail)",
    r"temporarily (?:deferred|rate)",
    r"deferred due to (?:user complaints|unexpected volume)",
    r"sent too (?:many|fast)",
    r"try again later.{0,40}(?:rate|volume)",
    r"maximum (?:number of )?(?:\S+ )?(?:connections|sessions|messages|recipients)",
    r"exceeded (?:\S+ ){0,5}(?:messages|connections|recipients|sending|rate|per (?:hour|"
    r"day|minute))",
    r"receiving mail at a rate",
    r"receiv(?:ing|ed) (?:\S+ )?too (?:many|quickly)",
    r"[45]\.7\.28\b",
    r"connection frequency",
    r"frequency (?:is )?limited",
    r"domain frequency",
    r"sending quota",
    r"频率",
    r"レート制限",
    r"throttled",
    r"concurrent (?:smtp )?connections",
    r"connections? from (?:your|this) (?:host|ip|server) (?:have )?exceed",
)

REPUTATION = (
    r"reputation",
    r"senderscore",
    r"sender score",
    r"talos",
    r"\bbad (?:ip|sender)",
    r"low trust",
    r"poor score",
    r"likely (?:unsolicited|suspicious)",
    r"has been (?:blocked|rejected) due to (?:its|the|your|ip|sender).{0,20}reputation",
)

BLOCKED = (
    r"\bblocked - see|\bip=\S+ - a problem occurred",  # Proofpoint; T-Online
    r"\b501\b.{0,12}invalid domain name",  # to our EHLO
    r"black ?(?:list|hole)",
    r"block(?:ed|ing)? ?list",
    r"deny ?list",
    r"\brbl\b",
    r"\bdnsbl\b",
    r"spamhaus",
    r"spamcop",
    r"barracudacentral",
    r"sorbs",
    r"uceprotect",
    r"surbl",
    r"uribl",
    r"invaluement",
    r"mailspike",
    r"cloudmark",
    r"proofpoint.{0,30}block",
    r"abuseat",
    r"psbl",
    r"njabl",
    r"sender ?base",
    r"trendmicro.{0,40}(?:ers|rep)",
    r"\bcbl\b",
    r"zen\.",
    r"bl\.",
    r"(?:ip|address|host|server|network|client|connection|netblock|range|your (?:mail|"
    r"e-?mail)|domain|we|smtp)\b(?: \S+){0,8} (?:is |are |was |has been |have been |been "
    r")?(?:currently |temporarily )?(?:block(?:ed|ing|s)?|banned|listed|denied|"
    r"blacklist\w*|refused|greylist\w*)\b",
    r"(?:block(?:ed|ing)?|banned|refus(?:ed|ing)|reject(?:ed|ing)?|deny|denied)(?: "
    r"\S+){0,6} (?:your )?(?:ip|ip address|(?:client|smtp|sending|mail) (?:host|server|ip|"
    r"address)|connections? from|network|by our policy)\b",
    r"client host .{0,80}(?:blocked|rejected)",
    r"connection (?:refused|dropped|rejected|not accepted|denied) (?:due to|because|from|"
    r"by)",
    r"access denied\b(?!.{0,20}(?:recipient|mailbox|user))",
    r"connect(?:ion)? (?:was |is )?blocked",
    r"service (?:refused|denied|unavailable[;,] client)",
    r"please use (?:the |your )(?:smtp|mail|isp|provider)",
    r"use (?:the )?smtp server of your isp",
    r"dynamic ip",
    r"dial-?up",
    r"residential",
    r"your (?:network|server|host|isp|system)(?: \S+){0,4} (?:not allowed|not permitted|"
    r"rejected)",
    r"mail from .{0,60} (?:blocked|refused|denied)",
    r"not accepting (?:mail|connections?|messages) from",
    r"no access from",
    r"rejecting (?:banned|open proxy|connection)",
    r"open (?:proxy|relay)",
    r"(?:helo|ehlo)\b.{0,60}(?:invalid|rejected|denied|refused|access|not|syntax|resolve|"
    r"bad|mismatch)",
    r"host name (?:is )?invalid",
    r"esmtp not accepting connections",
    r"connection refused by",
    r"domain .{0,60} (?:does not exist|not allowed).{0,20}(?:helo|ehlo)",
    r"(?:s3140|s3150|ts0[1-9]|tss\d+|ph01|bl000010|fblw\d*|as\(\d+\)|ipb\d+|ofr_?\d+|"
    r"lpn\d+_\d+|aup#\w+|cxmxr\w*|cxthrt|cs01)\b",
)

RELAYING_DENIED = (
    r"relay(?:ing)?(?: \S+){0,5} (?:denied|prohibited|not (?:allowed|permitted|"
    r"authorized)|access|disallowed|rejected|refused)",
    r"(?:unable|not (?:allowed|permitted|authorized|willing)|cannot|won't|refus\w+|no|"
    r"insecure|deny|denied|blocked|invalid|open|bad|attempted|authentication required "
    r"(?:for|to)|must (?:authenticate|be authenticated)|not a|does not|unauthorized|"
    r"disable) (?:\S+ ){0,5}relay(?:ing|ed)?\b",
    r"not (?:in )?(?:my|our|the) (?:list of )?(?:allowed )?(?:rcpthosts|locals?)",
    r"isn'?t in my (?:control/)?locals",
    r"rcpthosts",
    r"that domain isn't in my list",
    r"is not permitted to relay",
    r"we do not relay",
    r"transmission is not allowed",
    r"this (?:system|server) is not configured to relay",
    r"domain is not hosted",
    r"not a gateway",
    r"relay access",
)

SENDER_REJECTED_FOR_SURE = (
    r"(?:sender|from|envelope) address (?:was )?(?:rejected|refused|denied)",
    r"\bfrom: domain is invalid|valid from:",
    r"^\W*\d{3}\W+(?:5\.\d\.\d\W+)?sender \S+ has no\b",
    r"domain of sender|sender verif|sender callout|\b5\.1\.[78]\b",
)

SENDER_REJECTED = (
    r"(?:sender|envelope|mail from|originator|return[ -]path|<>)(?:'s)?(?: "
    r"e-?mail)?(?: address)?\W{0,3}(?:<@>\W{0,3})?(?: \S+){0,4} (?:is |was |not |has been "
    r"|be )*(?:reject|refus|denied|invalid|unknown|verif|not (?:allowed|accepted|exist|"
    r"found|valid)|does ?n.t exist|does not exist|blocked|unauthorized|prohibited|"
    r"required|resolve|bogus|malformed|could not|cannot|not be)",
    r"(?:domain of|unresolvable|invalid|bad|unknown|bogus|fake|illegal|null|empty|"
    r"non-existing|missing) (?:\S+ ){0,3}(?:sender|from:|envelope|return|reply)",
    r"5\.1\.0\b.{0,30}sender",
    r"sender (?:verify|verification|callout)",
    r"call-?out verif",
    r"mail from <?@?>? ?(?:not|must|denied|rejected|invalid)",
    r"you are not allowed",
    r"not allowed to send",
    r"does not accept bounces",
    r"administratively (?:denied|prohibited)",
    r"delivery not authorized, message refused",
    r"senders? not",
    r"backscatter",
    r"domain (?:name )?(?:of sender|does not exist|not found|has no mx)\b.{0,30}(?:sender|"
    r"from)",
    r"mail server is not",
    r"who are you",
)

NOT_COMPLIANT = (
    r"rfc ?-?(?:2822|5322|822|2821|5321|1035|2047|7208)",
    r"not (?:rfc|compliant)",
    r"missing (?:a )?(?:valid )?(?:header|message-id|date|from)",
    r"(?:duplicate|multiple|invalid|malformed|bad|illegal|bare) (?:\S+ )?(?:headers?|from|"
    r"subject|header field|mime|lf|cr|line|character)",
    r"improper use of 8-?bit",
    r"8-?bit (?:data|characters)",
    r"non-?ascii",
    r"smtputf8",
)

SECURITY = (
    r"not authori[sz]ed",
    r"unauthori[sz]ed",
    r"authentication (?:required|failed|is required)",
    r"auth(?:orization)? (?:fail|required)",
    r"access (?:is )?denied",
    r"permission denied",
    r"verification failed",
    r"encrypt",
    r"delivery not authorized",
    r"security",
    r"password",
    r"not permitted",
)
