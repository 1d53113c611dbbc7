"""From one page (HTML, or text as captured from a browser, or Markdown) to what it says.

``extract`` gives the title, author, time, language, key points, body, related stories and picture
of a page; ``explain`` gives the same with the scored candidates and what became of each block.
How a page goes through: ``document`` (characters) → ``html_blocks`` or ``text_blocks`` (a sequence
of typed blocks, the same from both) → ``bylines`` and ``sections`` (what each block is part of) →
``title``, ``keypoints``, ``body``, ``related``. Label words live in ``label_words``, weights in
``keypoints``, the words above menus, share links and related stories in ``sections``.
"""

from digest.collect.extract.keypoints import Candidate, Reason
from digest.collect.extract.reading import Explanation, explain
from digest.domain.brief import Extracted

__all__ = ["Candidate", "Explanation", "Reason", "explain", "extract"]


def extract(
    document: bytes | str,
    *,
    url: str | None = None,
    content_type: str | None = None,
    charset: str | None = None,
    is_fragment: bool = False,
) -> Extracted:
    """What ``document`` says. ``url`` is its own address, the base of its links; ``content_type``
    and ``charset`` are what a server said of it, and may be wrong or missing; ``is_fragment`` means
    an article's text without its page, as feeds carry it. Never raises, takes bounded time, and
    touches no network: empty fields say what could not be found."""
    return explain(
        document, url=url, content_type=content_type, charset=charset, is_fragment=is_fragment
    ).extracted
