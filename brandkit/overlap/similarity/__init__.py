"""How alike two products are, facet by facet."""
