"""Every address that a mail, or a page behind one, can lead to."""

from digest.domain.states import EditionState


def all_paths(world) -> list[str]:
    edition = world.editions[EditionState.SENT]
    own = [world.token, world.boris_token, world.tokens.subscription(world.maria, world.night)]
    return [
        *(f"/{page}/{token}" for page in "up" for token in own),
        *(f"/e/{world.tokens.edition(each)}" for each in world.editions.values()),
        f"/e/{world.tokens.edition(edition)}",
        f"/l/{world.tokens.link(edition, 7)}",
        f"/o/{world.tokens.picture(edition)}",
        "/about-links",
        "/healthz",
        "/readyz",
        "/accent/0b4f8a.css",
        "/nowhere",
        "/u/forged",
    ]
