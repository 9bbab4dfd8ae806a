"""What features of offers go with in listed rates and fees."""
