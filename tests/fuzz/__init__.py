"""Twisted frames and damaged files for everything that is public: ``make fuzz``."""
