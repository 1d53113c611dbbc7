"""A list's own templates filled and inlined in another process, which can do nothing else.

One warm process forks a copy of itself for each mail; the copy has the limits of ``LIMITS`` and
ends with its mail (see ``digest/render/jailed.py``). It is started with an empty environment when
it is first needed, and again after a fork of ours, since a fork would share its pipes.
"""

import atexit
import json
import os
import struct
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from threading import Lock
from typing import IO, Any

from digest.domain.edition import TemplateSet
from digest.domain.errors import Illegal

LENGTH = struct.Struct("!I")  # before each document on the pipes, in bytes

Document = dict[str, Any]


class Jail:
    """The warm process; safe to share between threads, which wait for each other."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0  # the process that started it

    def fill(
        self, name: str, templates: TemplateSet, context: Mapping[str, Any], *, text_only: bool
    ) -> tuple[str, str | None, str]:
        """Subject, HTML and text of the mail ``name``; ``Illegal`` says what is wrong with its
        templates, and where, if they break a limit, too."""
        plain = {key: value for key, value in context.items() if key != "say"}
        request = {
            "name": name,
            "templates": asdict(templates),
            "context": plain,
            "text_only": text_only,
        }
        answer = self._ask(request)
        if "fault" in answer:
            raise Illegal(answer["fault"])
        return answer["subject"], answer["html"], answer["text"]

    def close(self) -> None:
        """End the warm process; the next mail starts another one."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.communicate()

    def _ask(self, request: Document) -> Document:
        with self._lock:
            for _ in range(2):  # a process that something ended is started once more
                pipes = self._pipes()
                try:
                    write(pipes[0], request)
                    answer = read(pipes[1])
                except OSError:
                    answer = None
                if answer is not None:
                    return answer
                self.close()
        raise Illegal("The list's own templates could not be filled: their process ended.")

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None or self._owner != os.getpid():
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", "digest.render.jailed"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                start_new_session=True,
            )
            self._owner = os.getpid()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


def write(pipe: IO[bytes], document: Document) -> None:
    """Send one document over a pipe."""
    body = json.dumps(document).encode()
    pipe.write(LENGTH.pack(len(body)) + body)
    pipe.flush()


def read(pipe: IO[bytes]) -> Document | None:
    """The next document of a pipe; None where it ended before or within one."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    body = pipe.read(size)
    return json.loads(body) if len(body) == size else None


JAIL = Jail()
atexit.register(JAIL.close)
