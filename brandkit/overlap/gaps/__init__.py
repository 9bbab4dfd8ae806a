"""What a bank lacks, what only it has, and names that look alike."""
