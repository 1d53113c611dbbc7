"""How many bytes an HTML part has on its way: encoded, and with the longest values of a reader."""

from binascii import b2a_qp

from digest.domain.edition import Field, placeholder

CLIPPED_AT = 102_000  # Gmail clips a message near here, and with it the way to unsubscribe

# The longest address (RFC 5321, 4.5.3.1) and more than any link to the service's own pages.
_LONGEST = {Field.ADDRESS: 254, Field.UNSUBSCRIBE_URL: 300, Field.PREFERENCES_URL: 300}


def transferred_size(html: str, marker: str) -> int:
    """Octets of ``html`` in quoted-printable (RFC 2045, section 6.7) with CRLF line ends, each
    placeholder of ``marker`` filled with the longest value that a reader may have."""
    for name, length in _LONGEST.items():
        html = html.replace(placeholder(marker, name), "x" * length)
    encoded = b2a_qp(html.encode(errors="replace"), istext=True)
    return len(encoded) + encoded.count(b"\n")
