"""How alike banks' products and markets are."""

from brandkit.overlap.brands import BrandOverlap, brand_overlap
from brandkit.overlap.reference import fit_reference
from brandkit.overlap.similarity import ProductSimilarity, product_similarity
from brandkit.overlap.weights import FACET_WEIGHTS

__all__ = [
    "FACET_WEIGHTS",
    "BrandOverlap",
    "ProductSimilarity",
    "brand_overlap",
    "fit_reference",
    "product_similarity",
]
