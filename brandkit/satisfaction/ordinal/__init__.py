"""What drives an outcome on an ordered scale."""
