"""What a mail is made of: the octets on the wire and the MIME parts."""

from collections.abc import Iterator
from email.message import Message

MAX_LINE = 998  # octets without CR LF; RFC 5322, section 2.1.1


def wire_problems(message: bytes) -> Iterator[str]:
    """Lines that are too long, and line ends that are not CR LF."""
    longest = max(len(line) for line in message.split(b"\r\n"))
    if longest > MAX_LINE:
        yield f"A line has {longest} octets; {MAX_LINE} are allowed."
    rest = message.replace(b"\r\n", b"")
    if b"\n" in rest or b"\r" in rest:
        yield "A line ends in a bare CR or LF."
    if b"\0" in rest:
        yield "There is a NUL octet."


def part_problems(mail: Message, *, is_text_only: bool) -> Iterator[str]:
    """The wrong parts, the wrong order, or a part that isn't sound UTF-8."""
    leaves = [part for part in mail.walk() if not part.is_multipart()]
    found = [part.get_content_type() for part in leaves]
    expected = ["text/plain"] if is_text_only else ["text/plain", "text/html"]
    if found != expected:
        yield f"The parts are {', '.join(found)}; they should be {', '.join(expected)}."
    if not is_text_only and mail.get_content_type() != "multipart/alternative":
        yield f"It is {mail.get_content_type()}, not multipart/alternative."
    for part in mail.walk():
        yield from (f"{type(defect).__name__} in the MIME structure." for defect in part.defects)
    for part in leaves:
        yield from _leaf_problems(part)


def body_parts(mail: Message) -> tuple[str, str]:
    """The text and the HTML, decoded; "" for what is not there."""
    return _decoded(mail, "text/plain"), _decoded(mail, "text/html")


def _leaf_problems(part: Message) -> Iterator[str]:
    kind = part.get_content_type()
    if (part.get_content_charset() or "") != "utf-8":
        yield f"{kind} has the charset {part.get_content_charset()}, not utf-8."
    try:
        octets = _payload(part)
        if not octets.decode("utf-8").strip():
            yield f"{kind} is empty."
    except UnicodeDecodeError:
        yield f"{kind} is not sound UTF-8."
        return
    transfer = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    if transfer == "7bit" and not octets.isascii():
        yield f"{kind} says 7bit and holds octets of 8 bits."


def _decoded(mail: Message, kind: str) -> str:
    for part in mail.walk():
        if part.get_content_type() == kind:
            return _payload(part).decode("utf-8", "replace")
    return ""


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
