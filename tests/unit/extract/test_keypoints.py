"""Which lists are key points, and the reasons that are given."""

import pytest

from digest.collect.extract import explain, extract

POINTS = [
    "The council of Nale closed its quay to heavy freight on Monday.",
    "Insurers have raised their rates for the strait by a fifth.",
]
BODY = [
    "The council of Nale closed its quay to heavy freight on Monday, after a survey that found"
    " cracks in forty of the two hundred piles under it.",
    "Insurers have raised their rates for the strait by a fifth, which shippers say will be paid"
    " by whoever eats bread in the hills next winter.",
]
LIST = "<ul>" + "".join(f"<li>{one}</li>" for one in POINTS) + "</ul>"
STORY = "".join(f"<p>{one}</p>" for one in BODY)


def page(points="", *, before="", after="", inside=""):
    return (
        f"<html><body>{before}<main><h1>Nale Closes Its Quay</h1>{points}{STORY}{inside}</main>"
        f"{after}</body></html>"
    )


def bluf(document):
    return list(extract(document).bluf)


@pytest.mark.parametrize(
    "points",
    [
        f"<h2>Key points</h2>{LIST}",
        f"<p><b>KEY POINTS:</b></p>{LIST}",
        f"<aside><h4>At a glance</h4>{LIST}</aside>",
        f"<div class='keyPoints'>{LIST}</div>",
        f"<section aria-label='Key takeaways'>{LIST}</section>",
        f"<details><summary>TL;DR</summary>{LIST}</details>",
        f"<p>In brief<br>1. {POINTS[0]}<br>2. {POINTS[1]}</p>",
        f"<p>In brief<br>{POINTS[0]}<br>{POINTS[1]}</p>",
        f"<dl><dt>Key facts</dt><dd>{POINTS[0]}</dd><dd>{POINTS[1]}</dd></dl>",
        f"<div><h3>Key points</h3><p>{POINTS[0]}</p><p>{POINTS[1]}</p></div>",
        f"<ul><li>Bottom Line up Front{POINTS[0]}</li><li>{POINTS[1]}</li></ul>",
        f"<h3>Key points</h3><ul><li>{POINTS[0]}</li></ul><ul><li>{POINTS[1]}</li></ul>",
        f"<p>Bottom Line Up Front • {POINTS[0]} • {POINTS[1]}</p>",
        f"<figure><img src=x><figcaption>The quay.</figcaption></figure>{LIST}",
    ],
)
def test_key_points_are_found_in_every_form(points):
    assert bluf(page(points)) == POINTS


@pytest.mark.parametrize(
    "document",
    [
        page(),
        page(before=f"<nav><h3>Key points</h3>{LIST}</nav>"),
        page(before=f"<div class='cookie-notice'><h3>What you need to know</h3>{LIST}</div>"),
        page(after=f"<div class=sidebar><h3>Key points</h3>{LIST}</div>"),
        page(after=f"<footer><h3>In brief</h3>{LIST}</footer>"),
        page(after=f"<section id=comments><h3>TL;DR</h3>{LIST}</section>"),
        page(after=f"<div class=newsletter><h3>Key takeaways</h3>{LIST}</div>"),
        page(after=f"<h2>Related stories</h2><h3>A Toll</h3><p>BLUF{POINTS[0]}</p>"),
        page(inside=f"<p>The rules say:</p>{LIST}"),
        page(inside=f"<h2>What the rules say</h2>{LIST}"),
        page("<ul><li>Facebook</li><li>X</li><li>E-mail</li></ul>"),
        page("<h2>In brief</h2>"),
        page(inside=f"<h2>What to know about Nale</h2>{STORY}<h2>When?</h2><p>In May.</p>"),
        page(inside=f"<p>Why it matters: {POINTS[0]}</p>{LIST}{STORY}"),
        page("<h2>Key points</h2><ul><li><a href=/1>Port</a></li><li><a href=/2>Sea</a></ul>"),
    ],
)
def test_nothing_else_makes_bullets(document):
    assert bluf(document) == []


def test_lists_of_the_story_stay_in_its_body():
    assert list(extract(page(inside=f"<p>The rules say:</p>{LIST}")).body) == [
        *BODY, "The rules say:", *POINTS,
    ]  # fmt: skip


def test_the_best_of_two_candidates_is_chosen_and_both_are_explained():
    second = "<h2>How to get there</h2><ul><li>By the cutter at six.</li><li>On foot.</li></ul>"
    found = explain(page(f"<h2>Key points</h2>{LIST}", inside=second))
    chosen, other = found.candidates
    assert (chosen.chosen, other.chosen) == (True, False)
    assert chosen.score == pytest.approx(sum(reason.points for reason in chosen.reasons))
    assert "an unmistakable label stands above" in [reason.rule for reason in chosen.reasons]
    assert "belongs to the heading above" in [reason.rule for reason in other.reasons]


def test_every_block_says_what_became_of_it():
    became = [role for _, role in explain(page(f"<h2>Key points</h2>{LIST}")).blocks]
    assert became == ["title", "label", "bullet", "bullet", "body", "body"]


def test_a_box_shown_twice_for_two_screen_sizes_is_read_once():
    box = f"<div class=keypoints><h2>Key points</h2>{LIST}</div>"
    found = extract(page(box, inside=box))
    assert list(found.bluf) == POINTS
    assert list(found.body) == BODY
