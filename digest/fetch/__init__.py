"""The guarded HTTP client: every request to a server that this service does not run itself."""

from digest.fetch.client import Fetcher
from digest.fetch.limits import Limits
from digest.fetch.response import Response

__all__ = ["Fetcher", "Limits", "Response"]
