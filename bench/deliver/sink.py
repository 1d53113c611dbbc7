"""An SMTP sink that is faster than what it measures: ``python -m bench.deliver.sink --port N``.

It looks for the end of a message where a client that waits for 354 has to put it, at the end of
what was read, and keeps nothing. ``--delay-ms`` holds each reply back: the round trip of a relay
far away. On SIGTERM it prints what it took, and the processor time that this cost, as JSON.
"""

import argparse
import heapq
import json
import select
import signal
import socket
from resource import RUSAGE_SELF, getrusage
from time import monotonic

READ = 1 << 20
END = b"\r\n.\r\n"
TAIL = 2048  # a dot, and the commands that may follow in the same write
EHLO = b"250-sink.example\r\n250-PIPELINING\r\n250-SIZE 100000000\r\n250 8BITMIME\r\n"
OTHER = b"250 2.0.0 Ok\r\n"
REPLIES = {b"DATA": b"354 Go on\r\n", b"EHLO": EHLO, b"QUIT": b"221 2.0.0 Bye\r\n"}


class Client:
    """One connection: whether it is in a body, and the octets that were read too early."""

    __slots__ = ("in_body", "rest", "socket")

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.in_body = False
        self.rest = b""


class Sink:
    """Takes mail from any number of clients, in one thread."""

    def __init__(self, port: int, delay: float) -> None:
        """``delay`` is in seconds."""
        self.messages = 0
        self.octets = 0
        self._delay = delay
        self._late: list[tuple[float, int, bytes]] = []  # due, file number, reply
        self._clients: dict[int, Client] = {}
        self._buffer = bytearray(READ)
        self._view = memoryview(self._buffer)
        self._poll = select.epoll()
        self._server = socket.create_server(("127.0.0.1", port), backlog=512)
        self._server.setblocking(False)
        self._poll.register(self._server.fileno(), select.EPOLLIN)
        self._goes_on = True
        self.port = self._server.getsockname()[1]

    def stop(self, *_: object) -> None:
        self._goes_on = False

    def serve(self) -> None:
        """Until ``stop``."""
        server = self._server.fileno()
        while self._goes_on:
            for number, _ in self._poll.poll(self._patience()):
                if number == server:
                    self._accept()
                else:
                    self._read(self._clients[number])
            while self._late and self._late[0][0] <= monotonic():
                _, number, reply = heapq.heappop(self._late)
                if number in self._clients:
                    self._clients[number].socket.send(reply)

    def _patience(self) -> float:
        return max(0.0, self._late[0][0] - monotonic()) if self._late else 0.2

    def _accept(self) -> None:
        connection, _ = self._server.accept()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = self._clients[connection.fileno()] = Client(connection)
        self._poll.register(connection.fileno(), select.EPOLLIN)
        self._say(client, b"220 sink.example ESMTP\r\n")

    def _read(self, client: Client) -> None:
        try:
            size = client.socket.recv_into(self._buffer)
        except ConnectionError:
            size = 0
        if size == 0:
            self._hang_up(client)
            return
        self.octets += size
        if client.in_body:
            start = self._end_of_body(client, size)
            if start < 0:
                return
            commands = bytes(self._view[start:size])
        else:
            commands = client.rest + self._view[:size]
        replies = b"250 2.0.0 Ok: queued\r\n" if client.in_body else b""
        client.in_body = False
        self._say(client, replies + self._answers(client, commands))
        if commands.endswith(b"QUIT\r\n"):
            self._hang_up(client)

    def _end_of_body(self, client: Client, size: int) -> int:
        """Where commands begin again; -1 while the body goes on."""
        if client.rest:  # an end that two reads have cut in two
            head = client.rest + self._view[: len(END)]
            cut = head.find(END)
            if cut >= 0:
                start = cut + len(END) - len(client.rest)
                client.rest = b""
                self.messages += 1
                return start
        found = self._buffer.find(END, max(0, size - TAIL), size)
        if found < 0:
            seen = client.rest + self._view[max(0, size - len(END)) : size]
            client.rest = seen[1 - len(END) :]
            return -1
        client.rest = b""
        self.messages += 1
        return found + len(END)

    def _answers(self, client: Client, commands: bytes) -> bytes:
        lines = commands.split(b"\r\n")
        client.rest = lines.pop()
        replies = b""
        for line in lines:
            verb = line[:4].upper()
            replies += REPLIES.get(verb, OTHER)
            client.in_body = verb == b"DATA"
        if client.in_body:  # a body that begins with its dot ends, too
            client.rest = b"\r\n"
        return replies

    def _say(self, client: Client, replies: bytes) -> None:
        if not replies:
            return
        if self._delay:
            heapq.heappush(self._late, (monotonic() + self._delay, client.socket.fileno(), replies))
            return
        try:
            client.socket.send(replies)
        except ConnectionError:
            self._hang_up(client)

    def _hang_up(self, client: Client) -> None:
        if self._clients.pop(client.socket.fileno(), None) is not None:
            self._poll.unregister(client.socket.fileno())
            client.socket.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    options = parser.parse_args()
    sink = Sink(options.port, options.delay_ms / 1000)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, sink.stop)
    print(json.dumps({"port": sink.port}), flush=True)
    sink.serve()
    used = getrusage(RUSAGE_SELF)
    cpu = round(used.ru_utime + used.ru_stime, 3)
    print(json.dumps({"messages": sink.messages, "octets": sink.octets, "cpu": cpu}), flush=True)


if __name__ == "__main__":
    main()
