"""Extended services: gifts, outings, events, and whether they go with satisfaction."""
