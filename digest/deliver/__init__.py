"""Delivery: an approved edition becomes one message for each person, handed over and recorded."""
