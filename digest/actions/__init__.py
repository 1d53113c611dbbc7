"""One use case a module: each opens its own transactions and calls the stages in order."""
