"""Institutions scored on criteria, and tiers with an action each."""
