"""Product similarity and bank overlap written once more, slowly and from the formulas.

Nothing here is shared with brandkit: plain dictionaries, loops, exact fractions for the draws and
scikit-learn for texts. Offers are mappings as ``catalog_of`` takes them, with normalised names.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer

Offer = Mapping[str, Any]
LISTS = ("features", "eligibility", "channels", "regions")
NUMBERS = {"rates": "rates", "fee_amounts": "fees", "terms": "terms"}


def entries(offer: Offer, facet: str) -> set[str]:
    """What an offer lists."""
    listed = offer.get(facet) or {}
    if isinstance(listed, Mapping):
        return {name for name, state in listed.items() if facet == "fees" or state == "has"}
    return set(listed)


class Market:
    """A market measured against itself as the reference."""

    def __init__(self, offers: Sequence[Offer], weights: Mapping[str, float]) -> None:
        self.offers, self.weights = offers, weights
        names = [offer["name"] for offer in offers]
        made = TfidfVectorizer(
            analyzer="char", ngram_range=(2, 3), lowercase=False, norm="l2"
        ).fit_transform([f" {name} " for name in names])
        self.text = (made @ made.T).toarray()

    def same(self, category: str) -> list[Offer]:
        return [offer for offer in self.offers if offer["category"] == category]

    def entry_weight(self, category: str, facet: str, entry: str) -> float:
        same = self.same(category)
        disclosing = {offer["brand"] for offer in same if entries(offer, facet)}
        having = {offer["brand"] for offer in same if entry in entries(offer, facet)}
        return 1 + math.log((1 + len(disclosing)) / (1 + len(having)))

    def facets(self, p: Offer, q: Offer) -> dict[str, float | None]:
        """Score of each facet that the category knows; None where it cannot be compared."""
        category, found = p["category"], {}
        for facet in (*LISTS, "fees"):
            if not any(entries(offer, facet) for offer in self.same(category)):
                continue
            mine, theirs = entries(p, facet), entries(q, facet)
            found[facet] = None
            if mine and theirs:
                weigh = {e: self.entry_weight(category, facet, e) for e in mine | theirs}
                found[facet] = sum(weigh[e] for e in mine & theirs) / sum(weigh.values())
        for facet, source in NUMBERS.items():
            stated = [offer.get(source) or {} for offer in self.same(category)]
            if not any(stated):
                continue
            mine, theirs = p.get(source) or {}, q.get(source) or {}
            near = []
            for name in set(mine) & set(theirs):
                values = [amounts[name] for amounts in stated if name in amounts]
                width, gap = max(values) - min(values), abs(mine[name] - theirs[name])
                near.append(max(0.0, 1 - gap / width) if width else float(gap == 0))
            found[facet] = sum(near) / len(near) if near else None
        at, to = self.offers.index(p), self.offers.index(q)
        found["name"] = float(self.text[at, to]) if p["name"] and q["name"] else None
        return found

    def similarity(self, p: Offer, q: Offer, *, least: float = 0.5) -> float | None:
        """Gower's similarity; None where too little can be compared."""
        found = {f: s for f, s in self.facets(p, q).items() if self.weights.get(f)}
        held = sum(self.weights[f] for f, s in found.items() if s is not None)
        whole = sum(self.weights[f] for f in found)
        if not held or held < least * whole - 1e-9:
            return None
        return sum(self.weights[f] * s for f, s in found.items() if s is not None) / held

    def best(self, p: Offer, brand: str) -> float | None:
        """Best match at a bank: 0 where it lacks the category, None where nothing compares."""
        theirs = [offer for offer in self.same(p["category"]) if offer["brand"] == brand]
        if not theirs:
            return 0.0
        scores = [s for q in theirs if (s := self.similarity(p, q)) is not None]
        return max(scores) if scores else None

    def overlap(self, a: str, b: str) -> float | None:
        values = [self.best(p, b) for p in self.offers if p["brand"] == a]
        there = [value for value in values if value is not None]
        return sum(there) / len(there) if there else None

    def expected(self, p: Offer, brand: str) -> float | None:
        """Mean best of every set of as many offers of other banks, one by one."""
        same = self.same(p["category"])
        n = sum(offer["brand"] == brand for offer in same)
        if not n:
            return 0.0
        pool = [self.similarity(p, q) for q in same if q["brand"] != p["brand"]]
        total, count = Fraction(0), 0
        for drawn in itertools.combinations(pool, n):
            there = [value for value in drawn if value is not None]
            if there:
                total, count = total + Fraction(max(there)), count + 1
        return float(total / count) if count else None
