"""Published league tables: what a ranking really tells apart."""
