"""Pages and feeds of an invented newsroom."""

BULLETS = (
    "The harbour of Lindmouth opened its second quay to grain ships on Friday.",
    "Freight rates along the Orrin coast fell by a tenth within two days.",
    "The port authority expects the third quay to be finished by next spring.",
)
PARAGRAPHS = (
    "Lindmouth had waited eleven years for the quay, and the first ship arrived before dawn "
    "under a low sky, with the mayor and half of the town watching from the old sea wall.",
    "Three grain companies have signed contracts that run until the end of the decade, and a "
    "fourth one is said to be negotiating over the last of the silos behind the station.",
)


def article(title: str = "Lindmouth Opens a Quay", head: str = "", more: str = "") -> str:
    """A page with a BLUF block."""
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title>{head}</head><body><article>"
        f"<h1>{title}</h1>{content()}{more}</article></body></html>"
    )


def content() -> str:
    """The markup of an article's text."""
    bullets = "".join(f"<li>{bullet}</li>" for bullet in BULLETS)
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return f"<h2>Bottom Line Up Front</h2><ul>{bullets}</ul>{paragraphs}"


def rss(*items: str) -> bytes:
    return (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
        f"<title>Orrin Briefs</title>{''.join(items)}</channel></rss>"
    ).encode()


def rss_item(link: str, title: str = "Lindmouth opens a quay", more: str = "") -> str:
    return (
        f"<item><title>{title}</title><link>{link}</link><guid isPermaLink='false'>g:{link}</guid>"
        f"<description>The port grew. [&#8230;]</description>{more}</item>"
    )
