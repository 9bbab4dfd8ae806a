"""What persons answered: crosstabs, trends over many waves, and the reach of sets."""
