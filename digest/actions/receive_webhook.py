"""Take in what a provider posted: checked, read, and applied event by event."""

from digest.actions.receive_feedback import receive_feedback
from digest.domain.errors import NotFound
from digest.feedback.webhooks.hook import Fetch, Hook
from digest.feedback.webhooks.providers import PROVIDERS
from digest.fetch import Fetcher
from digest.settings import Settings
from digest.store.engine import Database

_MOST_KEPT = 16  # certificates


def receive_webhook(db: Database, settings: Settings, name: str, hook: Hook, fetch: Fetch) -> int:
    """Apply a request's events, each in a transaction of its own; gives how many changed
    something. ``NotFound`` where the provider isn't configured, ``Forbidden`` where the
    signature is wrong, ``Illegal`` where the body makes no sense.
    """
    provider = PROVIDERS.get(name)
    if provider is None or not provider.is_configured(settings):
        raise NotFound("No provider is configured at this address.")
    events = provider.read(hook, settings, fetch)
    return sum(receive_feedback(db, settings, one, now=hook.at).applied for one in events)


class AmazonFetch:
    """Gets Amazon's certificates, each once, and confirms subscriptions; guarded like all
    fetching."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: dict[str, bytes] = {}

    def __call__(self, url: str) -> bytes:
        if url not in self._kept:
            body = Fetcher(self._settings).get(url).body
            if not url.endswith(".pem") or len(self._kept) >= _MOST_KEPT:
                return body
            self._kept[url] = body
        return self._kept[url]
