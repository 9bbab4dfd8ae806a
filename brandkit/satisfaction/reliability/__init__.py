"""How well several questions measure one thing."""
