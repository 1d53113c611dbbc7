"""What the events of each provider mean; their shapes are those of the providers' documentation."""

import pytest

from digest.feedback.webhooks import mailgun, postmark, sendgrid, ses


def brief(finding):
    return finding and (finding.kind.value, finding.reason.value, finding.status)


@pytest.mark.parametrize(
    ("event", "meaning"),
    [
        (
            {
                "event": "failed",
                "severity": "permanent",
                "delivery-status": {"code": 550, "message": "5.1.1 user unknown"},
            },
            ("hard", "user unknown", "5.1.1"),
        ),
        (
            {
                "event": "failed",
                "severity": "permanent",
                "delivery-status": {"code": 552, "message": "5.2.2 mailbox full"},
            },
            ("soft", "mailbox full", "5.2.2"),
        ),
        ({"event": "failed", "severity": "temporary"}, ("soft", "delayed", None)),
        (
            {"event": "failed", "severity": "permanent", "reason": "suppress-bounce"},
            ("soft", "suppressed by the provider", None),
        ),
        ({"event": "complained"}, ("complaint", "abuse report", None)),
        ({"event": "unsubscribed"}, ("other", "opt-out", None)),
        ({"event": "delivered"}, ("other", "delivered", None)),
        ({"event": "opened"}, None),
    ],
)
def test_mailgun(event, meaning):
    assert brief(mailgun.finding_of(event | {"recipient": "ana@port.example"})) == meaning


@pytest.mark.parametrize(
    ("event", "meaning"),
    [
        (
            {
                "RecordType": "Bounce",
                "Type": "HardBounce",
                "Details": "smtp;550 5.1.1 unknown user",
            },
            ("hard", "user unknown", "5.1.1"),
        ),
        ({"RecordType": "Bounce", "Type": "HardBounce"}, ("hard", "user unknown", None)),
        (
            {"RecordType": "Bounce", "Type": "SoftBounce", "Details": "552 5.2.2 over quota"},
            ("soft", "mailbox full", "5.2.2"),
        ),
        ({"RecordType": "Bounce", "Type": "Blocked"}, ("soft", "sender blocked", None)),
        ({"RecordType": "Bounce", "Type": "AutoResponder"}, ("other", "automatic reply", None)),
        ({"RecordType": "SpamComplaint"}, ("complaint", "abuse report", None)),
        ({"RecordType": "Delivery"}, ("other", "delivered", None)),
        (
            {"RecordType": "SubscriptionChange", "SuppressionReason": "ManualSuppression"},
            ("other", "opt-out", None),
        ),
        ({"RecordType": "Open"}, None),
    ],
)
def test_postmark(event, meaning):
    assert brief(postmark.finding_of(event | {"Email": "ana@port.example"})) == meaning


@pytest.mark.parametrize(
    ("event", "meaning"),
    [
        (
            {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 no such user"},
            ("hard", "user unknown", "5.1.1"),
        ),
        (
            {"event": "bounce", "type": "blocked", "reason": "550 5.7.1 blocked by spamhaus"},
            ("soft", "sender blocked", "5.7.1"),
        ),
        ({"event": "dropped"}, ("soft", "suppressed by the provider", None)),
        ({"event": "deferred"}, ("soft", "delayed", None)),
        ({"event": "spamreport"}, ("complaint", "abuse report", None)),
        ({"event": "group_unsubscribe"}, ("other", "opt-out", None)),
        ({"event": "delivered", "response": "250 2.0.0 ok"}, ("other", "delivered", "2.0.0")),
        ({"event": "click"}, None),
    ],
)
def test_sendgrid(event, meaning):
    assert brief(sendgrid.finding_of(event | {"email": "ana@port.example"})) == meaning


@pytest.mark.parametrize(
    ("event", "meaning"),
    [
        (
            {
                "eventType": "Bounce",
                "bounce": {
                    "bounceType": "Transient",
                    "bounceSubType": "MailboxFull",
                    "bouncedRecipients": [{"emailAddress": "ana@port.example"}],
                },
            },
            ("soft", "mailbox full", None),
        ),
        (
            {
                "eventType": "Bounce",
                "bounce": {
                    "bounceType": "Permanent",
                    "bounceSubType": "OnAccountSuppressionList",
                    "bouncedRecipients": [{"emailAddress": "ana@port.example"}],
                },
            },
            ("soft", "suppressed by the provider", None),
        ),
        (
            {
                "notificationType": "Complaint",
                "complaint": {
                    "complaintFeedbackType": "not-spam",
                    "complainedRecipients": [{"emailAddress": "ana@port.example"}],
                },
            },
            ("other", "not spam", None),
        ),
        (
            {
                "eventType": "DeliveryDelay",
                "deliveryDelay": {"delayedRecipients": [{"emailAddress": "ana@port.example"}]},
            },
            ("soft", "delayed", None),
        ),
    ],
)
def test_ses(event, meaning):
    (finding,) = ses.findings_of(event)
    assert brief(finding) == meaning


@pytest.mark.parametrize("value", [None, [], "x", {"bounce": []}, {"bounce": {"x": [None, 1]}}])
def test_events_of_any_shape_are_read(value):
    event = {"eventType": "Bounce", "event": "failed", "RecordType": "Bounce", "Type": value}
    event |= {"bounce": value, "delivery-status": value, "email": value, "recipient": value}
    ses.findings_of(event)
    for provider in (mailgun, postmark, sendgrid):
        provider.finding_of(event)
