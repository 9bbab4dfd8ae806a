"""What share of whom: crosstabs, funnels, who is thought of, who shares customers, what moved."""

from brandkit.market.brands.funnel import BrandFunnel, brand_funnel
from brandkit.market.brands.mental import MentalAvailability, mental_availability
from brandkit.market.brands.sharing import CustomerSharing, customer_sharing
from brandkit.market.league.league import LeagueTable, league_table
from brandkit.market.tabs.crosstab import Crosstab, crosstab
from brandkit.market.tabs.kano import Kano, kano
from brandkit.market.tabs.reach import Reach, reach
from brandkit.market.tabs.trend import Trend, trend

__all__ = [
    "BrandFunnel",
    "Crosstab",
    "CustomerSharing",
    "Kano",
    "LeagueTable",
    "MentalAvailability",
    "Reach",
    "Trend",
    "brand_funnel",
    "crosstab",
    "customer_sharing",
    "kano",
    "league_table",
    "mental_availability",
    "reach",
    "trend",
]
