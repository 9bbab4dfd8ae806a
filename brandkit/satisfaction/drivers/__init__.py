"""What drives an outcome, and what does not rise above noise."""
