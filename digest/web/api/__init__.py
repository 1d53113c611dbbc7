"""The API under /api/v1: what the desk and the commands can do, for programs."""
