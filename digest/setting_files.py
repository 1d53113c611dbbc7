"""Settings that stand in files: as container secrets are given, or made here once."""

import os
import secrets
from pathlib import Path
from typing import Any

from pydantic_settings import PydanticBaseSettingsSource

from digest.domain.errors import Illegal


class FromFiles(PydanticBaseSettingsSource):
    """Reads ``DIGEST_NAME_FILE`` for each setting, as container secrets are given."""

    def get_field_value(
        self,
        field: Any,  # noqa: ARG002 - the library's signature
        field_name: str,
    ) -> tuple[Any, str, bool]:
        variable = f"{self.config['env_prefix']}{field_name.upper()}_FILE"
        path = os.environ.get(variable)
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text().strip(), field_name, False
        except OSError as error:
            raise Illegal(
                f"{variable} names {path}, which can't be read ({error.strerror})."
            ) from None

    def __call__(self) -> dict[str, Any]:
        found = {
            name: self.get_field_value(None, name)[0] for name in self.settings_cls.model_fields
        }
        return {name: value for name, value in found.items() if value is not None}


def is_secret_file(variable: str) -> bool:
    """Whether an environment variable names such a file."""
    return variable.startswith("DIGEST_") and variable.endswith("_FILE")


def made_once(path: Path) -> bytes:
    """The key in ``path``; whoever comes first makes it, atomically."""
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes().strip()
