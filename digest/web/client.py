"""The address of whoever asks, through the proxies that the settings trust."""

from ipaddress import ip_address

from fastapi import Request

from digest.settings import Settings

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def client_address(request: Request, settings: Settings) -> str:
    """The peer, or the last one in X-Forwarded-For that is no proxy of ours."""
    peer = request.client.host if request.client else "unknown"
    named = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    hops = [hop.strip() for hop in named if hop.strip()]
    while hops and _is_trusted(peer, settings):
        peer = hops.pop()
    return peer[:64]


def is_direct_from_here(request: Request) -> bool:
    """Whether a browser on this machine asks, with no proxy between (as far as can be told)."""
    peer = request.client.host if request.client else ""
    named = (request.headers.get("host") or "").rpartition("]")[0].strip("[]") or (
        request.headers.get("host") or ""
    ).partition(":")[0]
    through = any(name in request.headers for name in FORWARDED)
    return _is_loopback(peer) and (named == "localhost" or _is_loopback(named)) and not through


def _is_trusted(peer: str, settings: Settings) -> bool:
    try:
        return any(ip_address(peer) in network for network in settings.proxies_trusted)
    except ValueError:
        return False


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False
