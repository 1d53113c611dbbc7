"""``python -m bench.deliver``."""

from bench.deliver import main

main()
