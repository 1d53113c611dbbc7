"""Known holes in the packages that are pinned: pip-audit, with a verdict of its own.

pip-audit ends well, too, where nobody answered it. Here that is said to be no audit.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
LONGEST = 60  # seconds, over all packages
COMMAND = (
    *(sys.executable, "-m", "pip_audit", "--requirement", str(CONSTRAINTS)),
    *("--disable-pip", "--require-hashes", "--format", "json"),
    *("--progress-spinner", "off", "--timeout", "5"),
)


def decide(told: dict[str, Any]) -> tuple[int, str]:
    """The exit status and the one sentence for what pip-audit found; 1 means a known hole."""
    packages = told.get("dependencies", [])
    audited = [one for one in packages if "vulns" in one]
    holes = [
        f"{one['name']} {one['version']}: {_said(hole)}" for one in audited for hole in one["vulns"]
    ]
    if holes:
        return 1, "Known holes: " + "; ".join(sorted(holes)) + "."
    if not audited:
        return 0, "Not audited: no advisory database answered for any package."
    left = len(packages) - len(audited)
    beside = f"; {left} could not be looked up" if left else ""
    return 0, f"Packages audited without a known hole: {len(audited)}{beside}."


def _said(hole: dict[str, Any]) -> str:
    mended = ", ".join(hole.get("fix_versions", [])) or "no version yet"
    return f"{hole['id']} (mended in {mended})"


def ask() -> tuple[int, str]:
    """Asks the advisory database, for a minute at most."""
    try:
        ran = subprocess.run(COMMAND, capture_output=True, text=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return 0, f"Not audited: the advisory database took more than {LONGEST} s."
    try:
        return decide(json.loads(ran.stdout))
    except ValueError:
        why = (ran.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return 0, f"Not audited: pip-audit ended with status {ran.returncode} ({why[:200]})."


if __name__ == "__main__":
    status, sentence = ask()
    print(sentence)
    sys.exit(status)
