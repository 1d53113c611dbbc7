"""Bounces and complaints about mails that were sent, and the campaigns they were of."""

from datetime import datetime
from uuid import UUID

from digest.domain.ids import message_key
from digest.domain.states import CampaignState, DeliveryState
from digest.store.deliveries import Delivery
from digest.store.lists import MailingList
from digest.store.roster import freeze_roster
from digest.store.subscribers import Subscription
from digest.tokens import Tokens
from tests.builders import NOW, a_campaign, a_list, a_roster, an_edition, many_subscribers

READER = "ana@port.example"


def a_readership(db, settings, addresses=(READER,), slug="daily") -> UUID:
    with db.begin() as session:
        mailing_list = a_list(session, slug)
        many_subscribers(session, settings, list(addresses), mailing_list)
        session.query(Subscription).update({"confirmed_at": NOW})
        return mailing_list.id


def a_sent_campaign(db, list_id: UUID, at: datetime = NOW, number: int = 1) -> UUID:
    """An edition that everybody on the list was sent."""
    with db.begin() as session:
        edition = an_edition(session, session.get_one(MailingList, list_id), number=number)
        times = {"due_at": at, "started_at": at, "finished_at": at, "created_at": at}
        campaign = a_campaign(session, edition, state=CampaignState.DONE, **times)
        campaign.roster = freeze_roster(session, a_roster(session, campaign, now=at))
        for delivery in session.query(Delivery).filter_by(campaign_id=campaign.id):
            delivery.state, delivery.sent_at, delivery.reply = DeliveryState.SENT, at, "250 ok"
        return campaign.id


def delivery_to(db, campaign_id: UUID, address: str = READER) -> Delivery:
    with db.read() as session:
        rows = session.query(Delivery).filter_by(campaign_id=campaign_id, address=address)
        return rows.one()


def return_path(settings, delivery: Delivery) -> str:
    return f"{Tokens(settings.secret).return_path(delivery.id)}@bounce.news.example"


def our_message_id(delivery: Delivery) -> str:
    return f"<{message_key(delivery.campaign_id, delivery.subscriber_id).hex}@news.example>"


def a_bounce(
    to: str = "b+x@bounce.news.example",
    *,
    address: str = READER,
    status: str = "5.1.1",
    reply: str = "550 5.1.1 User unknown (in reply to RCPT TO command)",
    message_id: str = "<1@elsewhere.example>",
    action: str = "failed",
    note: str = "",
) -> bytes:
    """A delivery status notification (RFC 3464); ``note`` makes it another mail."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.port.example
To: {to}
Subject: Undelivered Mail Returned to Sender
X-Note: {note}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

<{address}>: {reply}

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.port.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {reply}

--b
Content-Type: text/rfc822-headers

From: brief@news.example
To: {address}
Message-ID: {message_id}

--b--
""".encode()


def a_complaint(to: str, *, kind: str = "abuse", address: str = READER, note: str = "") -> bytes:
    """A feedback report (RFC 5965)."""
    return f"""From: fbl@isp.example
To: {to}
Subject: Complaint {note}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Shield/1.0
Version: 1
Original-Rcpt-To: <{address}>

--b
Content-Type: message/rfc822

From: brief@news.example
To: {address}

Hello.
--b--
""".encode()


FULL = {"status": "5.2.2", "reply": "552 5.2.2 Mailbox full"}
BLOCKED = {"status": "5.7.1", "reply": "554 5.7.1 Client host blocked using zen.spamhaus.org"}
