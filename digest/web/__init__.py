"""The pages: one module per kind of user, the list of routes in ``app``."""
