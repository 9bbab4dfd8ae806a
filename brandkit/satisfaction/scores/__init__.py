"""Who satisfies: scores, comparisons of groups, changes between waves."""
