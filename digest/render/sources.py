"""The e-mail templates that the project carries."""

from functools import cache
from pathlib import Path
from types import MappingProxyType

import digest
from digest.domain.edition import TemplateSet
from digest.domain.errors import Illegal

_FOLDER = Path(digest.__file__).parent.parent / "templates" / "email"  # beside the package
_SUFFIXES = {".html", ".txt", ".css", ".po"}


@cache
def builtin_templates() -> TemplateSet:
    """The sources under ``templates/email``, by relative path; ``Illegal`` where there are none."""
    paths = sorted(path for path in _FOLDER.rglob("*") if path.suffix in _SUFFIXES)
    if not paths:
        raise Illegal(f"There are no e-mail templates in {_FOLDER}; install the package anew.")
    files = {path.relative_to(_FOLDER).as_posix(): path.read_text("utf-8") for path in paths}
    return TemplateSet(MappingProxyType(files))
