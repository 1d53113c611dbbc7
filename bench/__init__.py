"""Benchmarks: what is measured, and the pages it is measured on."""
