"""Trends over waves."""
