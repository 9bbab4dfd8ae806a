"""Since when: real change apart from entry, exit and new words."""
