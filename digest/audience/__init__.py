"""Subscribers: what each of them wants, how they come and leave, and what is kept about them."""
