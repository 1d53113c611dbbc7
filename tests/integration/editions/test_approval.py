"""Approving freezes, withdrawing frees, and a preview is what is sent."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from digest.actions.approve_edition import approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.check_edition import check_edition, find_faults
from digest.actions.preview_edition import preview_edition
from digest.actions.renditions import edition_values, render_for, with_inert_fields
from digest.actions.run_now import run_now
from digest.actions.schedule_campaign import schedule_campaign
from digest.actions.start_campaign import start_campaign
from digest.actions.withdraw_edition import withdraw_edition
from digest.domain.edition import Field, Variant
from digest.domain.errors import Illegal, NotFound
from digest.domain.states import CampaignState, EditionState, RunState, Stream
from digest.settings import Settings
from digest.store.audit import AuditEntry
from digest.store.briefs import find_brief
from digest.store.campaigns import Batch, find_campaign
from digest.store.editions import Edition, find_edition, use_briefs, used_briefs
from digest.store.engine import Database
from digest.store.lists import find_list
from digest.store.runs import find_run
from tests.builders import NOW, a_subscriber, some_content
from tests.integration.editions.newsroom import HOUR, a_newsroom, publish


def a_draft(db: Database, *numbers: int, **given) -> UUID:
    for number in numbers or (1, 2):
        publish(db, number)
    result = build_edition(db, "daily", now=NOW, actor="mira", **given)
    assert result.edition_id is not None, result.reason
    return result.edition_id


def approve(db: Database, settings: Settings, edition_id: UUID, **given) -> None:
    approve_edition(db, settings, edition_id, now=NOW, actor="mira", **given)


def edition(db: Database, edition_id: UUID) -> Edition:
    with db.read() as session:
        return find_edition(session, edition_id)


def used(db: Database, *brief_ids: UUID) -> set[UUID]:
    with db.read() as session:
        list_id = find_list(session, "daily").id
        return set(used_briefs(session, list_id, Stream.EACH, brief_ids))


def test_approval_freezes_words_looks_and_templates_under_a_hash(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    edition_id = a_draft(db)
    before = preview_edition(db, settings, edition_id)
    approve(db, settings, edition_id)
    with db.begin() as session:
        find_list(session, "daily").name = "Another name"
        find_list(session, "daily").postal_address = "Elsewhere"
    frozen = edition(db, edition_id)
    assert (frozen.state, frozen.approved_by) == (EditionState.APPROVED, "mira")
    assert frozen.branding is not None
    assert frozen.branding.name == "The Daily Brief"
    assert frozen.frozen_hash is not None
    assert len(frozen.frozen_hash) == 64
    assert preview_edition(db, settings, edition_id) == before


def test_the_preview_is_what_the_send_renders(db: Database, settings: Settings) -> None:
    a_newsroom(db)
    edition_id = a_draft(db)
    approve(db, settings, edition_id)
    with db.read() as session:
        values = edition_values(session, settings, find_edition(session, edition_id))
    sent = render_for(values, Variant(language="en"))
    assert preview_edition(db, settings, edition_id) == sent
    assert sent is not None
    assert "https://news.example/e/" in sent.text


def tamper_with(db: Database, edition_id: UUID) -> None:
    with db.begin() as session:
        row = find_edition(session, edition_id)
        row.content = replace(row.content, subject="Another subject")


def test_what_was_changed_after_approval_is_not_rendered(db: Database, settings: Settings) -> None:
    a_newsroom(db)
    edition_id = a_draft(db)
    approve(db, settings, edition_id)
    tamper_with(db, edition_id)
    with pytest.raises(Illegal, match="is not what was approved"):
        preview_edition(db, settings, edition_id)


def test_a_campaign_whose_edition_was_changed_does_not_start_and_says_why(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    edition_id = a_draft(db)
    approve(db, settings, edition_id)
    campaign_id = schedule_campaign(db, edition_id, due_at=NOW, now=NOW, actor="mira")
    tamper_with(db, edition_id)
    assert start_campaign(db, settings, campaign_id, NOW) == 0
    with db.read() as session:
        campaign = find_campaign(session, campaign_id)
    assert campaign.state is CampaignState.SCHEDULED
    assert campaign.reason is not None
    assert "is not what was approved" in campaign.reason
    assert campaign.held_until == NOW + timedelta(minutes=1), "it is tried again, not each second"


def test_approval_uses_the_briefs_and_their_copies_but_not_the_cut_off_ones(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db, max_items=1)
    best = publish(db, 1, arrived_at=NOW)
    with db.read() as session:
        original = find_brief(session, best)
    copy = publish(
        db, 2, source="dispatch", title=original.title, bullets=original.bullets, body=original.body
    )
    over = publish(db, 3, arrived_at=NOW - 20 * HOUR)
    edition_id = a_draft(db, 4)
    assert used(db, best, copy, over) == set()
    approve(db, settings, edition_id)
    assert used(db, best, copy, over) == {best, copy}


def test_withdrawing_frees_the_briefs_for_the_next_edition(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    edition_id = a_draft(db)
    approve(db, settings, edition_id)
    ids = [brief.id for brief in edition(db, edition_id).content.briefs]
    withdraw_edition(db, edition_id, reason="wrong figures", now=NOW, actor="ina")
    assert used(db, *ids) == set()
    assert edition(db, edition_id).state is EditionState.WITHDRAWN
    again = build_edition(db, "daily", now=NOW + HOUR, actor="mira")
    assert again.content is not None
    assert [brief.id for brief in again.content.briefs] == ids
    assert again.content.number == 1
    withdraw_edition(db, edition_id, now=NOW, actor="ina")  # once more changes nothing
    with db.read() as session:
        entries = session.query(AuditEntry).filter_by(noun_id=str(edition_id)).all()
    assert [it.action for it in sorted(entries, key=lambda it: it.id)] == [
        "built",
        "approved",
        "withdrawn",
    ]


def test_an_edition_with_an_error_cannot_be_approved(db: Database, settings: Settings) -> None:
    a_newsroom(db, postal_address=" ")
    edition_id = a_draft(db)
    with pytest.raises(Illegal, match=r"can't be approved: .*no postal address"):
        approve(db, settings, edition_id)
    assert edition(db, edition_id).state is EditionState.DRAFT
    assert check_edition(db, settings, edition_id, now=NOW)[0].severity == "error"


def test_a_sound_edition_has_no_errors(db: Database, settings: Settings) -> None:
    a_newsroom(db)
    assert not [
        it for it in check_edition(db, settings, a_draft(db), now=NOW) if it.severity == "error"
    ]


def test_only_the_version_that_was_looked_at_is_approved(db: Database, settings: Settings) -> None:
    a_newsroom(db)
    edition_id = a_draft(db)
    publish(db, 9)
    build_edition(db, "daily", now=NOW, actor="mira")
    with pytest.raises(Illegal, match=r"version 1, now 2"):
        approve(db, settings, edition_id, seen_version=1)
    approve(db, settings, edition_id, seen_version=2)
    with pytest.raises(Illegal, match="is approved; it can't become approved"):
        approve(db, settings, edition_id)


def test_a_build_while_it_is_approved_changes_no_more_than_its_reasons_and_it_still_goes(
    db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers take a run forward at once: one approves, the other brings the draft up to
    date, and the reasons say by then that a brief is older."""
    a_newsroom(db)
    edition_id = a_draft(db)
    before = edition(db, edition_id).content

    def build_and_find(values, around):
        build_edition(db, "daily", now=NOW + 5 * HOUR, actor="service")
        return find_faults(values, around)

    monkeypatch.setattr("digest.actions.approve_edition.find_faults", build_and_find)
    approve(db, settings, edition_id)
    frozen = edition(db, edition_id)
    assert frozen.content != before, "the reasons are others"
    with db.read() as session:
        values = edition_values(session, settings, find_edition(session, edition_id))
    assert values.digest == frozen.frozen_hash


def test_a_brief_that_another_edition_used_meanwhile_keeps_this_one_back(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    edition_id = a_draft(db)
    row = edition(db, edition_id)
    with db.begin() as session:
        rival = Edition(
            list_id=row.list_id,
            stream=Stream.EACH,
            number=7,
            state=EditionState.APPROVED,
            window_after=row.window_after,
            window_until=row.window_until,
            content=some_content(),
            excluded=(),
            built_at=NOW,
        )
        session.add(rival)
        session.flush()
        use_briefs(session, rival, [row.content.briefs[0].id])
    with pytest.raises(Illegal, match="was used by another one meanwhile"):
        approve(db, settings, edition_id)
    assert edition(db, edition_id).state is EditionState.DRAFT


def test_withdrawing_cancels_a_campaign_that_has_not_begun(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    run_id = run_now(db, "daily", stream=Stream.EACH, now=NOW, actor="mira")
    edition_id = a_draft(db, run_id=run_id)
    with db.begin() as session:
        find_run(session, run_id).move(RunState.DRAFTED, NOW)
    approve(db, settings, edition_id)
    campaign_id = schedule_campaign(db, edition_id, due_at=NOW + HOUR, now=NOW, actor="mira")
    withdraw_edition(db, edition_id, reason="wrong", now=NOW, actor="ina")
    with db.read() as session:
        campaign, run = find_campaign(session, campaign_id), find_run(session, run_id)
    assert campaign.state is CampaignState.CANCELLED
    assert campaign.reason == "its edition was withdrawn: wrong"
    assert run.state is RunState.DONE


@pytest.mark.parametrize("state", [CampaignState.SENDING, CampaignState.PAUSED])
def test_an_edition_that_is_being_sent_cannot_be_withdrawn(
    db: Database, settings: Settings, state: CampaignState
) -> None:
    a_newsroom(db)
    edition_id = a_draft(db)
    approve(db, settings, edition_id)
    campaign_id = schedule_campaign(db, edition_id, due_at=NOW, now=NOW, actor="mira")
    with db.begin() as session:
        find_campaign(session, campaign_id).state = state
    with pytest.raises(Illegal, match=r"No. 1 is being sent \(campaign .*\); cancel that first"):
        withdraw_edition(db, edition_id, now=NOW, actor="ina")


def test_briefs_that_somebody_got_stay_used_when_a_stopped_edition_is_withdrawn(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    edition_id = a_draft(db)
    approve(db, settings, edition_id)
    campaign_id = schedule_campaign(db, edition_id, due_at=NOW, now=NOW, actor="mira")
    with db.begin() as session:
        find_campaign(session, campaign_id).state = CampaignState.CANCELLED
        session.add(
            Batch(campaign_id=campaign_id, position=0, first_id=campaign_id, last_id=campaign_id)
        )
        session.flush()
        session.query(Batch).one().sent = 3
    ids = [brief.id for brief in edition(db, edition_id).content.briefs]
    withdraw_edition(db, edition_id, now=NOW, actor="ina")
    assert used(db, *ids) == set(ids)
    again = build_edition(db, "daily", now=NOW + HOUR, actor="mira")
    assert again.content is None
    assert {it.why for it in again.excluded} == {"used before, in No. 1"}


def test_a_person_who_withdraws_ends_the_run_so_that_it_is_not_built_again(
    db: Database,
) -> None:
    a_newsroom(db)
    run_id = run_now(db, "daily", stream=Stream.EACH, now=NOW, actor="mira")
    edition_id = a_draft(db, run_id=run_id)
    withdraw_edition(db, edition_id, reason="too soon", ends_run=True, now=NOW, actor="ina")
    with db.read() as session:
        run = find_run(session, run_id)
    assert (run.state, run.reason) == (RunState.SKIPPED, "ina withdrew its edition: too soon")


def test_personas_see_what_such_readers_get(db: Database, settings: Settings) -> None:
    a_newsroom(db)
    publish(db, 1, categories=("World",), title="Of the world")
    publish(db, 2, categories=("Trade",), title="Of trade")
    edition_id = a_draft(db, 3)
    with db.begin() as session:
        reader = Variant(topics=("Trade",), language="en", text_only=True)
        a_subscriber(
            session, settings, "Ann@b.example", find_list(session, "daily"), variant=reader
        )

    def see(reader: str) -> tuple[bool, bool, bool]:
        seen = preview_edition(db, settings, edition_id, reader=reader)
        return seen.html is not None, "Of the world" in seen.text, "Of trade" in seen.text

    assert see("default") == see("persona:default") == (True, True, True)
    assert see("text") == (False, True, True)
    assert see("topic:world") == see("persona:topic:World") == (True, True, False)
    assert see("Ann@b.example") == (False, False, True)
    for reader, says in (
        ("nobody", "There is no reader 'nobody'"),
        ("topic:", "There is no reader"),
        ("x@y", "not a domain name"),
    ):
        with pytest.raises(Illegal, match=says):
            see(reader)
    with pytest.raises(NotFound, match="There is no subscriber"):
        see("nobody@b.example")


def test_a_preview_for_nobody_holds_no_placeholder_and_no_living_link(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    rendition = preview_edition(db, settings, a_draft(db))
    shown = with_inert_fields(rendition, settings)
    assert rendition.placeholder(Field.UNSUBSCRIBE_URL) in rendition.text
    assert shown.html is not None
    assert rendition.marker not in shown.text + shown.html
    assert "https://news.example/about-links" in shown.html
    assert "/u/" not in shown.html


def test_an_old_draft_is_never_older_than_the_lists_limit(db: Database) -> None:
    a_newsroom(db, max_item_age=timedelta(days=1), first_lookback=timedelta(days=30))
    publish(db, 1, arrived_at=NOW - timedelta(days=3))
    result = build_edition(db, "daily", now=NOW, actor="mira")
    assert result.content is None
    assert [it.why for it in result.excluded] == ["too old: out 3 d ago, 1 d at most"]
