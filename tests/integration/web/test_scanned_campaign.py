"""A campaign whose every mail a gateway scans: it fetches each link, twice, and nothing changes.

``SCANNED_PEOPLE=1000`` is the long form.
"""

import email
import os
import re
from email.policy import default as modern
from threading import Event

import pytest

from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.relays import seed_relay
from digest.actions.renditions import edition_values
from digest.actions.schedule_campaign import schedule_campaign
from digest.actions.start_campaign import start_campaign
from digest.clock import utc_now
from digest.domain.counting import Counting
from digest.render import builtin_templates
from digest.store.editions import keep_templates
from tests.builders import a_branding, a_list, an_edition, many_subscribers

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PEOPLE = int(os.environ.get("SCANNED_PEOPLE", "30"))
OURS = re.compile(r"https://news\.example(/[^\s\"<>]+)")


GATEWAY = {"User-Agent": "Mozilla/5.0 (compatible; GatewayScanner/3.2)"}


@pytest.fixture(params=[Counting.NONE, Counting.OPENS])
def mails(db, settings, world, request):
    """What a campaign left in the outbox, of a list that counts nothing, or all it can."""
    with db.begin() as session:
        daily = a_list(session, "scanned")
        people = [f"reader{n}@post.example" for n in range(PEOPLE)]
        many_subscribers(session, settings, people, daily)
        edition = an_edition(session, daily)
        edition.templates = keep_templates(session, builtin_templates())
        edition.branding, edition.frozen_hash = a_branding(counting=request.param), None
        edition.frozen_hash = edition_values(session, settings, edition).digest
        edition_id = edition.id
    now = utc_now()
    seed_relay(db, settings, now)
    campaign = schedule_campaign(db, edition_id, due_at=now, now=now, actor="test")
    assert start_campaign(db, settings, campaign, now) == PEOPLE
    deliver_campaign(db, settings, campaign, clock=utc_now, stop=Event())
    folder = settings.home_path / "outbox" / "new"
    return [email.message_from_bytes(one.read_bytes(), policy=modern) for one in folder.iterdir()]


def links(mail) -> set[str]:
    """Those of its header and of both its parts."""
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return {path for text in (mail["List-Unsubscribe"], *texts) for path in OURS.findall(text)}


def test_a_gateway_that_follows_every_link_of_every_mail_changes_nothing(mails, web, world):
    assert len(mails) == PEOPLE
    before = world.everything()
    for mail in mails:
        found = links(mail)
        assert {path[:3] for path in found} >= {"/u/", "/p/"}
        for path in [*found] * 2:
            for method in ("GET", "HEAD"):
                status = web.request(method, path, headers=GATEWAY).status_code
                assert status == (302 if path.startswith("/l/") else 200), path
    web.portal.call(web.app.state.site.clicks.write_all)
    assert world.everything() == before
