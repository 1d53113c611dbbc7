"""Whether the database and the broker can be worked with, in a sentence that names neither."""

from redis import Redis
from redis.exceptions import RedisError

from digest.log import get_logger
from digest.operate.findings import SILENT
from digest.settings import Settings
from digest.store.engine import Database, StoreUnavailable, database_time
from digest.store.heartbeats import ProcessKind, last_heard
from digest.store.schema import CodeTooOld, SchemaBehind, current_revision, require_usable

log = get_logger(__name__)

BROKER_SECONDS = 1.0


def broker_fault(settings: Settings) -> str | None:
    """Why work can't be rung for; None where it can."""
    if settings.redis_url is None:
        return None  # in memory, in the process that serves this
    url = settings.redis_url.get_secret_value()
    try:
        with Redis.from_url(
            url, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
        ) as broker:
            broker.ping()
    except (RedisError, OSError, ValueError) as error:
        log.warning("broker not ready", why=type(error).__name__)
        return "The broker (Redis) does not answer: what is due waits until it does."
    return None


def beat_fault(db: Database) -> str | None:
    """Why nothing that is due is begun; None where a beat was heard of lately."""
    try:
        with db.read() as session:
            last = last_heard(session, ProcessKind.BEAT)
            now = database_time(session)
    except StoreUnavailable:
        return None  # said already
    if last is not None and now - last < SILENT:
        return None
    return "No beat was heard of for a minute: pages are served, and nothing due is begun."


def database_fault(db: Database) -> str | None:
    """Why rows can't be used; None where they can."""
    return reach_fault(db) or schema_fault(db)


def reach_fault(db: Database) -> str | None:
    """Why the database can't be asked; None where it can."""
    # The log says which database it is; a page that anybody may open does not.
    try:
        current_revision(db)
    except StoreUnavailable as error:
        log.warning("not ready", why=str(error))
        return "The database can't be reached; the log says why."
    return None


def schema_fault(db: Database) -> str | None:
    """What is wrong with the tables of a database that can be asked."""
    try:
        require_usable(db)
    except SchemaBehind:
        return (
            "The database is not at the revision that this version needs; run `digest db upgrade`."
        )
    except CodeTooOld:
        return "The database wants a newer version than this; install it."
    return None
