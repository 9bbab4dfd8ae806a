"""What every test shares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# The same examples in every run, on machines however slow; `--hypothesis-profile=explore` draws
# others.
settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("house")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the clone."""
    return ROOT


def real_folder() -> Path | None:
    """The nearest folder of real data above the clone, or nothing."""
    folders = (parent / "shared" / "real" for parent in ROOT.parents)
    return next((folder for folder in folders if folder.is_dir()), None)


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real data beside the clone; tests that need it skip where it is absent."""
    folder = real_folder()
    if folder is None:
        pytest.skip("the real data are not beside this clone")
    return folder


@pytest.fixture(scope="session")
def oracles(real: Path) -> Path:
    """The folder of R's reference values beside the real data."""
    return real.parent / "oracles"


@pytest.fixture
def rng() -> np.random.Generator:
    """One seeded source of randomness for each test."""
    return np.random.default_rng(20260301)


#: Programs that made reference values, some in other environments: kept to be read and run by hand.
collect_ignore_glob = ["reference/*/make_values.py"]
