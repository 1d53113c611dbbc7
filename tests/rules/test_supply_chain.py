"""What is pinned, what is known of it, and that no secret is committed."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests import audit
from tests.rules.documents import ROOT

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
HOLE = {"id": "EX-2031-7", "fix_versions": ["2.1"], "aliases": [], "description": "x"}


def pins(name: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / name).read_text()))


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(names: list[str]) -> set[str]:
    """The packages that these need on this machine, and those that they need, and so on."""
    found: dict[str, Requirement] = {}
    todo = [Requirement(name) for name in names]
    while todo:
        one = todo.pop()
        if str(one) in found:
            continue
        found[str(one)] = one
        for text in distribution(one.name).requires or []:
            needs = Requirement(text)
            extras = one.extras or {""}
            if not needs.marker or any(needs.marker.evaluate({"extra": it}) for it in extras):
                todo.append(needs)
    return {plain(one.name) for one in found.values()}


def test_the_image_pins_all_that_the_service_needs_and_nothing_of_the_tests():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    there, everything = pins("constraints.run.txt"), pins("constraints.txt")
    assert needed(project["dependencies"]) - set(there) == set(), "make lock"
    assert there.items() <= everything.items(), "make lock"
    assert not {"pytest", "playwright", "mypy", "hypothesis"} & set(there)


@pytest.mark.parametrize("name", ["constraints.txt", "constraints.run.txt"])
def test_every_pin_has_a_hash_and_no_address(name):
    text = (ROOT / name).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) > 50
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert not re.search(r"https?://|--(?:extra-)?index-url", text)


def test_an_audit_that_nobody_answered_is_said_to_be_none():
    skipped = {"name": "harbour", "skip_reason": "Dependency not found and not audited"}
    assert audit.decide({"dependencies": [skipped, skipped]}) == (
        0,
        "Not audited: no advisory database answered for any package.",
    )


def test_a_known_hole_fails_the_audit_and_says_where_it_is_mended():
    sound = {"name": "quay", "version": "1.0", "vulns": []}
    holed = {"name": "ferry", "version": "2.0", "vulns": [HOLE]}
    assert audit.decide({"dependencies": [sound, holed]}) == (
        1,
        "Known holes: ferry 2.0: EX-2031-7 (mended in 2.1).",
    )
    assert audit.decide({"dependencies": [sound]}) == (
        0,
        "Packages audited without a known hole: 1.",
    )


@pytest.mark.parametrize("code", ["import time; time.sleep(60)", "print('no JSON')", "0 / 0"])
def test_an_audit_that_hangs_or_breaks_is_said_to_be_none(code, monkeypatch):
    monkeypatch.setattr(audit, "COMMAND", (sys.executable, "-c", code))
    monkeypatch.setattr(audit, "LONGEST", 1)
    status, sentence = audit.ask()
    assert status == 0
    assert sentence.startswith("Not audited: ")


def scan(path: Path) -> subprocess.CompletedProcess[str]:
    hook = Path(sys.executable).with_name("detect-secrets-hook")
    return subprocess.run(
        [hook, "--no-verify", "--baseline", ".secrets.baseline", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# Put together here, so that this file itself holds none of them.
@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "aws = 'AKIA" + "QYLPMN5HNM4QRTZW'",
        "url = 'smtp://news:" + "gh7Hq9zLw2@relay.quay.net:587'",
        "pass" + "word = 'gh7Hq-9zLw2'",
        "key = 'SG." + "ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc-1s5cr'",
    ],
)
def test_a_secret_that_is_committed_is_found(line, tmp_path):
    (tmp_path / "leak.py").write_text(f"{line}\n")
    assert scan(tmp_path / "leak.py").returncode == 1


def test_invented_passwords_are_no_secrets_and_the_list_of_findings_stays_empty(tmp_path):
    (tmp_path / "settings.py").write_text('password = "tidal-lock"\n')
    found = scan(tmp_path / "settings.py")
    assert found.returncode == 0, found.stdout
    assert json.loads((ROOT / ".secrets.baseline").read_text())["results"] == {}
