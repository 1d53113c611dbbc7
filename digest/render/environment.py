"""The sandbox that templates run in, and its errors in one sentence."""

import traceback
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

from jinja2 import (
    Environment,
    FunctionLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    nodes,
    pass_context,
)
from jinja2.exceptions import TemplateSyntaxError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.domain.edition import TemplateSet
from digest.domain.errors import Illegal
from digest.render.wrap import hang, underline, wrap


class Exceeded(Exception):
    """A template needs more time or room than it may have."""


# What a template's own code can raise while it runs, besides Jinja's errors.
_RUNTIME_ERRORS = (
    ArithmeticError,
    AttributeError,
    Exceeded,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)

_WITHOUT_FILTERS = ("random",)  # equal values must give equal bytes
_WITHOUT_GLOBALS = ("cycler", "joiner", "lipsum")  # objects and functions that nobody needs here

Source = tuple[str, str, Callable[[], bool]]


def render_template(
    templates: TemplateSet, name: str, context: Mapping[str, Any], most: int | None = None
) -> str:
    """The template ``name`` filled from ``context``, which holds plain values only.

    ``.html`` is escaped, all else is not. ``Illegal`` with the template's name, line and fault
    where it is broken, uses a variable that there is not, or writes more than ``most`` characters.
    """
    environment = _environment(tuple(sorted(templates.files.items())))
    try:
        return _written(environment.get_template(name), context, most)
    except TemplateSyntaxError as error:
        where = _place(error.name or name, error.lineno)
        raise Illegal(f"{where} is broken: {_reason(error)}") from error
    except TemplateNotFound as error:
        raise Illegal(f"There is no e-mail template {error.name}, which {name} needs.") from error
    except (TemplateError, *_RUNTIME_ERRORS) as error:
        where = _place(*_last_place(error, environment, templates, name))
        raise Illegal(f"{where} can't be filled: {_reason(error)}") from error


def check_variables(templates: TemplateSet, known: Collection[str]) -> None:
    """``Illegal`` where one of a list's own templates uses a variable that is neither ``known`` nor
    given a value anywhere in the set, be it on a path that is seldom taken."""
    environment = _environment(tuple(sorted(templates.files.items())))
    parsed = {
        name: _parsed(environment, name, source)
        for name, source in templates.files.items()
        if not name.endswith(".po")
    }
    bound = {*known, *environment.globals, "loop", "caller", "varargs", "kwargs", "super", "self"}
    for tree in parsed.values():
        bound.update(_bound(tree))
    for name in templates.own:
        for used in parsed[name].find_all(nodes.Name):
            if used.ctx == "load" and used.name not in bound:
                where = _place(name, used.lineno)
                raise Illegal(f"{where} can't be filled: there is no variable '{used.name}'.")


def _parsed(environment: Environment, name: str, source: str) -> nodes.Template:
    try:
        return environment.parse(source, name)
    except TemplateSyntaxError as error:
        raise Illegal(f"{_place(name, error.lineno)} is broken: {_reason(error)}") from error


def _bound(tree: nodes.Template) -> Iterator[str]:
    """The names that a template gives a value to."""
    yield from (used.name for used in tree.find_all(nodes.Name) if used.ctx != "load")
    yield from (macro.name for macro in tree.find_all(nodes.Macro))
    yield from (module.target for module in tree.find_all(nodes.Import))
    for module in tree.find_all(nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in module.names)


def _written(template: Template, context: Mapping[str, Any], most: int | None) -> str:
    """Not ``template.render``: where memory is short, that loses the line of an error."""
    parts, size = [], 0
    stream = cast(Generator[str], template.root_render_func(template.new_context(dict(context))))
    for part in stream:
        size += len(part)
        if most is not None and size > most:
            # Thrown into the template, so that the traceback tells its line.
            stream.throw(Exceeded(f"it writes more than {most:,} characters"))
        parts.append(part)
    return "".join(parts)


@pass_context
def _as_it_is(_context: Context, value: object) -> object:
    """Gives ``value``: since it asks for the context, nothing is worked out while compiling."""
    return value


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
        optimized=False,  # what is too much is found while it runs, with its line
        finalize=_as_it_is,
    )
    environment.filters.update(wrap=wrap, hang=hang, underline=underline)
    for name in _WITHOUT_FILTERS:
        del environment.filters[name]
    for name in _WITHOUT_GLOBALS:
        del environment.globals[name]
    return environment


def _last_place(
    error: BaseException, environment: Environment, templates: TemplateSet, name: str
) -> tuple[str, int | None]:
    # Not extract_tb: it opens source files, which a list's own templates may not.
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        file = frame.f_code.co_filename
        if file in templates.files:
            return file, environment.get_template(file).get_corresponding_lineno(line)
    return name, None


def _place(name: str, line: int | None) -> str:
    return f"The e-mail template {name}" + (f", line {line}," if line else "")


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, MemoryError):
        text = "it needs too much memory"
    if isinstance(error, KeyError):
        text = f"there is no {text}"
    return text if text.endswith((".", "!", "?")) else f"{text}."
