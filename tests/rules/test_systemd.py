"""deploy/systemd: the units name commands that exist, and say the same as compose.yaml.

What a command does is tested with containers' commands in test_compose.py: the words are the same.
"""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from digest.cli.app import whole_tree
from digest.settings import PREFIX, Settings
from tests.rules.documents import ROOT
from tests.rules.test_compose import SECRETS, SERVICES
from workers.app import QUEUES

FOLDER = ROOT / "deploy/systemd"
UNITS = sorted(path.name for path in FOLDER.glob("*.service"))
COMMON = "digest-.service.d/10-all.conf"
HOME = "/opt/digest"
PROGRAMS = f"{HOME}/.venv/bin/"
ALONE = ("digest-up.service",)  # on one SQLite file, without PostgreSQL and Redis
LASTING = [name for name in UNITS if (FOLDER / name).read_text().count("Type=exec")]

each_unit = pytest.mark.parametrize("name", UNITS)
with_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")


def settings_of(name: str) -> dict[str, list[str]]:
    """A unit's own lines and those that all have in common, by key; the common ones come last."""
    found: dict[str, list[str]] = {}
    for line in [*lines(name), *lines(COMMON)]:
        if "=" in line:
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text()
    return [line for line in text.splitlines() if not line.startswith("#")]


def command(name: str) -> list[str]:
    """The one command of a unit, its program by its name alone."""
    (said,) = settings_of(name)["ExecStart"]
    program, *words = shlex.split(said.replace("%%", "%"))
    if program == "/bin/sh":  # for what it puts in place of $(…)
        program, *words = shlex.split(words[-1].removeprefix("exec "))
    assert program.startswith(PROGRAMS)
    return [program.removeprefix(PROGRAMS), *words]


def variables(name: str) -> dict[str, str]:
    words = [word for value in settings_of(name)["Environment"] for word in value.split()]
    return dict(word.split("=", 1) for word in words)


def test_there_is_a_unit_for_each_part():
    assert UNITS == [
        "digest-backup.service",
        "digest-beat.service",
        "digest-feedback.service",
        "digest-migrate.service",
        "digest-up.service",
        "digest-web.service",
        "digest-worker@.service",
    ]


@each_unit
def test_its_program_is_one_of_ours(name):
    assert (Path(sys.executable).parent / command(name)[0]).is_file()


@pytest.mark.parametrize("name", [name for name in UNITS if command(name)[0] == "digest"])
def test_its_command_takes_the_options_that_it_is_given(name):
    words = command(name)[1:]
    context = typer.Context(whole_tree(), info_name="digest")
    here = whole_tree()
    while hasattr(here, "commands"):
        here = here.commands[words.pop(0)]
        context = typer.Context(here, info_name=here.name, parent=context)
    here.parse_args(context, words)


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("digest-web.service", "web"),
        ("digest-beat.service", "beat"),
        ("digest-feedback.service", "feedback"),
        ("digest-migrate.service", "migrate"),
        ("digest-worker@.service", "worker"),
    ],
)
def test_its_command_is_the_one_that_the_container_runs(name, service):
    """But for where it listens, its name, and where its process id is kept."""
    local = {"127.0.0.1", "0.0.0.0", "celery@%h", "%i@%h", "--queues", "%i"}
    words = [word for word in command(name) if word not in local]
    there = [word for word in SERVICES[service]["command"] if word not in local]
    cut = {"--pidfile=": None, "--pidfile": None, "/tmp/beat.pid": None}
    assert [it for it in words if it not in cut] == [it for it in there if it not in cut]


def test_a_worker_is_told_its_queue_and_each_document_starts_one_for_every_queue():
    words = command("digest-worker@.service")
    assert words[words.index("--queues") + 1] == "%i"
    text = (ROOT / "docs/operations.md").read_text()
    assert all(f"digest-worker@{queue}" in text for queue in QUEUES)


@each_unit
def test_every_setting_that_it_gives_exists_and_secrets_come_as_credentials(name):
    known = {PREFIX + key.upper() for key in Settings.model_fields}
    given = {key: value for key, value in variables(name).items() if key.startswith(PREFIX)}
    assert {key.removesuffix("_FILE") for key in given} <= known
    files = {value.removeprefix("%d/") for key, value in given.items() if key.endswith("_FILE")}
    loaded = dict(line.split(":") for line in settings_of(name)["LoadCredential"])
    assert files == set(loaded)
    assert all(path == f"/etc/digest/secrets/{key}" for key, path in loaded.items())


@each_unit
def test_it_has_the_secrets_of_the_container_or_but_those_of_servers(name):
    there = set(SERVICES["web"]["secrets"])
    assert all(
        value.startswith(SECRETS)
        for key, value in SERVICES["web"]["environment"].items()
        if key.endswith("_FILE")
    )
    here = {line.split(":")[0] for line in settings_of(name)["LoadCredential"]}
    needless = {
        "digest-up.service": {"database_url", "redis_url"},
        "digest-backup.service": {"redis_url"},
    }
    assert here == there - needless.get(name, set())


@pytest.mark.parametrize("name", LASTING)
def test_a_unit_that_stays_is_started_again_for_ever(name):
    found = settings_of(name)
    assert found["Restart"] == ["always"]
    assert found["StartLimitIntervalSec"] == ["0"]


@pytest.mark.parametrize("name", LASTING)
def test_a_unit_that_stays_can_be_enabled(name):
    (target,) = settings_of(name)["WantedBy"]
    assert target == ("multi-user.target" if name in ALONE else "digest.target")


def test_the_backup_is_made_each_night_where_it_may_be_written():
    folder = f"/var/lib/{settings_of('digest-backup.service')['StateDirectory'][0]}/"
    assert command("digest-backup.service")[-1].startswith(folder)
    timer = (FOLDER / "digest-backup.timer").read_text()
    assert "OnCalendar=*-*-* 03:00\n" in timer
    assert "WantedBy=timers.target\n" in timer


def units_here(folder: Path) -> list[Path]:
    """The units with this checkout in the place of /opt/digest, a worker as one of its queues."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    shutil.copy(folder / "digest-worker@.service", folder / "digest-worker@delivery.service")
    binaries = str(Path(sys.executable).parent) + "/"
    for path in [*folder.glob("*.service"), *folder.glob("*/*.conf")]:
        text = path.read_text().replace(PROGRAMS, binaries).replace(HOME, str(ROOT))
        path.write_text(text)
    return sorted([*folder.glob("*.service"), *folder.glob("*.timer")])


def analyze(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *words],
        env={"SYSTEMD_UNIT_PATH": f"{folder}:", "PATH": "/usr/bin:/bin", "SYSTEMD_COLORS": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@with_systemd
def test_systemd_finds_nothing_wrong_with_them(tmp_path):
    units = [str(path) for path in units_here(tmp_path)]
    told = analyze(tmp_path, "verify", "--recursive-errors=no", *units)
    said = told.stdout + told.stderr
    ours = [line for line in said.splitlines() if "digest" in line]
    assert ours == []
    (tmp_path / "digest-web.service").write_text("[Service]\nExecStart=/no/such/program\n")
    broken = analyze(
        tmp_path, "verify", "--recursive-errors=no", str(tmp_path / "digest-web.service")
    )
    assert "digest-web.service" in broken.stdout + broken.stderr


@with_systemd
def test_each_of_them_may_do_little(tmp_path):
    """Systemd's own figure goes from 0 (sealed) to 10 (exposed)."""
    for path in units_here(tmp_path):
        if "@." in path.name or path.suffix == ".timer":
            continue  # a template is judged as one of its instances
        told = analyze(tmp_path, "security", "--no-pager", "--offline=yes", str(path))
        level = re.search(r"Overall exposure level for \S+: ([\d.]+)", told.stdout)
        assert level, told.stderr
        assert float(level[1]) < 2, path.name


def test_the_command_has_the_settings_and_secrets_of_the_units(tmp_path):
    """With folders of this test's own, and a setpriv that changes no user."""
    for folder in ("etc/secrets", "opt/.venv", "bin", "var"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "etc/secrets/secret_key").write_text("of thirty-two characters and more\n")
    (tmp_path / "etc/secrets/smtp_url").write_text("smtp://relay.example:25?starttls=none\n")
    (tmp_path / "etc/environment").write_text("DIGEST_BASE_URL=https://harbour.example\n")
    (tmp_path / "opt/.venv/bin").symlink_to(Path(sys.executable).parent)
    (tmp_path / "bin/setpriv").write_text('#!/bin/sh\nshift 6\nexec "$@"\n')
    (tmp_path / "bin/setpriv").chmod(0o755)
    text = (FOLDER / "digest.sh").read_text().replace("/etc/digest", f"{tmp_path}/etc")
    text = text.replace("/opt/digest", f"{tmp_path}/opt").replace(
        "/var/lib/digest", f"{tmp_path}/var"
    )
    told = []
    for words in (
        ["db", "upgrade"],
        ["relay", "add", "main", "smtp://news:secret@relay.example:25"],
        ["list", "list"],
    ):
        ran = subprocess.run(
            ["sh", "-c", text, "digest", *words],
            env={"PATH": f"{tmp_path}/bin:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        told.append(ran.stdout)
    assert str(tmp_path / "var/digest.db") in told[0]
    assert not (tmp_path / "var/secret.key").exists()  # the one that was given is used
