"""A fault a function: it plays the fault on a stage and gives what was found."""
