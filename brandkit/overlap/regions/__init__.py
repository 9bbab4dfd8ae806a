"""Where banks meet: the same places."""
