"""Whether banks that sell alike are seen alike, and whether being different pays."""
