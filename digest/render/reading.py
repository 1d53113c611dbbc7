"""How long an edition takes to read."""

import re
from collections.abc import Iterator

from digest.domain.edition import EditionContent

WORDS_A_MINUTE = 230  # silent reading of prose in English is near 238 (Brysbaert 2019)
SIGNS_A_MINUTE = 260  # of scripts without spaces between words

_SIGN = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"\w[\w’'.,-]*")


def minutes(content: EditionContent) -> int:
    """Whole minutes to read all that an edition shows, at least one."""
    text = " ".join(_texts(content))
    signs = len(_SIGN.findall(text))
    words = len(_WORD.findall(_SIGN.sub(" ", text)))
    return max(1, round(words / WORDS_A_MINUTE + signs / SIGNS_A_MINUTE))


def _texts(content: EditionContent) -> Iterator[str]:
    yield content.intro
    for brief in content.briefs:
        yield from (brief.title, *brief.bullets)
        if not brief.bullets:
            yield brief.teaser
        yield from (f"{story.title} {story.teaser}" for story in brief.related)
    yield from (story.title for story in content.more)
