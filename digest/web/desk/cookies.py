"""The cookies of the desk: who is signed in, which form was given, what is to be said next."""

from datetime import timedelta

from fastapi import Request, Response

from digest.accounts.sessions import ABSOLUTE
from digest.settings import Settings

SESSION = "desk_session"
DEVICE = "desk_device"  # marks a browser that an owner signed in with before
FORM = "desk_form"  # ties the forms of those who aren't signed in to their browser
SAID = "desk_said"  # a sentence for the next page, signed
DEVICE_LIFE = timedelta(days=180)


def read_cookie(request: Request, settings: Settings, name: str) -> str:
    """What the browser sent; empty where it sent nothing."""
    return request.cookies.get(_full(settings, name), "")


def keep(
    answer: Response, settings: Settings, name: str, value: str, life: timedelta | None = None
) -> None:
    """Have the browser keep a cookie that no script and no other site gets at."""
    answer.set_cookie(
        _full(settings, name),
        value,
        max_age=int(life.total_seconds()) if life else None,
        path="/",
        secure=_is_https(settings),
        httponly=True,
        samesite="lax",
    )


def keep_session(answer: Response, settings: Settings, secret: str) -> None:
    """The cookie lives as long as the longest session; the server ends it sooner."""
    keep(answer, settings, SESSION, secret, ABSOLUTE)


def drop(answer: Response, settings: Settings, name: str) -> None:
    """Have the browser forget a cookie."""
    answer.delete_cookie(
        _full(settings, name), path="/", secure=_is_https(settings), httponly=True, samesite="lax"
    )


def _full(settings: Settings, name: str) -> str:
    # Browsers take __Host- only from this host itself, over HTTPS: no neighbour can set it.
    return f"__Host-{name}" if _is_https(settings) else name


def _is_https(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")
