"""How this service uses its broker: a message is a bell, and any may be lost."""

from typing import Any

from redis.exceptions import ConnectionError as RedisGone


def outlive_redis() -> None:
    """Mend two ways in which a worker dies of a Redis that died while a task ran (kombu 5.7).

    It puts back what was heard and not acknowledged over the connection that has just ended; that
    is of no use here, since the tick rings again. And it acknowledges, when the task is done, over
    a channel that was closed meanwhile: an ``AttributeError`` where Celery expects, and survives,
    an error of the connection.
    """
    from kombu.transport import redis

    def parameters(self: Any, *args: Any, **values: Any) -> Any:
        if self.connection is None or self.connection.client is None:
            raise RedisGone("This channel was closed.")
        return known(self, *args, **values)

    channel: Any = redis.Channel  # its types don't tell of this method
    known = channel._connparams  # noqa: SLF001 - there is no other way in
    channel._connparams = parameters  # noqa: SLF001
    channel.do_restore = False
