"""For whom: tiers of customers, and classes where they are kinds."""
