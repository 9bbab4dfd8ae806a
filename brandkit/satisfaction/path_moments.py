"""From answers to correlations of items: the one pass over the rows that path models need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from brandkit.core.linalg import Floats
from brandkit.core.moment_sums import MomentSums
from brandkit.core.moments import Moments
from brandkit.core.survey_rows import RowDraws, SurveyRows


@dataclass(frozen=True, eq=False)
class ItemMoments:
    """What path models are computed from: one matrix, mean and spread of the items a model.

    Parameters
    ----------
    matrices : ndarray, shape (n, p, p)
        Correlations; covariances for unscaled items.
    means : ndarray, shape (n, p)
    spreads : ndarray, shape (n, p)
        By what an item is divided before weights apply: its standard deviation, or 1.
    """

    matrices: Floats
    means: Floats
    spreads: Floats


@dataclass(frozen=True, eq=False)
class MomentSource:
    """How answers are brought to the matrices that path models are made of.

    Parameters
    ----------
    rows : SurveyRows
    scaled : bool
        Whether items are standardised, each by its own standard deviation.
    within : str, optional
        The column within whose groups items are centred.
    pairwise : bool
        Whether each pair of items uses the rows that have both.
    """

    rows: SurveyRows
    scaled: bool = True
    within: str | None = None
    pairwise: bool = False

    def moments(self, items: Sequence[str], plan: RowDraws | None = None) -> Moments:
        """Reduce the rows to moments, by group of draws where there is a plan."""
        cells = [] if self.within is None else [self.within]
        return self.rows.moments(items, cells=cells, drawn=plan, pairwise=self.pairwise)

    def of_sample(self, items: Sequence[str]) -> ItemMoments:
        """Give the moments of the sample."""
        return self.items(self.moments(items).sums())

    def items(self, sums: MomentSums) -> ItemMoments:
        """Bring weighted sums, of the sample or a stack of draws, to correlations and means."""
        p = len(sums.columns)
        pooled = sums if self.within is None else sums.pooled()
        centred = pooled if self.within is None else sums.within()
        means = pooled.means().reshape(-1, p)
        if not self.scaled:
            return ItemMoments(centred.covariance().reshape(-1, p, p), means, np.ones_like(means))
        correlation = centred.correlation().reshape(-1, p, p)
        variance = np.diagonal(centred.covariance().reshape(-1, p, p), axis1=1, axis2=2)
        # a constant item may come out a rounding below 0; its correlations are missing anyway
        return ItemMoments(correlation, means, np.sqrt(np.maximum(variance, 0.0)))
