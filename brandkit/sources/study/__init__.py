"""A study: its study.toml, its evidence, what is kept of it."""
