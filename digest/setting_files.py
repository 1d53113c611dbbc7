"""Settings that stand in files, as container secrets are given."""

import os
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
