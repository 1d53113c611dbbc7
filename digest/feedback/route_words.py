"""What servers write when the way to a mailbox is missing or broken.

Each line is one wording: a regular expression, read as ``reply_words`` says.
"""

EXPIRED_FOR_SURE = (r"was aborted after \d", r"delivery time expired", r"message expired\b")

NETWORK_FOR_SURE = (r"malformed or unexpected name server reply", r"name server timeout")

HOST_UNKNOWN_FOR_SURE = (
    r"no data record of requested type",
    r"no mx (?:record )?found",
    r"dns lookup fail\w*:? host .{0,80}not found",
    r"recipient address rejected: domain not found",
    r"\[internal\] domain lookup failed",
    r"illegal host/domain name",
    r"lookup of host .{0,80} failed in smtp transport",
    r"\b(?:[\w-]+\.)+[a-z]{2,} does not exist",
    r"the domain is not reachable",
    r"domain name not found",
    r"nxdomain",
    r"couldn't find any host named",
    r"unrouteable mail domain",
    r"host or domain name not found\b.{0,120}\bhost not found(?!, try)",
)

NO_MAIL_HERE = (
    r"no smtp service(?!.{0,40}(?:\bip\b|dns|explanation|listed))",
    r"destination seems? to reject all mails?",
    r"null ?mx",
    r"does ?n.t (?:accept|receive) (?:any )?e?mail",
    r"does not (?:accept|receive) (?:any )?e?mail\b(?! from)",
    r"host/domain does not accept mail",
    r"recipient address has null mx",
    r"name server: \.: host not found",
    r"(?:system|host|server) not accepting network messages",
    r"smtp protocol diagnostic: 521",
    r"\b521\b.{0,40}(?:not accept|does not)",
    r"no mail(?:box)? (?:is )?accepted here",
    r"mail receiving disabled",
)

HOST_UNKNOWN = (
    r"(?:host|domain|hostname|server|dns)(?: name)?\W{0,3}(?:\S+ )?(?:is |was |could |can "
    r"|be |does |has |name )*(?:not (?:be )?(?:found|exist|known|resolve)|unknown|"
    r"unresolv|n.t (?:exist|be found|be resolved|find)|invalid|no longer|couldn.t|illegal|"
    r"unrouteable)(?!.{0,30}(?:smtp|temporar|timeout))",
    r"(?:unknown|no such|unrout(?:e)?able|invalid|illegal|bad|cannot (?:find|resolve|"
    r"route)|can'?t (?:find|resolve)|couldn'?t (?:find|resolve)|unable to (?:find|resolve|"
    r"look ?up|route)|could not (?:find|resolve)|failed to (?:find|resolve)|no) (?:a |any "
    r"|an |the |mail |valid |remote |your |this |destination |recipient |smtp )*(?:host|"
    r"domain|hostname|mx|mail server|mail exchanger|server|gateway|address record|dns "
    r"(?:entry|record)|a record|name server)\b(?!.{0,30}temporar)",
    r"unrouteable (?:mail )?(?:domain|address)",
    r"unrouteable",
    r"all relevant mx records point to non-?existent",
    r"nxdomain",
    r"no (?:mx|dns|a)\b.{0,20}(?:record|entr|found)",
    r"mx (?:and/or |and |or )?a? ?records? (?:were |was )?not found",
    r"host ?unknown",
    r"hostunknown",
    r"domain .{0,80} (?:couldn.t|could not|can.t|cannot) be (?:found|resolved)",
    r"no (?:ip )?address(?:es)? (?:associated|found|could be found)",
    r"name or service not known",
    r"non-?existent domain",
    r"not a valid domain",
    r"domain (?:is )?(?:does not|doesn'?t) exist",
    r"domain must exist",
    r"type=mx: host not found",
    r"name service error.{0,80}host not found(?!, try)",
)

EXPIRED = (
    r"(?:retry|delivery|queue|time(?:out)?|message|mail|it) (?:\S+ ){0,5}(?:time ?out |"
    r"limit |period )?(?:exceeded|expired|timed out|too long|gave up|aborted|not been "
    r"delivered)",
    r"(?:message|mail) (?:\S+ ){0,5}(?:expired|too old|queued? (?:for )?too long)",
    r"been in (?:the )?queue too long",
    r"retry time not reached",
    r"(?:could|was|has) not (?:be |been )?(?:delivered|sent) (?:for|after|within|in) ",
    r"(?:days?|hours?|minutes?) (?:old|on the queue|have passed)",
    r"(?:delivery|message) (?:time )?expired",
    r"expired",
    r"giving up",
    r"will not be retried",
    r"unable to deliver in \d+",
    r"too many (?:retries|attempts)",
    r"still being retried",
    r"delivery temporarily suspended",
    r"gave up",
    r"was aborted after",
)

NETWORK = (
    r"connection (?:\S+ ){0,4}(?:timed ?out|refused|lost|reset|closed|failed|dropped|"
    r"aborted|interrupted)",
    r"(?:lost|no) connection",
    r"time ?(?:d )?out",
    r"no route to host",
    r"network (?:is )?(?:unreachable|error)",
    r"host (?:is )?(?:unreachable|down|not reachable)",
    r"could ?n.t (?:establish|connect)",
    r"wasn.t able to (?:establish|connect)",
    r"unable to (?:connect|establish|contact)",
    r"could not (?:connect|establish|contact)",
    r"cannot connect",
    r"can't connect",
    r"name server (?:timeout|timed)",
    r"temporary (?:dns|name) ",
    r"dns (?:timeout|failure|error|server)",
    r"too many hops",
    r"mail loop",
    r"loops? back",
    r"hop count",
    r"routing loop",
    r"mail forwarding loop",
    r"loop detected",
    r"tls (?:\S+ )?(?:fail|negotiat|error|required|is required)",
    r"starttls",
    r"host(?:name)? lookup (?:failed|did not complete)",
    r"host or domain name not found",
    r"no answer from",
    r"not respond(?:ing)?",
    r"mx .{0,40}(?:unreachable|local)",
    r"socket",
    r"broken pipe",
)

SYSTEM_FULL = (
    r"insufficient (?:system |disk )?(?:storage|space|resources)",
    r"mail system full",
    r"system (?:is )?(?:full|busy|overload)",
    r"no space left",
    r"out of memory",
    r"disk full",
    r"exceeded storage allocation",
    r"load (?:average )?(?:is )?too high",
    r"too busy",
)

MAILER = (
    r"exit (?:code|status)",
    r"x-unix",
    r"mailer (?:returned|error)",
    r"command (?:failed|died|line usage|not found|execution)",
    r"procmail",
    r"maildrop",
    r"pipe (?:to )?\W",
    r"process (?:failed|died)",
    r"delivery (?:agent|process) (?:fail|err)",
    r"child (?:process|status)",
    r"transport (?:error|unavailable)",
    r"local delivery failed",
    r"unknown mailer",
)

SYSTEM = (
    r"(?:local|internal|system|configuration|server|temporary|temporarily|unexpected|i/o|"
    r"input/output|lookup|software|backend|database|ldap|resource)[ -](?:\S+ )?(?:error|"
    r"failure|failed|problem|unavailable|fault)",
    r"service (?:is )?(?:currently |temporarily )?(?:unavailable|not available|shutting|"
    r"closing)",
    r"can'?t (?:create|open|write)",
    r"cannot (?:create|open|write|append)",
    r"try (?:again )?later",
    r"aliases?.{0,20}(?:loop|error|broken)",
    r"unable to (?:write|create|open|deliver|process)",
    r"timeout waiting",
    r"misconfigur",
    r"maintenance",
    r"out of service",
    r"requested action aborted",
    r"transaction failed",
    r"undefined mail delivery",
    r"looks like .{0,20}loop",
)
