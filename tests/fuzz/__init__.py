"""What comes from outside, attacked at random: a target for each parser, and what each must hold.

`make test` plays some hundred examples of each, `make fuzz` ten minutes of each. What once broke
something stays in tests/corpus/fuzz, and is played for ever.
"""
