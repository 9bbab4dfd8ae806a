"""What tests of sources share."""

from __future__ import annotations

from pathlib import Path

import pytest

from brandkit.sources.study.store import processed_folder


@pytest.fixture(scope="session")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in the place of the clone's ``data/processed``."""
    return tmp_path_factory.mktemp("processed")


@pytest.fixture(autouse=True)
def _no_traces_in_the_clone(processed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what tests derive out of the clone."""
    monkeypatch.setattr(
        "brandkit.sources.study.study.processed_folder",
        lambda folder: processed / processed_folder(folder).name,
    )
