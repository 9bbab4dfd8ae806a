"""How image, quality, value, satisfaction and loyalty hang together."""
