"""The only place that joins capabilities."""

from brandkit.joins.brief import Brief, brief

__all__ = ["Brief", "brief"]
