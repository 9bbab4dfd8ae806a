"""Tables as files: cells, numbers, brands by attributes, branches."""
