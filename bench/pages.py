"""Generated pages with known truth: layouts x labels x languages x damage, from a seed."""

import html
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.phrases import MORE, PEOPLE, PLACES, RELATED, SENTENCES, TITLES, labels

LAYOUTS = (
    "list", "aside", "section", "bold paragraph", "bullet paragraphs", "broken lines",
    "definition list", "unlabelled", "no points", "decoys", "glued paragraph", "numbered",
    "named box", "div soup",
)  # fmt: skip
DAMAGE = (
    "none", "spaces", "curly quotes", "entities", "unclosed", "upper case", "colon", "glued",
    "text capture", "text without bullets",
)  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """What a page says: the same shape as ``digest extract --json`` gives."""

    title: str
    bluf: list[str]
    body: list[str]
    related: list[tuple[str, str]]  # title, teaser


@dataclass(frozen=True)
class GeneratedPage:
    """A page and what it says; ``name`` tells its layout, language and damage."""

    name: str
    document: str
    truth: Truth


@dataclass
class _Draft:
    """The parts of a page before they are laid out."""

    language: str
    title: str
    label: str
    bullets: list[str]
    body: list[str]
    related: list[tuple[str, str]]  # title, teaser as printed
    teasers: list[str] = field(default_factory=list)  # as they should come out
    caption: str = ""
    byline: str = ""


def generate(seed: int, *, held_out: bool) -> GeneratedPage:
    """The page of ``seed``, always the same. Held-out pages have labels of their own."""
    dice = random.Random(seed * 2 + held_out)
    layout, damage = dice.choice(LAYOUTS), dice.choice(DAMAGE)
    draft = _draft(dice, held_out=held_out)
    if layout in ("no points", "decoys"):
        draft.bullets = []
    _damage_words(draft, damage)
    glued = damage == "glued" and layout in ("bold paragraph", "section", "list")
    if damage.startswith("text"):
        document = _as_text(draft, layout, dice, marked=damage == "text capture")
    else:
        document = _as_html(draft, "glued paragraph" if glued else layout, dice)
        document = _damage_markup(document, damage, dice)
    shown = list(draft.bullets)
    truth = Truth(
        draft.title,
        shown,
        draft.body,
        [(title, teaser) for (title, _), teaser in zip(draft.related, draft.teasers, strict=True)],
    )
    return GeneratedPage(f"{seed} {layout}, {draft.language}, {damage}", document, truth)


def _draft(dice: random.Random, *, held_out: bool) -> _Draft:
    language = dice.choice(list(SENTENCES))
    told = [_filled(one, dice) for one in SENTENCES[language]]
    count = dice.randint(2, 5)
    joint = "" if language == "ja" else " "
    dice.shuffle(told)
    body = [joint.join(told[at : at + dice.randint(2, 3)]) for at in range(0, 6, 2)]
    label = dice.choice(labels(language, held_out=held_out))
    draft = _Draft(
        language, _filled(dice.choice(TITLES[language]), dice), label, told[-count:], body, []
    )
    draft.caption = f"{dice.choice(PLACES)}, 2031. Photo: {dice.choice(PEOPLE)}"
    draft.byline = f"{dice.choice(PEOPLE)}"
    _relate(draft, dice)
    return draft


def _relate(draft: _Draft, dice: random.Random) -> None:
    """Teasers cut off amid a sentence, some of them with a label glued on."""
    seen = {draft.title}
    for _ in range(dice.randint(0, 4)):
        title = _filled(dice.choice(TITLES[draft.language]), dice)
        if title in seen:
            continue
        seen.add(title)
        words = _filled(dice.choice(SENTENCES[draft.language]), dice)
        cut = words[: round(len(words) * 0.8)].strip(" ,、")
        glue = draft.label if dice.random() < 0.4 and len(draft.label) > 3 else ""
        draft.related.append((title, f"{glue}{cut} {dice.choice(MORE[draft.language])}"))
        draft.teasers.append(cut)


def _filled(text: str, dice: random.Random) -> str:
    return text.replace("{p}", dice.choice(PLACES)).replace("{n}", dice.choice(PEOPLE))


def _damage_words(draft: _Draft, damage: str) -> None:
    if damage == "upper case":
        draft.label = draft.label.upper()
    elif damage == "colon":
        draft.label += ":"
    elif damage == "curly quotes":
        draft.body = [one.replace("'", "’") for one in draft.body]
        draft.bullets = [one.replace("'", "’") for one in draft.bullets]


def _damage_markup(document: str, damage: str, dice: random.Random) -> str:
    if damage == "spaces":
        return re.sub(r"(?<=\w) (?=\w)", lambda _: dice.choice([" ", "  ", "\n   "]), document)
    if damage == "entities":
        head, _, rest = document.partition("<body>")
        coded = "".join(
            f"&#{ord(one)};" if ord(one) > 127 and dice.random() < 0.5 else one for one in rest
        )
        return f"{head}<body>{coded}"
    if damage == "unclosed":
        return re.sub(r"</(?:p|li|dd|dt)>", "", document)
    return document


_MENU = (
    "<nav><ul><li><a href=/>Home</a><li><a href=/b>Briefs</a><li><a href=/k>{label}</a></ul></nav>"
)
_SHARE = (
    "<ul class='share-links'><li><a href=#f>Facebook</a></li><li><a href=#x>X</a></li>"
    "<li><a href=#m>Email</a></li></ul>"
)
_COOKIE = (
    "<div id=cookie-banner><p>We use cookies to run this site and to count its readers.</p>"
    "<button>Accept</button></div>"
)


def _as_html(draft: _Draft, layout: str, dice: random.Random) -> str:
    points = _POINTS.get(layout, _list)(draft) if draft.bullets else ""
    words = [f"<p>{one}</p>" for one in draft.body]
    decoys = _decoys(draft, words, dice) if layout == "decoys" else ""
    story = "\n".join(words)
    label = html.escape(draft.label)
    head = f"<h1>{draft.title}</h1>\n<p class=byline>{draft.byline}</p>"
    figure = f"<figure><img src=a.jpg><figcaption>{draft.caption}</figcaption></figure>"
    wrap = ("div", "div") if layout == "div soup" else ("main", "article")
    middle = f"<{wrap[0]}><{wrap[1]}>{head}{figure}{points}{_SHARE}{story}</{wrap[1]}></{wrap[0]}>"
    return (
        f"<!doctype html><html lang={draft.language}><head><meta charset=utf-8>"
        f"<title>{draft.title} | The Quay</title></head><body>{_COOKIE}"
        f"<header><a href=/>The Quay</a></header>{_MENU.format(label=label)}{middle}"
        f"{decoys}{_related(draft, dice)}<footer><p>© 2031 The Quay. All rights reserved.</p>"
        "</footer></body></html>"
    )


def _items(draft: _Draft) -> str:
    return "".join(f"<li>{one}</li>" for one in draft.bullets)


def _list(draft: _Draft) -> str:
    return f"<h2>{draft.label}</h2><ul>{_items(draft)}</ul>"


def _each(shape: str, bullets: list[str]) -> str:
    return "".join(shape.format(one) for one in bullets)


def _glued(draft: _Draft) -> str:
    first, *others = draft.bullets
    more = f"<ul>{_each('<li>{}</li>', others)}</ul>" if others else ""
    return f"<p>{draft.label.rstrip(':')}: {first}</p>{more}"


_POINTS: dict[str, Callable[[_Draft], str]] = {
    "aside": lambda one: f"<aside><h3>{one.label}</h3><ul>{_items(one)}</ul></aside>",
    "section": lambda one: (
        f"<section><p><strong>{one.label}</strong></p><ul>{_items(one)}</ul></section>"
    ),
    "bold paragraph": lambda one: f"<p><b>{one.label}</b></p><ul>{_items(one)}</ul>",
    "bullet paragraphs": lambda one: f"<h3>{one.label}</h3>{_each('<p>• {}</p>', one.bullets)}",
    "broken lines": lambda one: (
        f"<p><strong>{one.label}</strong>{_each('<br>• {}', one.bullets)}</p>"
    ),
    "definition list": lambda one: (
        f"<dl><dt>{one.label}</dt>{_each('<dd>{}</dd>', one.bullets)}</dl>"
    ),
    "unlabelled": lambda one: f"<ul>{_items(one)}</ul>",
    "glued paragraph": _glued,
    "numbered": lambda one: f"<h2>{one.label}</h2><ol>{_items(one)}</ol>",
    "named box": lambda one: f"<div class='key-points'><ul>{_items(one)}</ul></div>",
    "div soup": lambda one: (
        f"<div><div>{one.label}</div><div>{_each('<div>• {}</div>', one.bullets)}</div></div>"
    ),
}


def _decoys(draft: _Draft, words: list[str], dice: random.Random) -> str:
    """Boxes that hold the label and a list but are no key points of this page."""
    links = "".join(
        f"<li><a href=/{at}>{one}</a></li>" for at, one in enumerate(SENTENCES["en"][:4])
    )
    kinds = (
        f"<aside class=sidebar><h3>{draft.label}</h3><ul>{links}</ul></aside>",
        f"<section class=newsletter><h3>{draft.label}</h3><p>Daily, by e-mail.</p></section>",
        f"<section id=comments><h3>Comments</h3><ul><li>{draft.label}: {words[0][3:90]}</li>"
        f"<li>{words[1][3:80]}</li></ul></section>",
        f"<div class=most-read><h4>Most read</h4><ol>{links}</ol></div>",
    )
    return "".join(dice.sample(kinds, 2))


def _related(draft: _Draft, dice: random.Random) -> str:
    if not draft.related:
        return ""
    cards: list[Callable[[int, tuple[str, str]], str]] = [
        lambda at, one: f"<article><h3><a href=/r{at}>{one[0]}</a></h3><p>{one[1]}</p></article>",
        lambda at, one: f"<div><a href=/r{at}>{one[0]}</a><p>{one[1]}</p></div>",
        lambda at, one: f"<div><a href=/r{at}><h4>{one[0]}</h4><p>{one[1]}</p></a></div>",
    ]
    card = dice.choice(cards)
    inside = "".join(card(at, one) for at, one in enumerate(draft.related))
    return f"<section><h2>{RELATED[draft.language]}</h2>{inside}</section>"


def _as_text(draft: _Draft, layout: str, dice: random.Random, *, marked: bool) -> str:
    """The page as a browser's text: with bullets, or with lines that lost them."""
    lines = ["Skip to content", "Search", "", draft.label, "The Quay", "", draft.title, ""]
    if layout in ("unlabelled", "named box") and marked:
        lines += [draft.caption, ""]
    elif draft.bullets:
        lines += [draft.label, ""]
    sign = dice.choice(["  • ", "- ", "* ", "  – "]) if marked else ""
    lines += [sign + one for one in draft.bullets] + [""]
    for paragraph in draft.body:
        lines += [paragraph, ""]
    lines += ["Watch Now", ""]
    if draft.related:
        lines += [RELATED[draft.language], ""]
        for title, teaser in draft.related:
            lines += [title, "", teaser, ""]
    return "\n".join(lines)
