"""Core or exciting: what hurts when poor, what delights when good."""
