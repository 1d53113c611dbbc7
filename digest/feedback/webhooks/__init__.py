"""Events of mail providers: a module each, into one vocabulary."""
