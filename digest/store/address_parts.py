"""Parts of an address, as functions of SQL."""

import sqlite3
from typing import Any, ClassVar

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from digest.domain.address import domain_part
from digest.domain.address_flags import name_part, owner_part


class _Part(FunctionElement[str]):
    """One that PostgreSQL says by itself, and SQLite is taught."""

    type = String()
    in_postgresql: ClassVar[str]  # {} is the address


class domain_of(_Part):  # noqa: N801 - it reads as the SQL function it is
    """The domain of an address."""

    inherit_cache = True
    in_postgresql = "substring({} from '[^@]*$')"


class name_of(_Part):  # noqa: N801 - it reads as the SQL function it is
    """The local part of an address without its plus-tag, in lower case."""

    inherit_cache = True
    in_postgresql = "lower(split_part(split_part({}, '@', 1), '+', 1))"


class owner_of(_Part):  # noqa: N801 - it reads as the SQL function it is
    """The last two labels of an address's domain: whose it is, where that has two."""

    inherit_cache = True
    in_postgresql = "substring({} from '[^@.]+[.][^@.]+$')"


def add_address_functions(connection: sqlite3.Connection) -> None:
    """Teach a connection of SQLite what PostgreSQL says by itself."""
    for part, taught in ((domain_of, domain_part), (name_of, name_part), (owner_of, owner_part)):
        connection.create_function(_in_sqlite(part), 1, taught, deterministic=True)


def _in_sqlite(part: type[_Part]) -> str:
    return f"digest_{part.__name__}"


@compiles(_Part, "postgresql")
def _say_in_postgresql(element: _Part, compiler: SQLCompiler, **kw: Any) -> str:
    return element.in_postgresql.format(compiler.process(element.clauses, **kw))


@compiles(_Part, "sqlite")
def _say_in_sqlite(element: _Part, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{_in_sqlite(type(element))}({compiler.process(element.clauses, **kw)})"
