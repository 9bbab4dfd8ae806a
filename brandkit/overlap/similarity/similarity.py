"""How alike single offers are, and which parts make them so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, check_whole_number, did_you_mean, shown
from brandkit.core.linalg import Floats, Ints
from brandkit.core.result import Result
from brandkit.overlap.brands.kernel import (
    Categories,
    CategoryScores,
    Comparison,
    FacetScores,
    PairScores,
    comparison,
    reading_notes,
    row_blocks,
    summed,
)
from brandkit.overlap.similarity.facets import FACETS, Facet
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference

Offer = tuple[str, str]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ProductSimilarity(Result):
    """The most similar offers of other banks for each offer, and why.

    Parameters
    ----------
    pairs : DataFrame
        One row an offer and one of its nearest offers of other banks, best first: ``category
        brand_a product_a brand_b product_b similarity bound_low bound_high``.
    parts : DataFrame
        The same pairs in long form, one row a facet: ``brand_a product_a brand_b product_b facet
        similarity weight part``. Within a pair the weights of the compared facets add up to 1 and
        the parts to the pair's similarity.
    n_offers, n_brands, n_pairs, n_comparable : int
        What was compared: pairs of offers of different banks within a category, and how many of
        them disclose enough.
    reference : Reference
        What the similarities were measured against.
    """

    pairs: pd.DataFrame
    parts: pd.DataFrame
    n_offers: int
    n_brands: int
    n_pairs: int
    n_comparable: int
    reference: Reference
    comparison: Comparison = field(repr=False)

    def tidy(self) -> pd.DataFrame:
        """Give the pairs."""
        return self.pairs.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: what was compared."""
        return pd.DataFrame({
            "n_brands": [self.n_brands],
            "n_offers": [self.n_offers],
            "n_pairs": [self.n_pairs],
            "n_comparable": [self.n_comparable],
            "reference": [self.reference.sha256],
        })  # fmt: skip

    def explain(self, a: Offer, b: Offer) -> pd.DataFrame:
        """Set two offers side by side.

        Parameters
        ----------
        a, b : (brand, product)
            Offers of one category; any two, not only the pairs listed.

        Returns
        -------
        DataFrame
            One row a facet: ``facet similarity weight part shared only_a only_b``. Where the pair
            is comparable the parts add up to its similarity; where it is not they are missing.

        Raises
        ------
        InputError
            An offer is not in the catalogue, or the two are in different categories.

        Examples
        --------
        >>> from brandkit.overlap.examples import small_catalog
        >>> result = product_similarity(small_catalog())
        >>> why = result.explain(("Meridian", "m1"), ("Kestrel", "k1"))
        >>> why.loc[0, ["facet", "shared", "only_a"]].tolist()
        ['features', 'contactless', 'insurance']
        """
        scores, row, column = self._places(a, b)
        rows = np.array([row])
        facets = [each for each in scores.facets(rows) if self.comparison.weights.get(each.facet)]
        total = summed(facets, self.comparison.weights, min_compared=self.comparison.min_compared)
        parts = _parts(
            facets, total, (np.array([0]), np.array([column])), weights=self.comparison.weights
        )
        frame = parts[["facet", "similarity", "weight", "part"]]
        said = [scores.said(facet, row, column) for facet in frame["facet"]]
        return frame.assign(
            shared=[each.shared for each in said],
            only_a=[each.only_a for each in said],
            only_b=[each.only_b for each in said],
        ).astype({"shared": "str", "only_a": "str", "only_b": "str"})

    def _places(self, a: Offer, b: Offer) -> tuple[CategoryScores, int, int]:
        offers = self.comparison.facets.offers
        found = []
        for name, offer in (("a", a), ("b", b)):
            brand, product = offer
            of_brand = offers[offers["brand"] == brand]
            if not len(of_brand):
                hint = did_you_mean(str(brand), self.comparison.facets.brands)
                raise InputError(
                    f"`{name}` must name a brand of the catalogue; found {shown(brand)}.{hint}"
                )
            rows = of_brand.index[of_brand["product"] == product]
            if not len(rows):
                known = of_brand["product"].tolist()
                raise InputError(
                    f"`{name}` must name a product of {brand}; found {shown(product)}. "
                    f"It has {shown(known)}.{did_you_mean(str(product), known)}"
                )
            found.append(int(rows[0]))
        labels = offers["category"].iloc[found].tolist()
        if labels[0] != labels[1]:
            raise InputError(
                "`a` and `b` must be in one category: offers are compared within categories. Found "
                f"{shown(labels[0])} and {shown(labels[1])}."
            )
        for scores in self.comparison.categories:
            if scores.category.category == labels[0]:
                row, column = np.searchsorted(scores.category.offers, found).tolist()
                return scores, row, column
        raise InputError(
            f"`a` and `b` must be in a category that was compared; found {shown(labels[0])}. "
            "Leave `category` out to compare all."
        )


def product_similarity(
    catalog: Catalog,
    *,
    category: Categories = None,
    weights: Mapping[str, float] | None = None,
    reference: Reference | None = None,
    top: int | None = 10,
    min_compared: float = 0.5,
) -> ProductSimilarity:
    """Find for every offer the most similar offers of other banks, and say what makes them so.

    Answers *which products of rivals could a customer take for ours, and in which respects?*

    Parameters
    ----------
    catalog : Catalog
    category : str or sequence of str, optional
        Categories to compare; all where not given. Spelling and case do not matter.
    weights : mapping of facet to weight >= 0, optional
        Facets not named get none. Default: :data:`brandkit.overlap.FACET_WEIGHTS`, where the
        reasons for it stand.
    reference : Reference, optional
        A stored one, so that numbers can be compared over dates; fitted on this catalogue where
        not given.
    top : int, optional, default 10
        Nearest offers to list for each offer; None lists every comparable pair.
    min_compared : float, 0-1, default 0.5
        Least share of the weight that two offers must both disclose to be compared; with less a
        pair is "not comparable", never 0 or 1.

    Returns
    -------
    ProductSimilarity

    Raises
    ------
    InputError
        Unknown category or facet, an offer twice.
    NotEnoughDataError
        One bank, one product, or nothing stated in any facet.

    Notes
    -----
    S = sum w d s / sum w d over facets (Gower), d = 1 where both offers say something comparable.
    Lists: weighted Jaccard over what is listed, entries weighing 1 + ln((1 + B) / (1 + b)) in the
    reference. Amounts: mean of max(0, 1 - |x - y| / range) over those that both state; amounts in
    different units are never compared. Texts: cosine of character pieces weighted by rarity,
    after series numbers and the bank's own name are taken out.

    Bounds are outer bounds at these weights over what one side has and the other does not state:
    all against, all for; a facet in which a side is silent takes 0 and 1.

    References
    ----------
    Gower (1971). A general coefficient of similarity and some of its properties. Biometrics 27,
    857-871. doi:10.2307/2528823

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = product_similarity(small_catalog(), category="cards", weights={"features": 1})
    >>> best = result.pairs.iloc[0]
    >>> best["product_a"], best["product_b"], float(best["similarity"].round(4))
    ('k1', 'm1', 0.4157)
    """
    if top is not None:
        check_whole_number("top", top, low=1)
    compared = comparison(
        catalog, category=category, weights=weights, reference=reference, min_compared=min_compared
    )

    found = [_nearest(scores, compared, top) for scores in compared.categories]

    pairs = pd.concat([each.pairs for each in found], ignore_index=True)
    parts = pd.concat([each.parts for each in found], ignore_index=True)
    n_pairs = sum(each.n_pairs for each in found)
    n_comparable = sum(each.n_comparable for each in found)
    offers = np.concatenate([scores.category.offers for scores in compared.categories])
    return ProductSimilarity(
        pairs=pairs,
        parts=parts,
        n_offers=len(offers),
        n_brands=int(compared.facets.offers["brand"].iloc[offers].nunique()),
        n_pairs=n_pairs,
        n_comparable=n_comparable,
        reference=compared.reference,
        comparison=compared,
        notes=reading_notes(compared, n_pairs=n_pairs, n_comparable=n_comparable),
    )


@dataclass(frozen=True)
class _Found:
    pairs: pd.DataFrame
    parts: pd.DataFrame
    n_pairs: int
    n_comparable: int


def _nearest(scores: CategoryScores, compared: Comparison, top: int | None) -> _Found:
    """List the nearest offers of other banks within one category, block by block."""
    category, weights = scores.category, compared.weights
    offers = compared.facets.offers.iloc[category.offers]
    brand, product = offers["brand"].to_numpy(), offers["product"].to_numpy()
    pairs, parts = [], []
    n_pairs = n_comparable = 0
    for rows in row_blocks(category):
        facets = [each for each in scores.facets(rows) if weights.get(each.facet)]
        total = summed(facets, weights, min_compared=compared.min_compared)
        other = category.brands[rows][:, None] != category.brands[None, :]
        near = np.where(other, total.score, np.nan)
        n_pairs += int(other.sum())
        n_comparable += int((~np.isnan(near)).sum())
        at, column = _best_first(near, top)
        ends = {
            "brand_a": brand[rows[at]], "product_a": product[rows[at]],
            "brand_b": brand[column], "product_b": product[column],
        }  # fmt: skip
        pairs.append(pd.DataFrame({
            "category": category.category, **ends,
            "similarity": total.score[at, column],
            "bound_low": total.low[at, column],
            "bound_high": total.high[at, column],
        }))  # fmt: skip
        long = _parts(facets, total, (at, column), weights=weights)
        parts.append(pd.DataFrame({
            **{name: values[long["pair"]] for name, values in ends.items()},
            **{name: long[name] for name in ("facet", "similarity", "weight", "part")},
        }))  # fmt: skip
    return _Found(pd.concat(pairs), pd.concat(parts), n_pairs, n_comparable)


def _best_first(near: Floats, top: int | None) -> tuple[Ints, Ints]:
    """Give the places of each row's largest values, best first; ties in canonical order."""
    order = np.argsort(-near, axis=1, kind="stable")[:, :top]
    found = ~np.isnan(np.take_along_axis(near, order, axis=1))
    at, rank = np.nonzero(found)
    return at, order[at, rank]


def _parts(
    facets: list[FacetScores],
    total: PairScores,
    cells: tuple[Ints, Ints],
    *,
    weights: Mapping[Facet, float],
) -> pd.DataFrame:
    """Split the similarity of chosen pairs into facets, facets within pairs."""
    at, column = cells
    compared = np.stack([each.compared[at, column] for each in facets], axis=1)
    score = np.stack([each.score[at, column] for each in facets], axis=1)
    weight = compared * np.array([weights[each.facet] for each in facets])
    whole = weight.sum(axis=1, keepdims=True)
    share = np.divide(weight, whole, out=np.zeros_like(weight), where=whole > 0)
    comparable = ~np.isnan(total.score[at, column])
    part = np.where(comparable[:, None], share * score, np.nan)
    n_pairs, n_facets = score.shape
    names = [each.facet for each in facets]
    return pd.DataFrame({
        "pair": np.repeat(np.arange(n_pairs), n_facets),
        "facet": pd.Categorical(names * n_pairs, categories=[f for f in FACETS if f in names]),
        "similarity": np.where(compared, score, np.nan).ravel(),
        "weight": share.ravel(),
        "part": part.ravel(),
    })  # fmt: skip
