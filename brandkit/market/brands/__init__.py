"""Brands beside each other: who is thought of, who leads, who shares customers, who loses whom."""
