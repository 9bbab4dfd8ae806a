"""How alike banks' products and markets are."""

from brandkit.overlap.brands import BrandOverlap, brand_overlap
from brandkit.overlap.explanation import OverlapExplanation, overlap_explanation
from brandkit.overlap.gap_tables import CatalogGaps
from brandkit.overlap.gaps import catalog_gaps
from brandkit.overlap.gower import gower
from brandkit.overlap.history import overlap_history
from brandkit.overlap.history_tables import OverlapHistory
from brandkit.overlap.lookalikes import look_alike_names
from brandkit.overlap.market import MarketOverlap, market_overlap
from brandkit.overlap.null import OverlapTest, feature_profiles, overlap_test
from brandkit.overlap.reference import fit_reference
from brandkit.overlap.sensitivity import WeightSensitivity, weight_sensitivity
from brandkit.overlap.similarity import ProductSimilarity, product_similarity
from brandkit.overlap.weights import FACET_WEIGHTS

__all__ = [
    "FACET_WEIGHTS",
    "BrandOverlap",
    "CatalogGaps",
    "MarketOverlap",
    "OverlapExplanation",
    "OverlapHistory",
    "OverlapTest",
    "ProductSimilarity",
    "WeightSensitivity",
    "brand_overlap",
    "catalog_gaps",
    "feature_profiles",
    "fit_reference",
    "gower",
    "look_alike_names",
    "market_overlap",
    "overlap_explanation",
    "overlap_history",
    "overlap_test",
    "product_similarity",
    "weight_sensitivity",
]
