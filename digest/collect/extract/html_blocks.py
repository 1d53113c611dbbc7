"""From the tree of an HTML page to blocks and the elements they stand in."""

import re
from dataclasses import dataclass, field

from lxml import etree

from digest.collect.extract import zones
from digest.collect.extract.blocks import (
    MAX_BLOCKS,
    STORY,
    Block,
    Container,
    Kind,
    Zone,
    fold,
    strip_marker,
)
from digest.collect.extract.label_words import NAMES
from digest.collect.extract.labels import whole_label

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_INLINE = {
    *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn"),
    *("em", "font", "i", "img", "input", "ins", "kbd", "label", "link", "mark", "meta", "nobr"),
    *("picture", "q", "rp", "rt", "ruby", "s", "samp", "small", "source", "span", "strike"),
    *("strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
}
_LEAVES = frozenset(["p", "dt", "dd", "figcaption", "caption", "pre", "summary", "legend"]).union(
    _HEADINGS
)
_CAPTIONS = frozenset(["figcaption", "caption", "figure"])
_SKIPPED = frozenset(["head", "script", "title"])
_MOST_OF_IT = 0.7  # an element with this share of the page's words is no mere box
_BREAK = "\n"


@dataclass(slots=True)
class _Frame:
    """What holds inside an open element that starts a block of its own."""

    tag: str
    zone: Zone
    kind: Kind = Kind.PARAGRAPH
    level: int = 0
    group: int = 0
    numbered: bool = False
    named: bool = False
    byline: bool = False
    in_story: bool = False
    container: int = 0


@dataclass(slots=True)
class _Walker:
    """Collects text while the tree is walked, and cuts it into blocks."""

    weights: dict[etree._Element, int]
    total: int  # characters outside links on the page
    titled: set[etree._Element]  # what a level-one heading stands in
    blocks: list[Block] = field(default_factory=list)
    containers: list[Container] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)  # addresses of the links that are open
    linked: dict[str, int] = field(default_factory=dict)  # characters by address
    bylines: int = 0  # inline elements open that are marked as author or date
    byline_letters: int = 0

    def text(self, given: str | None) -> None:
        if not given:
            return
        self.pieces.append(given.replace("\n", " ") if self.frames[-1].tag != "pre" else given)
        if self.links:
            address = self.links[-1]
            self.linked[address] = self.linked.get(address, 0) + len(given.strip())
        if self.bylines:
            self.byline_letters += len(given.strip())

    def open(self, element: etree._Element) -> None:
        self.flush()
        self.frames.append(self._frame(element, self.frames[-1]))

    def close(self) -> None:
        self.flush()
        frame = self.frames.pop()
        if frame.tag not in _LEAVES:
            done = self.containers[frame.container]
            self.containers[frame.container] = Container(
                done.parent, done.tag, done.first, len(self.blocks), done.holds_article
            )

    def flush(self) -> None:
        if not self.pieces:
            return
        raw = "".join(self.pieces)
        text = fold(raw)
        if text and len(self.blocks) < MAX_BLOCKS:
            self._cut(raw, text)
        self.pieces.clear()
        self.linked.clear()
        self.byline_letters = 0

    def _cut(self, raw: str, text: str) -> None:
        """One block; several where breaks part lines that are bullets or follow a label."""
        if _BREAK not in raw.strip():
            self._add(text, tight=False)
            return
        paragraphs = [fold(part) for part in re.split(r"\n[ \t\n]*\n", raw)]
        lines = [line for line in (fold(line) for line in raw.split(_BREAK, MAX_BLOCKS)) if line]
        marked = sum(strip_marker(line)[1] for line in lines)
        labelled = whole_label(lines[0]) is not None
        before = self.blocks[-1].text if self.blocks else ""
        if marked >= 2 or labelled or (len(lines) >= 2 and whole_label(before)):
            group = len(self.blocks) + 1_000_000
            for at, line in enumerate(lines):
                of_list = marked < 2 and not (labelled and at == 0)
                self._add(line, tight=at > 0, group=group, of_list=of_list)
            return
        for paragraph in paragraphs:
            if paragraph:
                self._add(paragraph, tight=False)

    def _add(self, text: str, *, tight: bool, group: int = 0, of_list: bool = False) -> None:
        frame = self.frames[-1]
        bare, marked, numbered = strip_marker(text)
        kind = frame.kind
        if kind is Kind.PARAGRAPH and (of_list or (marked and not frame.group)):
            kind = Kind.ITEM
        if kind is Kind.ITEM and marked:
            text = bare
        numbered = numbered or frame.numbered
        url = max(self.linked, key=lambda one: self.linked[one]) if self.linked else None
        share = min(1.0, sum(self.linked.values()) / max(1, len(text)))
        self.blocks.append(
            Block(
                kind,
                text,
                level=frame.level,
                zone=frame.zone,
                group=frame.group or group,
                numbered=numbered,
                url=url,
                linked=share,
                named=frame.named,
                tight=tight,
                container=frame.container,
                byline=frame.byline or self.byline_letters * 2 > len(text),
            )
        )

    def _frame(self, element: etree._Element, outer: _Frame) -> _Frame:
        tag = str(element.tag)
        zone = self._zone(element, outer)
        story = tag in ("article", "main") or "articleBody" in (element.get("itemprop") or "")
        frame = _Frame(
            tag,
            zone,
            outer.kind if outer.kind is Kind.CAPTION else Kind.PARAGRAPH,
            group=outer.group,
            numbered=outer.numbered,
            named=outer.named or _is_named(element),
            byline=outer.byline or zones.is_byline(element),
            in_story=outer.in_story or story,
            container=outer.container,
        )
        self._set_kind(frame, element, outer)
        if tag not in _LEAVES:
            frame.container = len(self.containers)
            first = len(self.blocks)
            self.containers.append(Container(outer.container, tag, first, first, story))
        return frame

    def _zone(self, element: etree._Element, outer: _Frame) -> Zone:
        found = zones.zone_of(element, outer.zone, in_story=outer.in_story)
        if found is None or outer.zone not in STORY:
            return outer.zone
        large = self.weights.get(element, 0) > _MOST_OF_IT * max(1, self.total)
        if found is not Zone.MENU and large:
            return outer.zone
        if element in self.titled and element.tag not in ("nav", "footer"):
            return outer.zone
        if found is Zone.SHARE and _is_named(element):
            return outer.zone
        return found

    def _set_kind(self, frame: _Frame, element: etree._Element, outer: _Frame) -> None:
        tag = frame.tag
        if tag in _HEADINGS:
            frame.kind, frame.level = Kind.HEADING, _HEADINGS[tag]
        elif tag in _CAPTIONS or zones.is_caption(element):
            frame.kind = Kind.CAPTION
        elif tag in ("ul", "ol", "dl", "menu"):
            frame.group = outer.group or len(self.containers) + 1
            frame.numbered = tag == "ol"
        elif tag in ("li", "dd") or outer.kind is Kind.ITEM:
            frame.kind = Kind.ITEM
        elif tag in ("dt", "summary", "legend"):
            frame.kind = Kind.HEADING


def blocks_of(root: etree._Element) -> tuple[list[Block], list[Container]]:
    """The blocks of a page in reading order, at most ``MAX_BLOCKS``, and its containers."""
    weights = _weights(root)
    walker = _Walker(weights, weights[root], _titled(root))
    walker.frames.append(_Frame("root", Zone.MAIN))
    walker.containers.append(Container(-1, "root", 0, 0))
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if element is root:
            continue
        if event == "start" and (element.tag in _SKIPPED or zones.is_unseen(element)):
            walk.skip_subtree()
            element.set("skipped", "")
        elif event == "start":
            _enter(walker, element)
        else:
            _leave(walker, element)
    walker.flush()
    walker.containers[0] = Container(-1, "root", 0, len(walker.blocks))
    return walker.blocks, walker.containers


def _enter(walker: _Walker, element: etree._Element) -> None:
    tag = element.tag
    if tag == "br":
        walker.pieces.append(_BREAK)
    elif tag == "hr":
        walker.flush()
    elif tag == "a" and element.get("href"):
        walker.links.append(element.get("href") or "")
    elif tag not in _INLINE:
        walker.open(element)
    if tag in _INLINE and zones.is_byline(element):
        walker.bylines += 1
        element.set("counted", "")
    walker.text(element.text)


def _leave(walker: _Walker, element: etree._Element) -> None:
    tag = element.tag
    if element.get("skipped") is None:
        if tag == "a" and element.get("href"):
            walker.links.pop()
        elif tag not in _INLINE and tag not in ("br", "hr"):
            walker.close()
        if element.get("counted") is not None:
            walker.bylines -= 1
    if tag in ("td", "th", "option"):
        walker.pieces.append(" ")
    walker.text(element.tail)


def _is_named(element: etree._Element) -> bool:
    """Whether its class, id or label says that it holds key points."""
    given = (element.get("class"), element.get("id"), element.get("aria-label"))
    name = " ".join(one for one in given if one)[:600]
    if not name or element.tag in ("html", "body"):
        return False
    name = re.sub(r"([a-z])([A-Z])", r"\1-\2", name).lower().replace("_", "-")
    label = element.get("aria-label")
    return NAMES.search(name) is not None or bool(label and whole_label(label))


def _weights(root: etree._Element) -> dict[etree._Element, int]:
    """Characters outside links in each element."""
    weights: dict[etree._Element, int] = {}
    for element in reversed(list(root.iter())):
        own = weights.get(element, 0) + len(element.text or "")
        if element.tag in ("a", "script", "style", "title"):
            own = 0
        weights[element] = own
        parent = element.getparent()
        if parent is not None:
            weights[parent] = weights.get(parent, 0) + own + len(element.tail or "")
    return weights


def _titled(root: etree._Element) -> set[etree._Element]:
    """All elements around the page's level-one headings, where these are few."""
    headings = [one for one in root.iter("h1") if fold("".join(one.itertext()))]
    if len(headings) > 3:
        return set()
    return {outer for heading in headings for outer in heading.iterancestors()}
