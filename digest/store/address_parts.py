"""Parts of an address, as functions of SQL."""

import sqlite3
from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from digest.domain.address import domain_part
from digest.domain.address_flags import name_part, owner_part


def add_address_functions(connection: sqlite3.Connection) -> None:
    """Teach a connection of SQLite what PostgreSQL says by itself."""
    for name, part in (("domain", domain_part), ("name", name_part), ("owner", owner_part)):
        connection.create_function(f"digest_{name}", 1, part, deterministic=True)


class domain_of(FunctionElement[str]):  # noqa: N801 - it reads as the SQL function it is
    """The domain of an address."""

    inherit_cache = True
    type = String()


@compiles(domain_of, "postgresql")
def _domain_in_postgresql(element: domain_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"substring({compiler.process(element.clauses, **kw)} from '[^@]*$')"


@compiles(domain_of, "sqlite")
def _domain_in_sqlite(element: domain_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"digest_domain({compiler.process(element.clauses, **kw)})"


class name_of(FunctionElement[str]):  # noqa: N801 - it reads as the SQL function it is
    """The local part of an address without its plus-tag, in lower case."""

    inherit_cache = True
    type = String()


@compiles(name_of, "postgresql")
def _name_in_postgresql(element: name_of, compiler: SQLCompiler, **kw: Any) -> str:
    address = compiler.process(element.clauses, **kw)
    return f"lower(split_part(split_part({address}, '@', 1), '+', 1))"


@compiles(name_of, "sqlite")
def _name_in_sqlite(element: name_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"digest_name({compiler.process(element.clauses, **kw)})"


class owner_of(FunctionElement[str]):  # noqa: N801 - it reads as the SQL function it is
    """The last two labels of an address's domain: whose it is, where that has two."""

    inherit_cache = True
    type = String()


@compiles(owner_of, "postgresql")
def _owner_in_postgresql(element: owner_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"substring({compiler.process(element.clauses, **kw)} from '[^@.]+[.][^@.]+$')"


@compiles(owner_of, "sqlite")
def _owner_in_sqlite(element: owner_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"digest_owner({compiler.process(element.clauses, **kw)})"
