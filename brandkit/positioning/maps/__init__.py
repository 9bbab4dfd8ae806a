"""Maps of brands from counts, ratings or distances."""
