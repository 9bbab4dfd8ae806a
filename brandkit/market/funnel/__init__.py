"""Brand funnels."""
