"""Reads what a benchmark wrote down."""

import json
from pathlib import Path
from typing import Any

from digest.domain.errors import Illegal
from digest.operate.capacity import Measured

FIGURES = Path("bench/results/deliver_campaign.json")  # in the project's folder


def read_measured(path: Path) -> Measured:
    """The largest campaign of the file; ``Illegal`` says what to do where there is none."""
    try:
        written = json.loads(path.read_text())
        run = max(written["figures"]["runs"], key=lambda one: one["recipients"])
        return _measured(written, run, str(path))
    except OSError:
        raise Illegal(
            f"There are no figures in {path}; measure with `python -m bench.deliver campaign` in "
            "the project's folder, or name a file by --figures."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise Illegal(
            f"{path} was not written by `python -m bench.deliver campaign` of this version; "
            "measure again, or name another file by --figures."
        ) from None


def _measured(written: dict[str, Any], run: dict[str, Any], source: str) -> Measured:
    return Measured(
        recipients=run["recipients"],
        freeze_seconds=run["frozen_after"],
        sending_rate=run["sending_rate"],
        worker_us=run["cpu"]["worker"],
        database_us=run["cpu"]["PostgreSQL"],
        sender_mb=run["uss_mb"],
        row_bytes=run["row_bytes"],
        cores=written["machine"]["cores"],
        processor=written["machine"]["processor"],
        measured_at=written["measured_at"],
        source=source,
    )
