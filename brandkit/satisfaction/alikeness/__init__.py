"""Whether customers notice a difference between the banks."""
