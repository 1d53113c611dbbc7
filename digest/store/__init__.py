"""Rows and queries, a module per noun; the only SQL there is. Functions here never commit."""
