"""What signing costs: ``python -m bench.deliver signing``.

RSA-2048 signatures a second of one core, over messages of 32 kB, beside what ``openssl speed`` does
in the same seconds (aim: 0.8 of it); CPU microseconds that an Ed25519 signature adds to a message
(aim: 130). Both with a reader's values in header and body, as in a campaign.
"""

import argparse
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from statistics import median
from time import process_time

from bench.deliver.results import keep
from digest.deliver.dkim import DomainKey, Preparation, Signer
from digest.deliver.dkim_keys import new_private_key
from digest.domain.signing_key import KeyAlgorithm

SIZE = 32_000
ROUNDS = 3
SECONDS = 1.0
AT = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)
OWN_NAMES = (b"To", b"Date", b"Message-ID", b"List-Unsubscribe")
TOKEN = b"k" * 86


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    rsa, ed25519 = (preparation([algorithm]) for algorithm in KeyAlgorithm)
    both = preparation(list(KeyAlgorithm))
    rounds = [
        (openssl_rsa(), rate(rsa), 1e6 / rate(ed25519), 1e6 / rate(both)) for _ in range(ROUNDS)
    ]
    references, ours, small, pair = zip(*rounds, strict=True)
    print(f"messages of {SIZE:,} octets, values of the reader's own in header and body")
    print(f"RSA-2048            {median(ours):9,.0f} signatures/s of CPU")
    if all(references):
        ratio = median(one / ref for one, ref in zip(ours, references, strict=True) if ref)
        print(f"openssl speed       {median(ref for ref in references if ref):9,.0f} signatures/s")
        print(f"ratio               {ratio:9.2f}   (aim 0.80)")
    else:
        print("openssl is not installed: nothing to compare with")
    print(f"Ed25519             {median(small):9.1f} µs of CPU a message   (aim 130)")
    print(f"RSA-2048 + Ed25519  {median(pair):9.1f} µs of CPU a message")
    figures = {
        "rsa2048_a_second": round(median(ours)),
        "openssl_a_second": round(median(ref for ref in references if ref))
        if all(references)
        else None,
        "ratio": round(ratio, 2) if all(references) else None,
        "ed25519_us": round(median(small), 1),
        "both_us": round(median(pair), 1),
    }
    keep("signing", figures)


def preparation(algorithms: list[KeyAlgorithm]) -> Preparation:
    """An edition's message: text and HTML in quoted-printable, links and address at their ends."""
    keys = [DomainKey("news.example", "bench", new_private_key(one)) for one in algorithms]
    line = b"The pilots=E2=80=99 guild and the harbour office agree on a night tariff=20=\r\n"
    head = (
        b"From: The Daily Brief <brief@news.example>\r\nSubject: Ferries to Norholm halt\r\n"
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nReply-To: desk@news.example\r\n"
        b"List-Id: The Daily Brief\r\n <daily.news.example>\r\nFeedback-ID: 1:daily:each:digest\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=x\r\n"
    )
    text = line * (SIZE // 5 // len(line)) + b"=\r\n"
    html = b"=\r\n" + line * (SIZE * 4 // 5 // len(line)) + b"=\r\n"
    body = (
        text,
        None,
        b"=\r\n and =\r\n",
        None,
        html,
        None,
        b"=\r\n and =\r\n",
        None,
        b"=\r\n.\r\n",
    )
    return Signer(keys).prepare(head, OWN_NAMES, body)


def rate(prepared: Preparation) -> float:
    """Messages signed in a second of CPU."""
    numbers = count()

    def sign() -> None:
        number = b"%08d" % next(numbers)
        link = b"https://news.example/u/" + number + TOKEN
        own = (
            b"reader" + number + b"@reader.example",
            b"Tue, 10 Mar 2026 07:00:00 +0000",
            b"<" + number * 4 + b"@news.example>",
            b"<" + link + b">",
        )
        lines = link[:72] + b"=\r\n" + link[72:]
        prepared.sign(AT, own, (own[0], lines, own[0], lines))

    return repeated(sign)


def repeated(act: Callable[[], None]) -> float:
    began, done = process_time(), 0
    while process_time() - began < SECONDS:
        act()
        done += 1
    return done / (process_time() - began)


def openssl_rsa() -> float | None:
    """RSA-2048 signatures of a second of CPU by the library's own measure; None without it."""
    program = shutil.which("openssl")
    if program is None:
        return None
    words = [program, "speed", "-seconds", str(int(SECONDS)), "rsa2048"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    found = re.search(r"rsa\s+2048 bits\s+\S+s\s+\S+s\s+([\d.]+)", said)
    return float(found[1]) if found else None


if __name__ == "__main__":
    main()
