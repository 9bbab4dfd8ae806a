"""Service item by item against rivals, and what to do first."""
