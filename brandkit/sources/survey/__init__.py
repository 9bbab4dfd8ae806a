"""Surveys: what the columns mean, and what was answered."""
