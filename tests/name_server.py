"""A DNS server of the test's own on loopback: a zone is a dict, and it can fall silent."""

import socketserver
import threading
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset


class NameServer(socketserver.ThreadingUDPServer):
    """Answers for ``zone``: ``{("news.example", "TXT"): ["v=spf1 mx -all"]}``; else NXDOMAIN."""

    daemon_threads = True

    def __init__(self, zone: dict[tuple[str, str], list[str]] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Question)
        self.zone = zone or {}
        self.refuses = False  # SERVFAIL to everything
        self.questions = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def answer(self, question: dns.message.Message) -> dns.message.Message:
        self.questions += 1
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.RA
        if self.refuses:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply
        asked = question.question[0]
        name = asked.name.to_text().rstrip(".").lower()
        values = self.zone.get((name, dns.rdatatype.to_text(asked.rdtype)))
        if values:
            kind = dns.rdatatype.to_text(asked.rdtype)
            shown = [_quoted(value) if kind == "TXT" else value for value in values]
            reply.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *shown))
        elif name not in {known for known, _ in self.zone}:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply


class _Question(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, sock = self.request
        assert isinstance(self.server, NameServer)
        reply = self.server.answer(dns.message.from_wire(data))
        sock.sendto(reply.to_wire(max_size=65_535), self.client_address)


def _quoted(text: str) -> str:
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))
