"""Webhook of Amazon SES, whose events come by SNS."""

from digest.domain.feedback import Received
from digest.feedback.received import message_keys_in, return_paths_in
from digest.feedback.webhooks.fields import read_json
from digest.feedback.webhooks.hook import Fetch, Hook, Provider
from digest.feedback.webhooks.ses import findings_of, is_ses
from digest.feedback.webhooks.sns import read_message
from digest.settings import Settings


def _read(hook: Hook, settings: Settings, fetch: Fetch) -> list[Received]:
    message = read_message(hook.body, settings.ses_topics_allowed, fetch)
    if message.subscribe_url is not None:
        fetch(message.subscribe_url)
        return []
    event = read_json(message.text)
    if message.kind != "Notification" or not is_ses(event):
        return []
    return [
        Received(
            channel="ses",
            key=message.id,
            raw=hook.body,
            findings=tuple(findings_of(event)),
            return_paths=return_paths_in(message.text),
            message_keys=message_keys_in(message.text),
            is_signed=True,
        )
    ]


AMAZON = Provider(lambda settings: bool(settings.ses_topics_allowed), _read)
