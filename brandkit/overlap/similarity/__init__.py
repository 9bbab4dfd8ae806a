"""How alike single offers are."""
