"""Reach of sets."""
