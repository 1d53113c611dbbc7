"""The process that fills a list's own templates: ``python -m digest.render.jailed``.

It reads requests from its standard input and, for each, forks. The copy can open no file and no
connection, start no process, and has a bound on memory, time and output; it ends with its mail.
"""

import os
import resource
import select
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Any

from digest.domain.edition import TemplateSet
from digest.domain.errors import Illegal
from digest.render.environment import Exceeded, check_variables
from digest.render.jail import Document, read, write
from digest.render.message import fill
from digest.render.words import Words

MEMORY = 256 * 1024 * 1024  # bytes of address space
CPU = 2  # seconds until the kernel ends it
CPU_NOTICE = 1.6  # seconds until it is told, so that it can say where it was
OUTPUT = 1_000_000  # characters of each part
WALL = 30.0  # seconds: a busy machine gives little CPU time

LIMITS = (
    (resource.RLIMIT_AS, MEMORY),
    (resource.RLIMIT_CPU, CPU),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_NOFILE, 0),  # no new ones; those that are open stay
    (resource.RLIMIT_NPROC, 0),
)


def main() -> None:
    """Answer requests until the other end is gone."""
    _warm_up()
    while (request := read(sys.stdin.buffer)) is not None:
        write(sys.stdout.buffer, _in_a_copy(request))


def _warm_up() -> None:
    """Import and read all that a copy may need, since it can't open files."""
    files = {
        "mail/subject.txt": "{{ 'x' | wrap | upper }}",
        "mail/body.txt": "{{ say('more', count=2) }}{{ 'x y' | hang('* ') | underline }}",
        "mail/body.html": "<style>p { color: #123456; } a:hover { color: red; }</style><p>x</p>",
    }
    say = Words("en").say
    for subject in (files["mail/subject.txt"], "{{ unknown }}", "{% broken %}"):
        with suppress(Illegal):
            fill("mail", TemplateSet({**files, "mail/subject.txt": subject}), {"say": say})


def _in_a_copy(request: Document) -> Document:
    """What a forked copy of this process answers; a fault where it ended without a word."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _answer(request, theirs)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        ready, _, _ = select.select([pipe], [], [], WALL)
        answer = read(pipe) if ready else None
    if answer is None:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    fault = f"The list's own templates need more than {CPU} s or {MEMORY // 2**20} MB."
    return answer or {"fault": fault}


def _answer(request: Document, pipe: int) -> None:
    """Answer within the limits, and end this process."""
    try:
        with os.fdopen(pipe, "wb") as out:
            _limit()
            write(out, _filled(request))
    finally:
        os._exit(0)


def _limit() -> None:
    for kind, most in LIMITS:
        resource.setrlimit(kind, (most, most))
    signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, CPU_NOTICE)


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise Exceeded(f"it takes more than {CPU_NOTICE:g} s")


def _filled(request: Document) -> Document:
    templates = TemplateSet(request["templates"]["files"], tuple(request["templates"]["own"]))
    context: dict[str, Any] = request["context"]
    try:
        context["say"] = Words(context["language"], templates).say
        check_variables(templates, context)
        subject, html, text = fill(
            request["name"], templates, context, text_only=request["text_only"], most=OUTPUT
        )
    except Illegal as error:
        return {"fault": str(error)}
    except MemoryError:
        return {"fault": f"The list's own templates need more than {MEMORY // 2**20} MB."}
    except Exceeded as error:
        return {"fault": f"The list's own templates can't be filled: {error}."}
    except Exception as error:  # noqa: BLE001 - whatever it was, it must be told, not lost
        return {"fault": f"The list's own templates can't be filled: {type(error).__name__}."}
    return {"subject": subject, "html": html, "text": text}


if __name__ == "__main__":
    main()
