"""PostgreSQL's own programs for copying a database: ``pg_dump``, ``pg_restore`` and ``psql``."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from digest.domain.errors import Illegal, Permanent
from digest.store.copying import emptying, libpq, server_version
from digest.store.engine import Database

CHUNK = 1 << 20  # octets
_TIMEOUT_OF_17 = b"SET transaction_timeout = 0;\n"


class PostgresTools:
    """The programs in ``folder``, or in PATH where that is empty.

    ``Illegal`` where one is missing, or is older than the server: it then can't read all of it.
    """

    def __init__(self, folder: str, db: Database) -> None:
        self._db = db
        self._url, password = libpq(db)
        self._env = os.environ | password
        found = {name: _program(folder, name) for name in ("pg_dump", "pg_restore", "psql")}
        self._programs, self._server = found, server_version(db)
        for program in found.values():
            version = _version(program)
            if version < self._server:
                raise Illegal(
                    f"{program} is of version {version} and the server of {self._server}: install "
                    "PostgreSQL's client programs of that version or a newer one, and name their "
                    "folder in DIGEST_POSTGRES_BIN."
                )

    def dump(self, snapshot: str, to: IO[bytes]) -> None:
        """Write the database as it is in a snapshot, in pg_dump's custom format."""
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        with self._started("pg_dump", *options, f"--dbname={self._url}") as running:
            for chunk in running.chunks():
                to.write(chunk)
            running.require_done()

    def restore(self, dump: Path, afterwards: str) -> None:
        """Put a dump in the place of all tables, then run some SQL: one transaction, or nothing."""
        options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        reading = self._started("pg_restore", "--no-owner", "--no-privileges", "--file=-", dump)
        writing = self._started("psql", *options, "--file=-", f"--dbname={self._url}")
        with reading as reader, writing as writer:
            try:
                writer.take(emptying(self._db).encode())
                for chunk in reader.chunks():
                    writer.take(self._understood(chunk))
                reader.require_done()
                writer.take(f"\n{afterwards}".encode())
            except BrokenPipeError:
                pass  # what psql had to say comes with the next line
            except BaseException:
                writer.process.kill()  # before the end of its input, at which it would commit
                raise
            writer.require_done()

    def _understood(self, script: bytes) -> bytes:
        """Newer programs set what older servers don't know (it stands in the first lines)."""
        return script if self._server >= 17 else script.replace(_TIMEOUT_OF_17, b"")

    def _started(self, name: str, *options: str | Path) -> "_Running":
        return _Running(name, [self._programs[name], *map(str, options)], self._env)


class _Running:
    """A program with its input and output piped, and what it complains of in a file; it ends with
    the block."""

    def __init__(self, name: str, command: Sequence[str], env: dict[str, str]) -> None:
        self._name = name
        self._complaints = TemporaryFile()  # noqa: SIM115 - closed at the end of the block
        self.process = subprocess.Popen(  # noqa: S603 - programs that the operator named
            command,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
        )

    def __enter__(self) -> "_Running":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()  # where it has not ended
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            with suppress(BrokenPipeError):
                stream.close()
        self.process.wait()
        self._complaints.close()

    def chunks(self) -> Iterator[bytes]:
        """What it writes."""
        assert self.process.stdout is not None
        while chunk := self.process.stdout.read(CHUNK):
            yield chunk

    def take(self, octets: bytes) -> None:
        """Let it read these."""
        assert self.process.stdin is not None
        self.process.stdin.write(octets)
        self.process.stdin.flush()

    def require_done(self) -> None:
        """``Permanent``, with what it said, unless it ended well."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        if self.process.wait() == 0:
            return
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").splitlines()
        said = next((line for line in lines if "error" in line.lower()), "it said nothing")
        raise Permanent(f"{self._name} failed, and nothing was changed: {said.strip()}")


def _program(folder: str, name: str) -> str:
    found = shutil.which(name, path=folder or None)
    if found is None:
        where = f"in {folder}" if folder else "in PATH"
        raise Illegal(
            f"There is no {name} {where}: install PostgreSQL's client programs, and name their "
            "folder in DIGEST_POSTGRES_BIN."
        )
    return found


def _version(program: str) -> int:
    """``pg_dump (PostgreSQL) 18.1 (Debian …)`` → 18."""
    try:
        said = subprocess.run(  # noqa: S603 - likewise
            [program, "--version"], capture_output=True, text=True, check=True
        )
        found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Illegal(f"{program} can't be run: {error}.") from None
    if found is None:
        raise Illegal(f"{program} is not a program of PostgreSQL.")
    return int(found[1])
