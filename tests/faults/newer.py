"""Starts a module as code of a release to come: this one, and migrations of its own.

    python -m tests.faults.newer expand digest db upgrade
    python -m tests.faults.newer contract celery -A workers.app worker

``expand`` is the next release, whose migration only adds; ``contract`` the one after it, whose
migration takes away what this one needs.
"""

import runpy
import sys
from pathlib import Path

from digest.store import schema

TO_COME = Path(__file__).parent / "to_come"
NEXT = ("tests.faults.newer", "expand")
AFTER_NEXT = ("tests.faults.newer", "contract")
MIGRATIONS = {"expand": ["expand"], "contract": ["expand", "contract"]}

if __name__ == "__main__":
    del sys.argv[0]
    schema.VERSIONS += [TO_COME / folder for folder in MIGRATIONS[sys.argv.pop(0)]]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
