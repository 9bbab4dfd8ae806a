"""How alike the banks' offers are, why, and how far that hangs on the weights."""
