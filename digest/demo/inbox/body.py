"""What comes after DATA: dots taken off, the end found (RFC 5321, section 4.5.2)."""

MAX_SIZE = 32 * 1024 * 1024


class MessageBody:
    """The octets between 354 and the final dot; only CR LF dot CR LF ends them."""

    def __init__(self) -> None:
        # The CR LF of the DATA line counts as the one before a first dot.
        self._octets = bytearray(b"\r\n")
        self._searched = 0
        self.is_too_large = False

    def take(self, source: bytearray) -> bool:
        """Move octets over from ``source`` up to the final dot; whether it was there."""
        self._octets += source
        source.clear()
        end = self._octets.find(b"\r\n.\r\n", self._searched)
        if end >= 0:
            source += self._octets[end + 5 :]
            del self._octets[end + 2 :]
            self.is_too_large |= len(self._octets) > MAX_SIZE
            return True
        if len(self._octets) > MAX_SIZE:
            self.is_too_large = True
            del self._octets[:-4]
        self._searched = max(0, len(self._octets) - 4)
        return False

    def unstuffed(self) -> bytes:
        """The message as the client had it (RFC 5321, section 4.5.2)."""
        return bytes(self._octets.replace(b"\r\n.", b"\r\n")[2:])
