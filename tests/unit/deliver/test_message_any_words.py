"""Any words in any field come out of a whole message as they went in (D-07, D-13)."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from digest.deliver.message import CompiledMessage, Origin, Personal
from digest.domain.edition import Branding, Section, Variant
from digest.domain.states import Stream
from digest.render import builtin_templates, render_edition
from digest.render.plain import clean, clean_header
from digest.render.sample import sample_edition

BRANDING = Branding(
    name="The Harbour Brief",
    postal_address="12 Lantern Quay",
    from_name="Harbour",
    from_address="brief@harbour.example",
    reply_to="brief@harbour.example",
    list_id="brief.harbour.example",
)
PERSONAL = Personal(
    address="mira@example.org",
    message_key=UUID(int=9),
    date=datetime(2026, 3, 2, 7, tzinfo=UTC),
    unsubscribe_url="https://mail.harbour.example/u/" + "t" * 200,
    preferences_url="https://mail.harbour.example/p/" + "t" * 200,
)
ANY = settings(
    max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
words = st.one_of(
    st.text(max_size=200),
    st.sampled_from(
        ["a\r\n.\r\nb", "=3D=\r\n", "From x", ".", "é" * 2000, "<b>&amp;</b>", "🚢" * 70]
    ),
)


@ANY
@given(words, words, words)
def test_any_words_are_read_back_as_they_were_written(subject, title, bullet):
    edition = sample_edition()
    lead = replace(edition.briefs[0], title=title, bullets=(bullet,), also=(), related=())
    content = replace(edition, subject=subject, sections=(Section("", (lead,)),), more=())
    rendition = render_edition(
        content, BRANDING, Variant(), builtin_templates(), view_url="https://harbour.example/e"
    )
    wire = CompiledMessage(rendition, BRANDING, Origin(UUID(int=3), Stream.EACH)).build(PERSONAL)

    assert wire.replace(b"\r\n", b"").find(b"\n") == -1
    assert wire.replace(b"\r\n", b"").find(b"\r") == -1
    assert b"\0" not in wire
    assert max(map(len, wire.split(b"\r\n"))) <= 998
    assert wire.isascii()

    read = message_from_bytes(wire, policy=policy.default)
    assert not read.defects
    # Python's parser folds white space between encoded words; what counts is what is seen.
    assert "".join(str(read["Subject"]).split()) == "".join(
        (clean_header(subject) or "The Harbour Brief").split()
    )
    text, html = read.iter_parts()
    page = document_fromstring(html.get_content())
    seen = "".join(str(page.text_content()).split())
    for part in (clean(title), clean(bullet)):
        assert "".join(part.split()) in seen
        assert "".join(part.split()) in "".join(text.get_content().split())
    assert PERSONAL.unsubscribe_url in page.xpath("//a/@href")
    assert PERSONAL.unsubscribe_url in text.get_content()
