"""Bodies that are far more than they seem, or never end: answers for a site's routes."""

import zlib

import brotli


def endless_chunks(handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    block = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for _ in range(3200):  # 200 MB
        handler.wfile.write(block)


def endless_identity(handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(3200):
        handler.wfile.write(b"x" * 0x10000)


def announced(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(200 * 1024 * 1024))
    handler.end_headers()
    handler.wfile.write(b"x")


def gzip_bomb(handler) -> None:
    """64 kB on the wire, 64 MB unpacked."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.end_headers()
    block = bytes(16 * 1024 * 1024)
    for _ in range(4):
        handler.wfile.write(compressor.compress(block))
    handler.wfile.write(compressor.flush())


def deflate_bomb(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Encoding", "deflate")
    handler.end_headers()
    handler.wfile.write(zlib.compress(bytes(64 * 1024 * 1024), 9))


def brotli_bomb(handler) -> None:
    """A hundred bytes that mean 64 MB."""
    handler.send_response(200)
    handler.send_header("Content-Encoding", "br")
    handler.end_headers()
    handler.wfile.write(brotli.compress(bytes(64 * 1024 * 1024), quality=4))


def empty_blocks(handler) -> None:
    """Compressed data that unpacks to nothing, for ever (RFC 1951, section 3.2.4)."""
    handler.send_response(200)
    handler.send_header("Content-Encoding", "deflate")
    handler.end_headers()
    handler.wfile.write(b"\x78\x9c")
    for _ in range(1000):
        handler.wfile.write(b"\x00\x00\x00\xff\xff" * 10_000)


def tiny_chunks(handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b"1\r\nx\r\n" * 5_000)
    handler.wfile.write(b"0\r\n\r\n")
