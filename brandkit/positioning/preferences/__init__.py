"""What customers would like, set into a map of brands."""
