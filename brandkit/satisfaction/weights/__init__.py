"""Whom the answers stand for: weights brought to the population's margins."""
