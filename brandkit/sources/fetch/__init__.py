"""Catalogues fetched from the banks themselves."""
