"""The part of an edition that goes to readers with some topics."""

from render_sample import make_brief, make_content

from digest.domain.edition import Section, Variant
from digest.domain.shorten import cut
from digest.render import select


def test_without_topics_everything_goes():
    content = make_content()
    assert select(content, Variant()) == content


def test_a_brief_without_topics_goes_to_everybody():
    chosen = select(make_content(), Variant(topics=("Water",)))
    assert [brief.topics for brief in chosen.briefs] == [("Water",), ()]


def test_topics_match_whatever_their_case():
    chosen = select(make_content(), Variant(topics=("tRADE",)))
    assert chosen.briefs[0].topics == ("Trade",)


def test_an_empty_section_is_left_out():
    chosen = select(make_content(), Variant(topics=("Water",)))
    assert [section.name for section in chosen.sections] == ["Around the valley"]


def test_the_subject_stays_while_the_lead_stays():
    content = make_content()
    chosen = select(content, Variant(topics=("Trade",)))
    assert (chosen.subject, chosen.preheader) == (content.subject, content.preheader)


def test_a_new_lead_gives_subject_and_preheader():
    chosen = select(make_content(), Variant(topics=("Water",)))
    assert chosen.subject == "Kell valley councils agree to share one water meter"
    assert chosen.preheader == chosen.briefs[0].bullets[0]


def test_a_new_lead_without_bullets_gives_its_teaser():
    briefs = (make_brief(1, topics=("Trade",)), make_brief(2, bullets=(), topics=("Rail",)))
    chosen = select(make_content(sections=(Section("", briefs),)), Variant(topics=("Rail",)))
    assert chosen.preheader == cut(briefs[1].teaser, 110)


def test_nothing_left_is_none():
    brief = make_brief(topics=("Trade",))
    content = make_content(sections=(Section("", (brief,)),))
    assert select(content, Variant(topics=("Rail",))) is None
    assert select(make_content(sections=()), Variant()) is None
