"""What share of whom: published rankings and what the market does."""

from brandkit.market.league.league import LeagueTable, league_table

__all__ = ["LeagueTable", "league_table"]
