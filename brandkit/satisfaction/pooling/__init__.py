"""Scores of small groups, drawn to the mean as far as their noise asks."""
