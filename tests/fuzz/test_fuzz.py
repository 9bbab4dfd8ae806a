"""A short run of ``make fuzz``: results, or refusals in words, and nothing else."""

from __future__ import annotations

import pytest

from tests.fuzz.run import fuzz


def test_a_few_inputs_of_everything_public() -> None:
    outcome = fuzz(20261201, 75)
    assert outcome.faults == {}
    assert outcome.results.total() > 25


@pytest.mark.exhaustive
def test_more_inputs_of_everything_public() -> None:
    assert fuzz(1, 1500).faults == {}
