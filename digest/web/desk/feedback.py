"""What came back, at the desk: what waits for a person, and what feedback did."""

from uuid import UUID

from fastapi import Response

from digest.actions.accept_feedback import accept_feedback
from digest.actions.list_feedback import list_feedback
from digest.actions.undo_feedback import undo_feedback
from digest.clock import utc_now
from digest.domain.feedback import Effect
from digest.web.desk.desk import AtDesk

PATH = "/desk/feedback"
SHOWN = 100


def show_feedback(desk: AtDesk, effect: str = Effect.REVIEW.value) -> Response:
    """GET /desk/feedback?effect=…: what waits for review, unless another effect is asked for."""
    chosen = Effect(effect) if effect in set(Effect) else None
    return desk.page(
        "desk/feedback.html",
        rows=list_feedback(desk.site.db, effect=chosen, limit=SHOWN),
        chosen=chosen,
        effects=list(Effect),
        idle={Effect.IGNORED, Effect.REVIEW, Effect.QUARANTINED},
    )


def post_accept(event_id: UUID, desk: AtDesk) -> Response:
    """POST /desk/feedback/{event_id}/accept: believe it, and do what it asks for."""
    effect = accept_feedback(desk.site.db, event_id, now=utc_now(), actor=desk.actor)
    return desk.redirect(PATH, said=f"It is believed now: {effect.value}.")


def post_undo(event_id: UUID, desk: AtDesk) -> Response:
    """POST /desk/feedback/{event_id}/undo: take back what it did."""
    effect = undo_feedback(desk.site.db, event_id, now=utc_now(), actor=desk.actor)
    return desk.redirect(f"{PATH}?effect={effect.value}", said="What it did is taken back.")
