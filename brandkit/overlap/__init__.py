"""How alike banks' products and markets are."""

from brandkit.overlap.brands.brands import BrandOverlap, brand_overlap
from brandkit.overlap.brands.explanation import (
    OverlapExplanation,
    WeightSensitivity,
    overlap_explanation,
    weight_sensitivity,
)
from brandkit.overlap.chance import OverlapTest, feature_profiles, overlap_test
from brandkit.overlap.gaps import CatalogGaps, catalog_gaps, cells_sold
from brandkit.overlap.history.changes import CatalogChanges, catalog_changes
from brandkit.overlap.history.history import OverlapHistory, overlap_history
from brandkit.overlap.names import LookAlikeNames, look_alike_names
from brandkit.overlap.prices.prices import ListPrices, list_prices
from brandkit.overlap.products import ProductSimilarity, product_similarity
from brandkit.overlap.regions import MarketOverlap, market_overlap
from brandkit.overlap.similarity.gower import gower
from brandkit.overlap.similarity.kernel import FACET_WEIGHTS, fit_reference

__all__ = [
    "FACET_WEIGHTS",
    "BrandOverlap",
    "CatalogChanges",
    "CatalogGaps",
    "ListPrices",
    "LookAlikeNames",
    "MarketOverlap",
    "OverlapExplanation",
    "OverlapHistory",
    "OverlapTest",
    "ProductSimilarity",
    "WeightSensitivity",
    "brand_overlap",
    "catalog_changes",
    "catalog_gaps",
    "cells_sold",
    "feature_profiles",
    "fit_reference",
    "gower",
    "list_prices",
    "look_alike_names",
    "market_overlap",
    "overlap_explanation",
    "overlap_history",
    "overlap_test",
    "product_similarity",
    "weight_sensitivity",
]
