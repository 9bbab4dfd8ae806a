"""How often intervals hold the truth and tests raise a false alarm, where the truth is known."""
