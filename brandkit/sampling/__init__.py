"""Persons, weights and draws: the gate from rows of answers to numbers."""
