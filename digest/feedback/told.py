"""What a report tells in its own words, before the copy of the mail begins."""

from dataclasses import dataclass
from functools import cached_property

from digest.feedback.formats import ABOUT_FIELDS, COPY_FOLLOWS
from digest.feedback.mime import Mail

MOST_TEXT = 60_000  # characters of a report that are looked at
MOST_LINES = 1_500
LONGEST_LINE = 600
MOST_PLACES = 100  # recipients that are looked for in the text


@dataclass(frozen=True)
class Told:
    """The report's words, and what follows them: the returned mail, where there is one."""

    text: str
    copied: str

    @cached_property
    def lines(self) -> list[str]:
        return [line[:LONGEST_LINE] for line in self.text.split("\n")[:MOST_LINES]]

    def about(self, named: list[str]) -> dict[str, str]:
        """What is said of each recipient: the lines from the first that names them to the next
        recipient's; all lines where only one is named."""
        places = self._places(named[:MOST_PLACES])
        whole = "\n".join(self.lines)
        if len(places) < 2:
            return dict.fromkeys(named, whole)
        starts = sorted(set(places.values()))
        ends = dict(zip(starts, [*starts[1:], len(self.lines)], strict=True))
        said = {who: "\n".join(self.lines[at : ends[at]]) for who, at in places.items()}
        return {who: said.get(who, whole) for who in named}

    def _places(self, named: list[str]) -> dict[str, int]:
        """The first line on which each is named."""
        places: dict[str, int] = {}
        for number, line in enumerate(self.lines):
            if "@" in line:
                low = line.lower()
                for who in named:
                    if who not in places and who.lower() in low:
                        places[who] = number
        return places


def told_by(mail: Mail) -> Told:
    """The words of a report: its first text parts up to the copy of the mail."""
    texts = [part.text for part in mail.of_type("text/plain")[:3] if part.text.strip()]
    texts = texts or [part.text for part in mail.of_type("text/html")[:1]]
    whole = "\n".join(texts)[:MOST_TEXT]
    match = COPY_FOLLOWS.search(whole, _first_words_end(whole))
    if match is None:
        return Told(whole, "")
    return Told(whole[: match.start()], whole[match.start() :])


def _first_words_end(text: str) -> int:
    """Where the first line ends, no report begins with the copy; or the fields by which some say
    which mail they are about."""
    start = len(text) - len(text.lstrip())
    if fields := ABOUT_FIELDS.match(text, start):
        return fields.end()
    return max(text.find("\n", start), 0)
