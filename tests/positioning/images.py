"""A very small image survey for the examples in this folder."""

from __future__ import annotations

import numpy as np
import pandas as pd

_CHANCE = {
    ("Civic", 2025): (0.45, 0.45, 0.8), ("Kestrel", 2025): (0.3, 0.8, 0.4),
    ("Tidewater", 2025): (0.75, 0.3, 0.5), ("Harbour", 2025): (0.6, 0.35, 0.6),
    ("Civic", 2026): (0.45, 0.45, 0.8), ("Kestrel", 2026): (0.3, 0.8, 0.4),
    ("Tidewater", 2026): (0.75, 0.3, 0.5), ("Harbour", 2026): (0.3, 0.8, 0.6),
}  # fmt: skip


def small_image(*, persons: int = 120, wave: int | None = 2025, brands: int = 3) -> pd.DataFrame:
    """Draw an image survey in which every person rates all brands.

    Parameters
    ----------
    persons : int
        In each wave.
    wave : int, optional
        One wave; both where None, and then Harbour moves.
    brands : int
        Of Civic, Kestrel, Tidewater and Harbour.

    Returns
    -------
    DataFrame
        ``respondent brand wave fair modern near``.

    Examples
    --------
    >>> small_image().shape
    (360, 6)
    """
    rng = np.random.default_rng(1)
    rows = [
        (f"{year}-{person}", brand, year, *rng.binomial(1, chance))
        for person in range(persons)
        for (brand, year), chance in _CHANCE.items()
        if wave in (None, year) and brand in _BRANDS[:brands]
    ]
    return pd.DataFrame(rows, columns=["respondent", "brand", "wave", "fair", "modern", "near"])


_BRANDS = ["Civic", "Kestrel", "Tidewater", "Harbour"]
