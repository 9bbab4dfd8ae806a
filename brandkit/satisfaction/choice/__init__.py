"""What wins customers: which bank they choose by what they say of it."""
