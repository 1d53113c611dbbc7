"""Figures with what they were measured on, kept as JSON in ``bench/results``."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"
LIBRARIES = ("celery", "kombu", "redis", "sqlalchemy", "psycopg", "uvloop", "cryptography")


def keep(name: str, figures: dict[str, Any], *, of: str = "deliver") -> None:
    """Write ``bench/results/OF_NAME.json``; a later run takes its place."""
    RESULTS.mkdir(exist_ok=True)
    found = {
        "benchmark": f"{of} {name}",
        "command": " ".join(["python -m", _module(), *sys.argv[1:]]),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "figures": figures,
        "machine": machine(),
    }
    path = RESULTS / f"{of}_{name}.json"
    path.write_text(json.dumps(found, indent=2) + "\n")
    print(f"  kept in {path.relative_to(RESULTS.parents[1])}")


def _module() -> str:
    """What runs, by its name: a path would say where."""
    path = Path(sys.argv[0])
    if not path.is_absolute():
        return sys.argv[0]
    return ".".join(path.relative_to(RESULTS.parents[1]).with_suffix("").parts)


def machine() -> dict[str, Any]:
    """What decides how a figure compares with one of another machine. ``load`` says how many
    processes wanted a core beside the benchmark's own, over the last 1, 5 and 15 minutes."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _first_line("/proc/cpuinfo", "model name"),
        "memory_mb": int(_first_line("/proc/meminfo", "MemTotal").split()[0]) // 1024,
        "kernel": platform.release().partition("-")[0],
        "python": platform.python_version(),
        "load": [round(one, 1) for one in os.getloadavg()],
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _first_line(path: str, name: str) -> str:
    lines = Path(path).read_text().splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(name))
