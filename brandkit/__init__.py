"""Answers how alike banks are, whether customers notice, and where one could stand instead.

brandkit scores product overlap across banks from their catalogues, models customer-satisfaction
surveys, draws positioning maps, and exports reports that leadership can open on a phone.

Examples
--------
>>> import brandkit as bk
>>> bk.answers("sample").drivers.drivers["driver"].head(2).tolist()
['counter', 'lobby']
"""

from importlib import import_module
from importlib.metadata import version

__version__ = version("brandkit")

#: Where each name of the top comes from; it is imported when it is asked for.
_ROOMS = {
    "questions": ("answers",),
    "page.show": ("show",),
    "sources": ("read_study",),
    "overlap": (
        "brand_overlap", "catalog_changes", "catalog_gaps", "list_prices", "look_alike_names",
        "market_overlap", "overlap_explanation", "overlap_history", "overlap_test",
        "product_similarity", "weight_sensitivity",
    ),
    "satisfaction": (
        "choice_model", "customer_segments", "driver_importance", "extended_services",
        "group_comparison",
        "importance_performance", "ordinal_model", "partial_pooling", "path_comparison",
        "path_model", "path_prediction", "penalty_reward", "perceived_alikeness",
        "satisfaction_scores", "scale_reliability", "service_priorities", "service_quality",
        "survey_weights",
    ),
    "positioning": (
        "claim_check", "component_map", "correspondence_map", "distance_map", "map_stability",
        "opportunities", "preference_map", "repositioning", "stacked_tables", "wave_movement",
    ),
    "market": (
        "brand_funnel", "crosstab", "customer_sharing", "kano", "league_table",
        "mental_availability", "reach", "trend",
    ),
    "strategy": (
        "distance_link", "distinctiveness", "scorecard", "scorecard_matrix", "strategy_reading",
        "uniqueness_link", "value_curve",
    ),
}  # fmt: skip
_WHERE = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> object:
    """Import a name of the top when it is asked for."""
    if name not in _WHERE:
        raise AttributeError(f"module 'brandkit' has no attribute {name!r}")
    return getattr(import_module(f"brandkit.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
