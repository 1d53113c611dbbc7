"""What servers write when they refuse what a mail holds.

Each line is one wording: a regular expression, read as ``reply_words`` says.
"""

TOO_BIG = (
    r"(?:message|mail|e-?mail|content|attachment|body|file|data)(?: \S+){0,3} (?:is "
    r")?(?:too (?:big|large|long)|exceed\w*(?: \S+){0,5} (?:size|limit|maximum))",
    r"(?:message|maximum|mail) (?:file )?size(?: \S+){0,5} (?:exceed|too|limit|larger)",
    r"exceed\w*(?: \S+){0,6} (?:message|maximum|mail) size",
    r"size (?:limit|restriction)",
    r"larger than the (?:\S+ )?(?:current |maximum )",
    r"message header size",
    r"line too long",
    r"\b5\.3\.4\b",
    r"more than .{0,30}bytes",
    r"message larger than",
)

VIRUS = (
    r"\bvirus(?:es)?\b",
    r"\bmalware\b",
    r"\btrojan\b",
    r"\bworm\b",
    r"\binfected\b",
    r"malicious (?:content|code|attachment|software)",
    r"\bwe found (?:a )?(?:virus|malicious)",
    r"вирус",
    r"病毒",
    r"ウイルス",
)

SPAM = (
    r"\bspam(?!.{0,4}(?:cop|haus))",
    r"\bjunk mail\b",
    r"\bunsolicited\b",
    r"\bbulk (?:mail|email)",
    r"\bube\b",
    r"\buce\b",
    r"phish",
    r"\bscam\b",
    r"blacklisted url",
    r"spamassassin",
    r"content (?:filter|scan)\w* (?:reject|den|block)",
    r"suspicious (?:mail|message|content|url)",
    r"mail (?:content|appears)(?: \S+){0,3} (?:unsolicited|denied)",
    r"message (?:looks|appears to be|classified|identified|scored|detected as)",
    r"high(?:ly)? (?:probability|suspicious)",
    r"score(?:d)? (?:too )?high",
    r"bayesian",
    r"rejected by (?:anti-?spam|content|filter)",
    r"spamdetected",
    r"\b(?:dt|mi):sp[mb]\b",  # NetEase
    r"mail rejete",
    r"rejete",
    r"垃圾",
    r"спам",
    r"スパム",
    r"迷惑メール",
)

POLICY = (
    r"\b(?:dt|hl|mi|rp):[a-z]{3}\b",  # NetEase
    r"polic(?:y|ies)\b",
    r"prohibited",
    r"not (?:allowed|permitted|acceptable|accepted)",
    r"for security reasons",
    r"for policy",
    r"law",
    r"content (?:is )?(?:reject|not|restrict|den)",
    r"attachment",
    r"message (?:was |has been |is )?(?:reject|refus|den|block|bounced)",
    r"mail (?:was )?(?:reject|refus|den)",
    r"(?:rejected|denied|refused) by (?:\S+ )?(?:rule|administrator|system|server|gateway)",
)
