"""Catalogues of products, as tables or as banks publish them."""
