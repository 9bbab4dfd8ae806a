"""How alike single offers are, and which parts make them so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, check_known, check_whole_number, shown
from brandkit.core.linalg import Floats, Ints, ratio
from brandkit.core.result import Result
from brandkit.overlap.similarity.facets import FACETS, Facet
from brandkit.overlap.similarity.kernel import (
    Categories,
    CategoryScores,
    Comparison,
    Layers,
    comparison,
    pair_scores,
    row_blocks,
    weighted,
)
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference

Offer = tuple[str, str]
MOST_PAIRS = 12
"""Pairs of products that a figure shows."""


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

    def glance(self) -> pd.DataFrame:
        """Give one row: what was compared."""
        facts = "n_brands n_offers n_pairs n_comparable reference"
        return self._row(facts, reference=self.reference.sha256)

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
        weights, least = self.comparison.weights, self.comparison.min_compared
        facets = _counting(scores, np.array([row]), weights)
        total = weighted(facets, weights, shape=(6, 1, scores.n))
        parts = _parts(
            facets,
            pair_scores(total, min_compared=least).score,
            (np.array([0]), np.array([column])),
            weights=weights,
        )
        said = [scores.said(facet, row, column) for facet in parts["facet"]]
        words = pd.DataFrame(said, columns=["shared", "only_a", "only_b"]).astype("str")
        return parts[["facet", "similarity", "weight", "part"]].join(words)

    def _places(self, a: Offer, b: Offer) -> tuple[CategoryScores, int, int]:
        facets, found = self.comparison.facets, []
        offers = facets.offers
        for name, (brand, product) in (("a", a), ("b", b)):
            check_known(name, brand, facets.brands, rule="name a brand of the catalogue")
            products = offers.loc[offers["brand"] == brand, "product"]
            known = products.tolist()
            check_known(name, product, known, rule=f"name a product of {brand}")
            found.append(int(products.index[known.index(product)]))
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
    n_pairs, n_comparable = sum(each[2] for each in found), sum(each[3] for each in found)

    offers = np.concatenate([scores.category.offers for scores in compared.categories])
    return ProductSimilarity(
        pairs=pd.concat([pairs for pairs, *_ in found], ignore_index=True),
        parts=pd.concat([parts for _, parts, *_ in found], ignore_index=True),
        n_offers=len(offers),
        n_brands=int(compared.facets.offers["brand"].iloc[offers].nunique()),
        n_pairs=n_pairs,
        n_comparable=n_comparable,
        reference=compared.reference,
        comparison=compared,
        notes=compared.reading_notes(n_pairs=n_pairs, n_comparable=n_comparable),
    )


def nearest_pairs(
    result: ProductSimilarity, *, brand: str | None = None, once: bool = True
) -> pd.DataFrame:
    """List the pairs by name, most alike first: a bank's, or the market's; each pair once."""
    names = result.comparison.facets.offers.set_index(["brand", "product"])["name"]
    rows = result.pairs if brand is None else result.pairs[result.pairs["brand_a"] == brand]
    for side in "ab":
        offer = pd.MultiIndex.from_frame(rows[[f"brand_{side}", f"product_{side}"]])
        rows = rows.assign(**{f"name_{side}": names.reindex(offer).to_numpy()})
    ends = rows[["brand_a", "product_a", "brand_b", "product_b"]].to_numpy()
    both = pd.Series([frozenset([(a, b), (c, d)]) for a, b, c, d in ends], rows.index, dtype=object)
    rows = rows[~(both.duplicated() & once)]
    order = ["similarity", "category", "brand_a", "product_a", "brand_b", "product_b"]
    ascending = [name != "similarity" for name in order]
    rows = rows.sort_values(order, ascending=ascending, kind="stable", ignore_index=True)
    ends_named = ["brand_a", "product_a", "name_a", "brand_b", "product_b", "name_b"]
    return rows[["category", *ends_named, "similarity", "bound_low", "bound_high"]]


def _nearest(
    scores: CategoryScores, compared: Comparison, top: int | None
) -> tuple[pd.DataFrame, pd.DataFrame, int, int]:
    """List the nearest offers of other banks in one category: pairs, parts, pairs there are."""
    category, weights = scores.category, compared.weights
    offers = compared.facets.offers.iloc[category.offers]
    brand, product = offers["brand"].to_numpy(), offers["product"].to_numpy()
    pairs, parts = [], []
    n_pairs = n_comparable = 0
    for rows in row_blocks(category):
        facets = _counting(scores, rows, weights)
        total = weighted(facets, weights, shape=(6, len(rows), scores.n))
        found = pair_scores(total, min_compared=compared.min_compared)
        other = category.brands[rows][:, None] != category.brands[None, :]
        near = np.where(other, found.score, np.nan)
        n_pairs += int(other.sum())
        n_comparable += int((~np.isnan(near)).sum())
        # places of each row's largest values, best first; ties in canonical order
        order = np.argsort(-near, axis=1, kind="stable")[:, :top]
        at, rank = np.nonzero(~np.isnan(np.take_along_axis(near, order, axis=1)))
        column = order[at, rank]
        ends = pd.DataFrame(
            {
                "brand_a": brand[rows[at]],
                "product_a": product[rows[at]],
                "brand_b": brand[column],
                "product_b": product[column],
            }
        )
        pairs.append(
            ends.assign(
                similarity=found.score[at, column],
                bound_low=found.low[at, column],
                bound_high=found.high[at, column],
            )
        )
        long = _parts(facets, found.score, (at, column), weights=weights)
        names = ends.take(long.pop("pair").to_numpy()).reset_index(drop=True)
        parts.append(pd.concat([names, long], axis=1))
    listed = pd.concat(pairs)
    listed.insert(0, "category", category.category)
    return listed, pd.concat(parts), n_pairs, n_comparable


def _counting(
    scores: CategoryScores, rows: Ints, weights: Mapping[Facet, float]
) -> list[tuple[Facet, Layers]]:
    return [(facet, layers) for facet, layers in scores.facets(rows) if weights.get(facet)]


def _parts(
    facets: list[tuple[Facet, Layers]],
    similarity: Floats,
    cells: tuple[Ints, Ints],
    *,
    weights: Mapping[Facet, float],
) -> pd.DataFrame:
    """Split the similarity of chosen pairs into facets, facets within pairs."""
    at, column = cells
    score, compared = (
        np.stack([layers[layer][at, column] for _, layers in facets], axis=1) for layer in (0, 1)
    )
    names = [facet for facet, _ in facets]
    weight = compared * np.array([weights[name] for name in names])
    share = ratio(weight, weight.sum(axis=1, keepdims=True), empty=0.0)
    comparable = ~np.isnan(similarity[at, column])
    part = np.where(comparable[:, None], share * score, np.nan)
    return pd.DataFrame(
        {
            "pair": np.repeat(np.arange(len(score)), len(names)),
            "facet": pd.Categorical(names * len(score), [f for f in FACETS if f in names]),
            "similarity": np.where(compared > 0, score, np.nan).ravel(),
            "weight": share.ravel(),
            "part": part.ravel(),
        }
    )
