"""An address as it may stand on a page that whoever holds a link can open."""


def mask(address: str | None) -> str:
    """``m…@example.org`` for ``maria@example.org``; empty where there is no address any more."""
    if not address:
        return ""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
