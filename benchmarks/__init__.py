"""brandkit beside its peers: the same data, the same run, speed and agreement side by side."""
