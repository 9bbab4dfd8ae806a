"""Crosstabs."""
