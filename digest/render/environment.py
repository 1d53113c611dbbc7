"""The sandbox that templates run in, and its errors in one sentence."""

import traceback
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.domain.edition import TemplateSet
from digest.domain.errors import Illegal
from digest.render.wrap import hang, underline, wrap

# What a template's own code can raise while it runs, besides Jinja's errors.
_RUNTIME_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)

Source = tuple[str, str, Callable[[], bool]]


def render_template(templates: TemplateSet, name: str, context: Mapping[str, Any]) -> str:
    """The template ``name`` filled from ``context``, which holds plain values only.

    ``.html`` is escaped, all else is not. ``Illegal`` with the template's name, line and fault
    where it is broken or uses a variable that there is not.
    """
    environment = _environment(tuple(sorted(templates.files.items())))
    try:
        return environment.get_template(name).render(context)
    except TemplateSyntaxError as error:
        where = _place(error.name or name, error.lineno)
        raise Illegal(f"{where} is broken: {_reason(error)}") from error
    except TemplateNotFound as error:
        raise Illegal(f"There is no e-mail template {error.name}, which {name} needs.") from error
    except (TemplateError, *_RUNTIME_ERRORS) as error:
        where = _place(*_last_place(error, templates, name))
        raise Illegal(f"{where} can't be filled: {_reason(error)}") from error


@lru_cache(maxsize=8)
def _environment(files: tuple[tuple[str, str], ...]) -> ImmutableSandboxedEnvironment:
    sources = dict(files)

    def load(name: str) -> Source | None:
        # The name stands for the file's name, so that tracebacks tell template and line.
        return (sources[name], name, lambda: True) if name in sources else None

    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
        undefined=StrictUndefined,
        autoescape=lambda name: name is None or name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters.update(wrap=wrap, hang=hang, underline=underline)
    return environment


def _last_place(error: BaseException, templates: TemplateSet, name: str) -> tuple[str, int | None]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [(f.filename, f.lineno) for f in frames if f.filename in templates.files]
    return places[-1] if places else (name, None)


def _place(name: str, line: int | None) -> str:
    return f"The e-mail template {name}" + (f", line {line}," if line else "")


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, KeyError):
        text = f"there is no {text}"
    return text if text.endswith((".", "!", "?")) else f"{text}."
