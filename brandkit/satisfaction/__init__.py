"""What customers of banks say: scores, drivers, models, and how sure they are."""
