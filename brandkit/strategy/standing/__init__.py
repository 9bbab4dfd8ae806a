"""Where a bank stands in its market: as different as it pays to be, and its value curve."""
