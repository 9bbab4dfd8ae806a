"""What the evidence together says of where to stand."""
