"""A new study: guesses from files, firm or asked."""
