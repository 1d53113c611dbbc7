"""Do what starts a send once for each idempotency key, and give the same answer again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from digest.domain.errors import DigestError, Illegal
from digest.store.api_tokens import begin_answer, drop_answer, settle_answer
from digest.store.engine import Database

KEPT = timedelta(hours=24)


class OtherRequest(Illegal):
    """The key was used for another request (422)."""


class StillRunning(Illegal):
    """The first request under this key hasn't ended, or died before it could say how (409)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was, or is, answered."""

    status: int
    body: str
    is_repeated: bool


def answer_once(
    db: Database,
    *,
    token_id: UUID,
    key: str,
    request: bytes,
    act: Callable[[], tuple[int, str]],
    now: datetime,
) -> Answer:
    """The answer of ``act``, which is called only where this token has not used the key in the
    last 24 hours. Where ``act`` refuses, nothing was begun and the key is free again.

    ``OtherRequest`` where the key stands for another request; ``StillRunning`` where it is not
    known what became of the first one.
    """
    digest = sha256(request).hexdigest()
    with db.begin() as session:
        before = begin_answer(session, token_id, key, digest, now, now - KEPT)
    if before is not None:
        if before.request != digest:
            raise OtherRequest("This idempotency key was used for another request.")
        if before.status is None:
            raise StillRunning(
                "The first request with this idempotency key has not ended, or died on its way; "
                "look what became of it before you send another one."
            )
        return Answer(before.status, before.body or "", is_repeated=True)
    try:
        status, body = act()
    except DigestError:  # what nobody foresaw leaves the key taken: it may have begun
        with db.begin() as session:
            drop_answer(session, token_id, key)
        raise
    with db.begin() as session:
        settle_answer(session, token_id, key, status, body)
    return Answer(status, body, is_repeated=False)
