"""Which requests for a link are a machine's: scanners of mail gateways, previews of messengers.

What isn't told here is told by its haste: who follows many links of a mail within seconds reads
none of them (``digest/feedback/tally.py``).
"""

import re
from collections.abc import Mapping

# Part of the names by which programs introduce themselves, in lower case. To add one, add a word.
_PROGRAMS = re.compile(
    "|".join(
        """
        (?<!cu)bot crawler spider slurp scanner scan/ preview prefetch fetcher validator monitor
        headless phantomjs selenium puppeteer playwright curl/ wget/ python aiohttp httpx go-http
        okhttp java/ libwww perl ruby php guzzle axios node-fetch postman apache-httpclient winhttp
        safelinks barracuda mimecast proofpoint messagelabs symantec forcepoint ironport trendmicro
        fireeye sophos cloudmark zscaler facebookexternalhit whatsapp telegram slack discord
        skypeuri teams/ embedly
        """.split()  # noqa: SIM905 - a table of words
    )
)
_LONGEST = 500  # characters of a name that are looked at


def is_machine(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request says of itself that nobody reads its answer (header names in lower case):
    by HEAD, by having no name or a program's, or by fetching in advance."""
    name = headers.get("user-agent", "")[:_LONGEST].lower()
    in_advance = "prefetch" in headers.get("sec-purpose", headers.get("purpose", "")).lower()
    return method != "GET" or in_advance or not name or bool(_PROGRAMS.search(name))


def asks_not_to_be_counted(headers: Mapping[str, str]) -> bool:
    """Whether a browser says so: Global Privacy Control, or Do Not Track."""
    return "1" in (headers.get("sec-gpc"), headers.get("dnt"))
