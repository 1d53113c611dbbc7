"""E-mail digests of a newsroom's briefs, delivered with an account of every subscriber."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("bluf-digest")
except PackageNotFoundError:  # run from a plain checkout, not installed
    __version__ = "0"
