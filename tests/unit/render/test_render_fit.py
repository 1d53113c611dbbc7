"""An edition fits its budget by leaving out what matters least, and says what that was."""

from binascii import b2a_qp

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from render_sample import VIEW_URL, make_branding, make_brief, make_content

from digest.domain.brief import RelatedLink
from digest.domain.edition import Dropped, EditionContent, Field, Rendition, Section, Variant
from digest.render import builtin_templates, render_edition
from digest.render.fit import fit
from digest.render.weight import transferred_size


def render(content: EditionContent, **changes) -> Rendition:
    return render_edition(
        content,
        make_branding(**changes),
        Variant(),
        builtin_templates(),
        view_url=VIEW_URL,
    )


def long_edition(briefs: int, bullets: int, length: int) -> EditionContent:
    words = ("The Varda pilots’ guild doubts it. " * (length // 30))[:length]
    items = tuple(
        make_brief(n, title=f"Brief {n}", bullets=(words,) * bullets) for n in range(briefs)
    )
    return make_content(sections=(Section("", items[:1]), Section("All", items[1:])), more=())


def test_what_fits_is_left_as_it_is():
    assert render(make_content()).dropped == Dropped()


def test_forty_briefs_with_bullets_of_two_thousand_characters_fit():
    rendition = render(long_edition(40, 5, 2_000))
    size = transferred_size(rendition.html, rendition.marker)
    assert 75_000 < size <= 90_000
    assert rendition.dropped.stories == 80
    assert rendition.dropped.bullets == 80
    left = 40 - len(rendition.dropped.briefs)
    assert rendition.dropped.briefs[0] == f"Brief {left}"
    assert f"{40 - left} more briefs" in rendition.text
    assert VIEW_URL in rendition.text.partition("See them all")[2]


def test_the_whole_edition_is_what_the_web_page_shows():
    content = long_edition(40, 5, 2_000)
    whole = render_edition(
        content, make_branding(), Variant(), builtin_templates(), view_url=None, is_whole=True
    )
    assert not whole.dropped
    assert all(f"Brief {n}" in whole.text for n in range(40))
    assert "more brief" not in whole.text


def test_related_stories_go_before_bullets_and_these_before_briefs():
    content = long_edition(4, 5, 30)

    def count(shown: EditionContent) -> tuple[int, int, int]:
        briefs = shown.briefs
        bullets = sum(len(brief.bullets) for brief in briefs)
        return sum(len(brief.related) for brief in briefs), bullets, len(briefs)

    seen = {}
    for limit in range(60):
        shown, dropped = fit(content, lambda c, limit=limit: sum(count(c)) <= limit)
        seen[count(shown)] = dropped
    assert (7, 20, 4) in seen
    assert (0, 20, 4) in seen
    assert (0, 12, 4) in seen
    assert (0, 3, 1) in seen
    assert not any(stories and bullets < 20 for stories, bullets, _ in seen)
    assert not any(briefs < 4 and bullets > 3 * briefs for _, bullets, briefs in seen)
    assert seen[0, 3, 1].briefs == ("Brief 1", "Brief 2", "Brief 3")


def test_the_last_briefs_stories_go_first_and_the_lead_stays():
    content = make_content(
        sections=(Section("", (make_brief(1),)), Section("More", (make_brief(2), make_brief(3)))),
        more=(RelatedLink("Old", None),),
    )
    shown, _ = fit(content, lambda c: sum(len(b.related) for b in c.briefs) <= 4)
    assert [len(brief.related) for brief in shown.briefs] == [2, 2, 0]
    shown, dropped = fit(content, lambda _: False)
    assert [brief.title for brief in shown.briefs] == [content.briefs[0].title]
    assert [link.title for link in shown.more] == [*dropped.briefs, "Old"]
    assert [section.name for section in shown.sections] == [""]


def test_a_report_counts_and_names():
    assert str(Dropped(1, 2, ("Rail", "Grain"))) == (
        "1 related story, 2 bullets, 2 briefs (Rail; Grain)"
    )
    assert str(Dropped()) == "nothing"


def test_size_is_that_of_the_encoded_part_with_the_longest_fields():
    rendition = render(make_content(intro="é" * 500))
    html = rendition.html
    for name in Field.ALL:
        html = html.replace(rendition.placeholder(name), "y" * 250)
    encoded = b2a_qp(html.encode(), istext=True).replace(b"\n", b"\r\n")
    assert len(encoded) <= transferred_size(rendition.html, rendition.marker) < len(encoded) + 400
    assert transferred_size("=é\n", "none") == len(b"=3D=C3=A9\r\n")


@settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=8),
    st.integers(0, 80),
)
def test_nothing_is_lost_or_left_out_without_need(shapes, limit):
    story = RelatedLink("A story", None)
    briefs = tuple(
        make_brief(n, title=f"Brief {n}", bullets=("b",) * bullets, related=(story,) * stories)
        for n, (bullets, stories) in enumerate(shapes)
    )
    content = make_content(sections=(Section("", briefs),), more=())

    def weight(shown: EditionContent) -> int:
        return sum(3 + len(brief.bullets) + len(brief.related) for brief in shown.briefs)

    shown, dropped = fit(content, lambda c: weight(c) <= limit)
    titles = [brief.title for brief in shown.briefs] + [link.title for link in shown.more]
    assert titles == [brief.title for brief in briefs]
    assert len(dropped.briefs) == len(shown.more)
    if weight(content) <= limit:
        assert not dropped
    elif dropped.briefs and weight(shown) <= limit:
        last = briefs[len(shown.briefs)]
        assert weight(shown) + 3 + len(last.bullets[:3]) > limit
