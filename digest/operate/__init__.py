"""What operators are told: what is wrong, when it began, what to do about it."""
