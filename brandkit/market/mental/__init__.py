"""Mental availability."""
