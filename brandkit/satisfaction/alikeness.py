"""Perceived alikeness: whether customers notice a difference between the banks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from brandkit.core.checks import check_level, check_option, check_whole_number
from brandkit.core.errors import NotEnoughDataError
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.survey_rows import Data, Weight
from brandkit.satisfaction.alikeness_frames import (
    change_frame,
    equivalence_frames,
    measure_frame,
)
from brandkit.satisfaction.alikeness_rows import (
    BankRows,
    Where,
    bank_rows,
    checked_columns,
    checked_smallest,
    image_squares,
    rating_squares,
    require_ticks,
)

MissingAnswers = Literal["pairwise", "drop", "raise"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PerceivedAlikeness(Result):
    """How much of what customers say depends on the bank, and which banks they tell apart.

    Parameters
    ----------
    measures : DataFrame
        ``measure wave item label estimate ci_low ci_high ci_level untruncated observed expected
        p_value n n_persons n_brands n_attributes``. ``measure`` is "between_share": the share of
        the variance of an item's ratings that lies between banks, 0-1, on the row without an item
        over all items; or "inertia": of the table of banks by attributes, chi-square over n.
        ``observed`` is the uncorrected value, ``expected`` what noise adds to it. ``estimate`` is
        ``observed`` less that, never below 0; ``untruncated`` may be. ``p_value`` tests that
        there is no difference at all.
    changes : DataFrame
        From each wave to the next: ``measure item label wave_a wave_b estimate std_error ci_low
        ci_high ci_level p_value``.
    pairs : DataFrame
        One row a wave, item and pair of banks: ``wave item label brand_a brand_b estimate
        std_error ci_low ci_high ci_level smallest_difference declared p_equal p_equal_adjusted
        p_value p_adjusted verdict n_a n_b n_both``; ``estimate`` is the first bank's mean less the
        second's, in scale points.
    brands : DataFrame
        The same for each bank against the plain mean of the others: ``wave item label brand score
        estimate … verdict n``.
    ci_level : float
        Coverage the intervals aim at; the tests of `pairs` keep 1 - ci_level.
    draws : int
        Draws over persons.
    """

    measures: pd.DataFrame
    changes: pd.DataFrame
    pairs: pd.DataFrame
    brands: pd.DataFrame
    ci_level: float
    draws: int

    def tidy(self) -> pd.DataFrame:
        """Give the measures, one row a wave and item."""
        return self.measures.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: banks, persons and how many pairs are equal, different or open."""
        shares = self.pairs["verdict"].value_counts(normalize=True)
        found = self.measures
        return pd.DataFrame(
            {
                "n_brands": [int(found["n_brands"].max())],
                "n_persons": [int(found.groupby("wave", dropna=False)["n_persons"].max().sum())],
                "n_tests": [len(self.pairs)],
                **{
                    f"share_{verdict}": [
                        float(shares.get(verdict, 0.0)) if len(self.pairs) else np.nan
                    ]
                    for verdict in ("equal", "different", "open")
                },
                "draws": [self.draws],
                "ci_level": [self.ci_level],
            }
        )


def perceived_alikeness(
    data: Data,
    *,
    brand: str | None = None,
    items: Sequence[str] | None = None,
    images: Sequence[str] | None = None,
    smallest_difference: float | Mapping[str, float] | None = None,
    wave: str | None = None,
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    missing: MissingAnswers = "pairwise",
    suppress_below: int = 10,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> PerceivedAlikeness:
    """Say whether customers notice a difference between the banks.

    Not finding a difference does not show that there is none. Three answers are given: how much
    of the ratings depends on the bank at all, how much the banks' images differ beyond noise, and
    for each pair of banks whether it is shown to be equal, shown to differ, or neither.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent and bank.
    brand : str, optional
        Column of the bank; a survey knows it.
    items : sequence of str, optional
        Ratings.
    images : sequence of str, optional
        Attributes that were ticked (1) or not (0). Ratings, images or both must be given.
    smallest_difference : float or mapping, optional
        The smallest difference of two banks' means that matters, in scale points, for all items
        or for each. **It should be declared**, from what a difference is worth to the bank, before
        the answers are looked at. Where it is not, 5 % of the scale's length in the codebook is
        taken (half a point from 0 to 10), and ``notes`` and the ``declared`` column say so;
        without a codebook it must be given.
    wave : str, optional
        Column of the wave; a survey knows it. Each wave is looked at by itself.
    weight : str or SurveyWeights, optional
    respondent, strata, cluster : str, optional
        Columns of the design; a survey knows them.
    missing : "pairwise", "drop" or "raise"
        Use for each item the rows where it was answered, only rows with all items, or refuse.
        Rows with a missing tick are left out of the image in any case.
    suppress_below : int, default 10
        Banks with fewer persons in a wave are left out of it, and ``notes`` say so.
    draws : int, default 1000
        Draws over persons.
    seed : int, default 0
    level : float, default 0.95
        Coverage of intervals; 1 - level is the chance of a false verdict for each item.

    Returns
    -------
    PerceivedAlikeness

    Raises
    ------
    InputError
        No column is given, or an answer is missing where it must not; `smallest_difference` is
        neither given nor known from a codebook.
    ScaleError
        A tick is neither 0 nor 1, or a smallest difference is not above 0.
    NotEnoughDataError
        Fewer than two banks have enough answers in every wave, or every answer is the same.

    Notes
    -----
    The share between banks is B/(B + W), with the variance of the banks' means, weighted by their
    ratings, less what their design errors add to it (persons who rate several banks included):
    omega squared where rows are independent. A negative B is written as 0, and stands in
    ``untruncated``. Intervals invert a test by draws over persons, as the noncentral F does for
    normal data, so that they are right at 0 too: there they are [0, upper].

    Equivalence by two one-sided tests on the design covariance, adjusted by Holm over the pairs
    of an item and wave. "equal": shown to differ by less than the smallest difference that
    matters. Else "different": shown to differ. Else "open": the answers do not settle it.

    References
    ----------
    Hays, W. L. (1963). Statistics for Psychologists. Schuirmann, D. J. (1987). A comparison of the
    two one-sided tests procedure and the power approach. Journal of Pharmacokinetics and
    Biopharmaceutics 15, 657-680. doi:10.1007/BF01068419
    Lakens, D. (2017). Equivalence tests. Social Psychological and Personality Science 8, 355-362.
    doi:10.1177/1948550617697177

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame({"bank": ["a", "b", "c"] * 200, "id": np.repeat(range(200), 3)})
    >>> answers["fees"] = rng.normal(6.0, 1.5, 600) + np.tile([0, 0.05, 1], 200)
    >>> result = perceived_alikeness(answers, brand="bank", items=["fees"], respondent="id",
    ...                              smallest_difference=0.5)
    >>> result.pairs[["brand_a", "brand_b", "verdict"]].to_numpy().tolist()
    [['a', 'b', 'equal'], ['a', 'c', 'different'], ['b', 'c', 'different']]
    """
    check_option("missing", missing, ("pairwise", "drop", "raise"))
    check_level(level)
    check_whole_number("draws", draws, low=100)
    check_whole_number("suppress_below", suppress_below, low=2)
    rated, ticked = checked_columns(items, images)
    design = {"weight": weight, "respondent": respondent, "strata": strata, "cluster": cluster}
    smallest, declared = checked_smallest(data, rated, smallest_difference)

    where = Where(brand=brand, wave=wave, design=design, suppress_below=suppress_below)
    ratings = bank_rows(data, columns=rated, missing=missing, where=where) if rated else None
    whole = "raise" if missing == "raise" else "drop"
    image = bank_rows(data, columns=ticked, missing=whole, where=where) if ticked else None
    if image:
        require_ticks(image.rows)

    measures = rating_squares(ratings, draws=draws, seed=seed) if ratings else []
    measures += image_squares(image, draws=draws, seed=seed) if image else []
    pairs, brands = equivalence_frames(ratings, smallest=smallest, declared=declared, level=level)
    if not measures:
        raise NotEnoughDataError(
            "`data` must hold banks with differing answers; found every answer the same. Read the "
            "file again, or leave constant items out."
        )

    return PerceivedAlikeness(
        measures=measure_frame(measures, level=level),
        changes=change_frame(measures, level=level),
        pairs=pairs,
        brands=brands,
        ci_level=level,
        draws=draws,
        notes=_notes([one for one in (ratings, image) if one], declared=declared or not rated),
    )


def _notes(parts: list[BankRows], *, declared: bool) -> tuple[Message, ...]:
    """Gather what was left out and taken for granted, each thing once."""
    said = dict.fromkeys(note for part in parts for note in part.notes)
    if declared:
        return tuple(said)
    loud = Message(
        "The smallest difference that matters was not declared. 5% of the scale's length stands in "
        "for it; which banks count as equal depends on it. Declare it with smallest_difference."
    )
    return (loud, *said)
