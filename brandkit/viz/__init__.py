"""How figures look: theme, fonts, labels and the way into a page. Knows no result type."""
