"""Where there is room, and what a change would do."""
