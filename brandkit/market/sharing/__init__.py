"""Sharing of customers."""
