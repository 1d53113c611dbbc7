"""The text alternative of an item's picture, where the picture comes without one."""

import re
from dataclasses import replace

from digest.collect.html_guard import read_html
from digest.collect.item import Item, clean_image
from digest.domain.brief import Image
from digest.domain.errors import Permanent

MAX_MARKUP = 200_000  # characters in which a picture is looked for
_SIZE = re.compile(r"-\d{1,5}x\d{1,5}(?=\.\w{1,5}$)")  # WordPress names scaled copies so


def described(image: Image | None, item: Item, page: Image | None) -> Image | None:
    """The picture, with the alternative that the item's own text or its page gives it.

    Only words that stand beside the same picture are taken: a wrong alternative is worse than none.
    """
    if image is None or image.alt:
        return image
    others = [page] if page else []
    others += _shown(item.content or item.summary, item.link)
    name = _name(image.url)
    alts = (other.alt for other in others if other.alt and _name(other.url) == name)
    return replace(image, alt=next(alts, ""))


def _shown(markup: str, base: str | None) -> list[Image]:
    if "<img" not in markup.lower():
        return []
    try:
        root = read_html(markup[:MAX_MARKUP].encode("utf-8", "replace"), "utf-8", name="The item")
    except Permanent:
        return []
    found = (clean_image(one.get("src"), one.get("alt"), base) for one in root.iter("img"))
    return [image for image in found if image]


def _name(url: str) -> str:
    """A picture's address, whatever its size."""
    return _SIZE.sub("", url.partition("?")[0])
