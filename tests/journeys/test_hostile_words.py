"""Hostile words in a real browser: on the desk, in the preview, in the archive and in mails they
stay words (S-04). They stand in the rows as if nothing had been cleaned when it came in."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from digest.actions.preview_edition import preview_edition
from digest.actions.sessions import open_session
from digest.actions.view_edition import view_url
from digest.clock import utc_now
from digest.domain.brief import RelatedLink
from digest.domain.edition import BriefItem, EditionContent, Excluded, Section
from digest.domain.ids import uuid7
from digest.domain.role import Role
from digest.domain.states import EditionState
from digest.store.editions import find_edition
from tests.builders import a_branding, a_list, a_source, an_edition, some_content
from tests.desk import an_account
from tests.hostile import HOSTILE
from tests.journeys.conftest import Served

EACH = 21  # hostile words of a brief
BRIEFS = 4  # of an edition
# What a page may hold of them: text. Everything that could act is looked for.
ACTIVE = """() => [...document.querySelectorAll('*')].flatMap((it) => [...it.attributes]
  .filter((one) => /^on/i.test(one.name) || one.name === 'srcdoc' || one.name === 'background'
    || (/^(href|src|action|formaction|data|xlink:href|srcset|poster)$/i.test(one.name)
      && /^[\\s\\0-\\x1f]*(javascript|data:text|vbscript|\\/\\/evil)/i.test(one.value)))
  .map((one) => it.outerHTML.slice(0, 200)))"""


class Witness:
    """What a window did that it should not: dialogs, and requests to others than the desk."""

    def __init__(self, context: BrowserContext, ours: str) -> None:
        self.seen: list[str] = []
        context.on("page", self._watch)
        context.route(
            lambda url: not url.startswith((ours, "about:", "data:image/")),
            lambda route: (self.seen.append(route.request.url), route.abort()),
        )

    def _watch(self, page: Page) -> None:
        page.on("dialog", lambda it: (self.seen.append(f"{page.url}: {it.message}"), it.dismiss()))


def show(page: Page, markup: str) -> None:
    """The markup as a page of its own, with no policy around it."""
    page.unroute("**/bare")
    page.route("**/bare", lambda it: it.fulfill(content_type="text/html", body=markup))
    page.goto("/bare", wait_until="load")


def chunks(words: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(words), size):
        yield words[start : start + size]


def hostile_brief(words: Sequence[str]) -> BriefItem:
    title, teaser, source, author, topic, why, *rest = words
    related = tuple(
        RelatedLink(it, f"https://ledger.example/{n}", it) for n, it in enumerate(rest[:3])
    )
    return BriefItem(
        id=uuid7(),
        title=title,
        url="https://ledger.example/x?" + title,
        bullets=tuple(rest[3:]),
        teaser=teaser,
        related=related,
        source=source,
        author=author,
        topics=(topic,),
        why=why,
    )


def hostile_content(words: Sequence[str], number: int) -> EditionContent:
    briefs = tuple(hostile_brief(part) for part in chunks(words, EACH))
    return some_content(
        number=number,
        list_name=words[0],
        subject=words[1],
        preheader=words[2],
        intro=words[3],
        sections=(Section(words[4], briefs[:2]), Section(words[5], briefs[2:])),
        more=tuple(RelatedLink(it, "https://ledger.example/more") for it in words[6:9]),
    )


@pytest.fixture
def editions(desk: Served) -> dict[EditionState, list[UUID]]:
    """Drafts and sent editions that hold all of them, of lists and people named like that, who came
    with browsers named like that."""
    made: dict[EditionState, list[UUID]] = {EditionState.DRAFT: [], EditionState.SENT: []}
    with desk.db.begin() as session:
        a_source(session, name=HOSTILE[3], error=HOSTILE[4], failures=3)
        admin = an_account(session, "admin@news.example", Role.ADMIN)
        admin.name = HOSTILE[0]
        for words in HOSTILE[:56]:
            open_session(session, admin, client=words, agent=words, now=utc_now())
        for number, words in enumerate(chunks(HOSTILE, EACH * BRIEFS), 1):
            for state, ids in made.items():
                mailing_list = a_list(session, f"{state}-{number}", name=words[0])
                given: dict[str, Any] = (
                    {"branding": None}
                    if state is EditionState.DRAFT
                    else {
                        "branding": a_branding(
                            name=words[0], from_name=words[1], postal_address=words[2]
                        )
                    }
                )
                edition = an_edition(
                    session,
                    mailing_list,
                    number=number,
                    state=state,
                    content=hostile_content(words, number),
                    excluded=(Excluded(uuid7(), words[0], words[1]),),
                    correction=words[3],
                    edited_by=words[4],
                    **given,
                )
                ids.append(edition.id)
    return made


@pytest.fixture
def looking(browser: Browser, desk: Served) -> Iterator[tuple[Page, Witness]]:
    context = desk.signed_in(browser, Role.ADMIN)
    witness = Witness(context, desk.url)
    yield context.new_page(), witness
    context.close()


def look_through(page: Page, paths: Sequence[str]) -> None:
    """Open each, with all that is folded."""
    for path in paths:
        page.goto(path, wait_until="load")
        page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
        assert page.evaluate(ACTIVE) == [], path


def test_on_the_desk_nothing_runs_and_nobody_else_is_asked(desk, editions, looking):
    page, witness = looking
    drafts, sent = editions[EditionState.DRAFT], editions[EditionState.SENT]
    paths = ["/desk", "/desk/health", "/desk/schedule", "/desk/campaigns", "/desk/numbers"]
    paths += ["/desk/me", "/desk/accounts", "/desk/history"]
    paths += [f"/desk/editions/{id_}" for id_ in (*drafts, *sent[:1])]
    paths += [f"/desk/editions/{id_}/preview?images=on" for id_ in drafts]
    paths += [f"/desk/editions/{drafts[0]}/{it}" for it in ("history", "preview?part=source")]
    look_through(page, paths)
    assert witness.seen == []
    shown = page.goto(f"/desk/editions/{drafts[0]}") and page.content()
    assert page.locator("textarea[name=bullets]").first.input_value().splitlines()[0] in HOSTILE
    assert "alert(1)" in shown, "they are there, as words"


def test_in_the_archive_nothing_runs_and_nobody_else_is_asked(desk, editions, looking):
    page, witness = looking
    with desk.db.read() as session:
        found = [find_edition(session, id_) for id_ in editions[EditionState.SENT]]
    look_through(page, [view_url(desk.settings, edition) for edition in found])
    assert "alert(1)" in page.content(), "they are there, as words"
    assert witness.seen == []


def test_in_a_mail_program_that_runs_everything_nothing_runs(desk, editions, looking):
    """No policy of ours stands between: the mail by itself is harmless."""
    page, witness = looking
    for id_ in editions[EditionState.SENT]:
        html = preview_edition(desk.db, desk.settings, id_).html
        assert "alert(1)" in html, "they are there, as words"
        show(page, html)
        assert page.evaluate(ACTIVE) == []
    assert witness.seen == []


def test_the_witness_sees_what_it_is_to_see(looking):
    """Without cleaning, many of the words do act."""
    page, witness = looking
    for words in HOSTILE[:12]:
        show(page.context.new_page(), words)
    assert sum("evil.example" in it for it in witness.seen) >= 4
    assert sum(it.endswith(": 1") for it in witness.seen) >= 4
