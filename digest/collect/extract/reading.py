"""One page read: every step in order, with what each decision saw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import etree

from digest.collect.extract import html_blocks, text_blocks
from digest.collect.extract.blocks import Block, Container, fold
from digest.collect.extract.body import roles
from digest.collect.extract.bylines import with_bylines
from digest.collect.extract.document import decode, is_html
from digest.collect.extract.keypoints import Candidate, score_candidates
from digest.collect.extract.metadata import Metadata, front_matter, html_metadata, text_metadata
from digest.collect.extract.page import Page, find_story, prose_of
from digest.collect.extract.related import find_related
from digest.collect.extract.second_opinion import second_opinion
from digest.collect.extract.sections import with_sections
from digest.collect.extract.title import find_title
from digest.collect.extract.tree import parse
from digest.domain.brief import Extracted


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was extracted and why: the candidates for key points with their scores, each block with
    what became of it, and what the page says of itself."""

    extracted: Extracted
    form: str  # "html" or "text"
    candidates: tuple[Candidate, ...]
    blocks: tuple[tuple[Block, str], ...]
    metadata: Metadata


def explain(
    document: bytes | str,
    *,
    url: str | None = None,
    content_type: str | None = None,
    charset: str | None = None,
    is_fragment: bool = False,
) -> Explanation:
    """``extract`` with its reasons; the same arguments, and it never raises either."""
    text = decode(document, content_type=content_type, charset=charset)
    if is_html(text, content_type=content_type, url=url):
        return _explain_html(text, url, is_fragment=is_fragment)
    return _explain_text(text, url)


def _explain_html(text: str, url: str | None, *, is_fragment: bool) -> Explanation:
    root = parse(text)
    raw, containers = html_blocks.blocks_of(root)
    blocks = with_sections(with_bylines(raw), containers)
    known = html_metadata(root, blocks, url)
    found = _explained("html", blocks, containers, known, url)
    if is_fragment and found.extracted.body:
        return found  # author and time stand beside it
    return _completed(found, root, url)


def _explain_text(text: str, url: str | None) -> Explanation:
    front, rest = front_matter(text)
    blocks = with_sections(with_bylines(text_blocks.blocks_of(rest)), ())
    return _explained("text", blocks, (), text_metadata(blocks, front, url), url)


def _explained(
    form: str,
    blocks: list[Block],
    containers: Sequence[Container],
    known: Metadata,
    url: str | None,
) -> Explanation:
    title, title_at = find_title(blocks, known)
    story = find_story(blocks, containers)
    page = Page(blocks, containers, title, title_at, story, prose_of(blocks, story))
    candidates = score_candidates(page)
    read = tuple(zip(blocks, roles(page, candidates, known), strict=True))
    chosen = next((one.bullets for one in candidates if one.chosen), ())
    extracted = Extracted(
        title=title,
        url=known.url,
        published=known.published,
        author=known.author,
        language=known.language,
        bluf=chosen,
        body=tuple(block.text for block, role in read if role == "body"),
        related=find_related(page, known.url or url),
        image=known.image,
    )
    return Explanation(extracted, form, tuple(candidates), read, known)


def _completed(found: Explanation, root: etree._Element, url: str | None) -> Explanation:
    """Author, time and body from the second reader where ours found none."""
    own = found.extracted
    if own.body and own.author and own.published:
        return found
    if not found.blocks:
        return found
    other = second_opinion(root, url)
    said = {fold(text) for text in (*own.bluf, own.title)}
    body = own.body or tuple(text for text in other.paragraphs if text not in said)
    return replace(
        found,
        extracted=replace(
            own,
            author=own.author or other.author,
            published=own.published or other.published,
            body=body,
        ),
    )
