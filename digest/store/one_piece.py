"""Whole transactions that PostgreSQL gets in one piece: nothing is asked in their midst."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy.exc import DBAPIError

from digest.store.engine import Database
from digest.store.together import AtOnce, Together, known_by


class NotDone(Exception):
    """PostgreSQL refused a piece, of which nothing took effect; or nobody knows, as the connection
    was lost. Whoever goes on step by step learns what the matter is."""


@contextmanager
def in_one_piece(db: Database) -> Iterator[Together]:
    """A transaction of its own for PostgreSQL, which gets it in one piece and is waited for once:
    answers can be read when it has ended. Raises ``NotDone``.

    It goes past SQLAlchemy's session and connection, which cost as much as what a sender exchanges.
    """
    try:
        connection = db.engine.raw_connection()
        driver = cast("psycopg.Connection[Any]", connection.driver_connection)
        try:
            driver.autocommit = True  # statements that come in one piece are one transaction
            line = AtOnce(driver, known_by(connection.info, driver), begins=False)
            yield line
            line.send()
        except psycopg.Error as error:
            if driver.closed:
                connection.invalidate(error)
            raise
        finally:
            connection.close()
    except (psycopg.Error, DBAPIError) as error:
        raise NotDone from error
