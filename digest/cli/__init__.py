"""The command ``digest``: one module per noun, each a small Typer application."""

import sys

from digest.domain.errors import DigestError, exit_status


def main() -> None:
    """Run the command; errors are one line on standard error, never a traceback.

    Exit status: 0 done, 1 failed, 2 the request itself was wrong.
    """
    from digest.cli.app import app

    try:
        app(standalone_mode=True)
    except DigestError as error:
        _fail(str(error), exit_status(error))
    except KeyboardInterrupt:
        _fail("interrupted", 130)
    except BrokenPipeError:  # the reader of our output went away: | head
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the outermost edge: whatever it is, one line
        _fail_unexpectedly(error)


def _fail(message: str, status: int) -> None:
    print(f"digest: {message}", file=sys.stderr)
    sys.exit(status)


def _fail_unexpectedly(error: Exception) -> None:
    from digest.log import get_logger

    get_logger(__name__).debug("unexpected error", exc_info=error)
    _fail(
        f"something unforeseen went wrong ({type(error).__name__}: {error}); "
        "DIGEST_LOG_LEVEL=DEBUG shows where.",
        1,
    )
