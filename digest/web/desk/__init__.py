"""The desk: the pages of the staff. `docs/architecture.md` says how to add one."""
