"""Who moved between waves."""
