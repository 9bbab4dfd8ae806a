"""Whether the overlap is more than chance would give."""
