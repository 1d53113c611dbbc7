"""Reads a body in bounded steps, decoding gzip, deflate or br: a bomb stops at the limit."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping

import brotli  # type: ignore[import-untyped]  # the package carries no types

from digest.domain.errors import Permanent, Transient

ACCEPTED_ENCODINGS = "gzip, br, deflate"
STEP = 64 * 1024  # bytes decoded at once
MAX_MEMBERS = 100  # of one gzip body (RFC 1952, section 2.2)

Decoder = Callable[[Iterable[bytes], str], Iterator[bytes]]


def read_body(
    chunks: Iterable[bytes], headers: Mapping[str, str], *, limit: int, host: str
) -> bytes:
    """The decoded body of ``limit`` bytes at most; ``Permanent`` where it is larger."""
    decode = _decoder(headers.get("content-encoding", ""), host)
    if _announced(headers) > limit:
        raise _too_large(host, limit)
    body = bytearray()  # not a list of parts: chunks of one byte would cost eight times as much
    for part in decode(_bounded(chunks, limit, host), host):
        if len(body) + len(part) > limit:
            raise _too_large(host, limit)
        body += part
    return bytes(body)


def _announced(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "")
    return int(length[:18]) if length.isascii() and length.isdigit() else 0


def _bounded(chunks: Iterable[bytes], limit: int, host: str) -> Iterator[bytes]:
    """The chunks as they come: what decodes to nothing may not go on for ever either."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise _too_large(host, limit)
        yield chunk


def _decoder(encoding: str, host: str) -> Decoder:
    names = [name.strip().lower() for name in encoding.split(",") if name.strip()]
    names = [name for name in names if name != "identity"]
    if not names:
        return _identity
    if len(names) > 1:
        raise Permanent(f"{host} sent a body that is compressed more than once; it is refused.")
    if names[0] not in _DECODERS:
        raise Permanent(f"{host} sent a body in an encoding that nobody asked for ({names[0]!r}).")
    return _DECODERS[names[0]]


def _identity(chunks: Iterable[bytes], host: str) -> Iterator[bytes]:  # noqa: ARG001 - a Decoder
    yield from chunks


def _gzip(chunks: Iterable[bytes], host: str) -> Iterator[bytes]:
    return _inflate(chunks, host, 16 + zlib.MAX_WBITS)


def _deflate(chunks: Iterable[bytes], host: str) -> Iterator[bytes]:
    """RFC 9110 means the zlib format; some servers send the bare stream instead."""
    iterator = iter(chunks)
    head = b""
    while len(head) < 2:
        more = next(iterator, None)
        if more is None:
            break
        head += more
    has_header = len(head) >= 2 and head[0] & 15 == 8 and (head[0] << 8 | head[1]) % 31 == 0
    window = zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS
    return _inflate(_chain(head, iterator), host, window)


def _chain(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _inflate(chunks: Iterable[bytes], host: str, window: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(window)
    members, received = 1, False
    for chunk in chunks:
        data = chunk
        received = received or bool(chunk)
        while data:
            if inflater.eof:
                if window < 16 or data[:2] != b"\x1f\x8b":
                    return  # padding after the end
                members += 1
                if members > MAX_MEMBERS:
                    raise _broken(host)
                inflater = zlib.decompressobj(window)
            try:
                yield inflater.decompress(data, STEP)
            except zlib.error:
                raise _broken(host) from None
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    if not inflater.eof and received:
        yield from _rest(inflater, host)


def _rest(inflater: "zlib._Decompress", host: str) -> Iterator[bytes]:
    """What the inflater still holds back after the last chunk."""
    while part := inflater.decompress(b"", STEP):
        yield part
    if not inflater.eof:
        raise Transient(f"{host} broke off in the middle of the compressed body.")


def _brotli(chunks: Iterable[bytes], host: str) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    received = False
    for chunk in chunks:
        data = chunk
        received = received or bool(chunk)
        while not decoder.is_finished():
            try:
                part = decoder.process(data, output_buffer_limit=STEP)
            except brotli.error:
                raise _broken(host) from None
            data = b""
            yield part
            if not part:  # it "can accept more" even while it still holds output back
                break
    if received and not decoder.is_finished():
        raise Transient(f"{host} broke off in the middle of the compressed body.")


def _too_large(host: str, limit: int) -> Permanent:
    return Permanent(f"{host} sent more than {limit / 1024 / 1024:g} MB; it is not read further.")


def _broken(host: str) -> Permanent:
    return Permanent(f"{host} sent a compressed body that can't be unpacked.")


_DECODERS: Mapping[str, Decoder] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
}
