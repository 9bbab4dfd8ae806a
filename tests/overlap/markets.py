"""Small invented markets for the tests of overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Offers = list[dict[str, Any]]
WORDS = ("alpha", "bravo", "cobalt", "delta", "ember", "fjord", "grove", "haven")
FEATURES = tuple("abcdefgh")


def random_market(
    seed: int, *, brands: int = 3, most: int = 3, categories: Sequence[str] = ("cards", "savings")
) -> Offers:
    """Some offers with lists, amounts and names drawn at random; gaps of every kind included."""
    rng = np.random.default_rng(seed)
    offers: Offers = []
    for at in range(brands):
        for category in categories:
            for number in range(int(rng.integers(0 if at else 1, most + 1))):
                offer: dict[str, Any] = {
                    "brand": f"bank {'PQRSTUVW'[at]}",
                    "product": f"{category}-{number}",
                    "name": " ".join(rng.choice(WORDS, size=2, replace=False)),
                    "category": category,
                }
                if rng.random() < 0.85:
                    offer["features"] = sorted(rng.choice(FEATURES, rng.integers(1, 5), False))
                if rng.random() < 0.6:
                    offer["channels"] = sorted(rng.choice(("app", "branch", "phone"), 2, False))
                if rng.random() < 0.7:
                    offer["fees"] = {"annual fee": float(rng.integers(0, 50))}
                if rng.random() < 0.5:
                    offer["rates"] = {"deposit": float(rng.integers(1, 9)) / 100}
                offers.append(offer)
    return offers


def unrelated_market(
    rng: np.random.Generator, sizes: Mapping[str, int], *, n_features: int = 14
) -> Offers:
    """Banks whose offers are drawn from one and the same distribution, whoever sells them."""
    chances = rng.uniform(0.15, 0.7, n_features)
    offers: Offers = []
    for brand, size in sizes.items():
        for number in range(size):
            listed = np.flatnonzero(rng.random(n_features) < chances)
            if not len(listed):
                listed = rng.integers(0, n_features, 1)
            offers.append({
                "brand": brand, "product": str(number), "name": "account", "category": "accounts",
                "features": [f"feature {at:02d}" for at in listed],
                "fees": {"monthly fee": float(rng.integers(0, 20))},
            })  # fmt: skip
    return offers
