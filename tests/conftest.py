"""What every test shares."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from brandkit.questions import Answers

ROOT = Path(__file__).resolve().parent.parent

# The same examples in every run, on machines however slow; `make test-all` has more of them and
# `--hypothesis-profile=explore` draws others.
settings.register_profile("house", deadline=None, derandomize=True, max_examples=20)
settings.register_profile("whole", deadline=None, derandomize=True, max_examples=200)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("house")


def some(examples: int) -> int:
    """Give how many examples a test draws that takes longer, where the others draw forty."""
    return max(2, examples * settings().max_examples // 40)


#: Files that share what takes long: each group runs in one process, first, in this order.
TOGETHER = (
    ("report/test_browser", "report/test_first_screen", "report/test_figures",
     "report/test_explore"),
    ("sources/test_catalog_real", "overlap/test_history", "overlap/test_gaps",
     "overlap/test_overlap_real"),
    ("golden/test_golden", "test_truth", "satisfaction/test_notebook"),
    ("questions/test_open_questions", "questions/test_answers", "questions/test_board"),
    ("satisfaction/test_segments",), ("viz/test_labels",), ("test_set_up",), ("test_wheel",),
    ("test_real_brand_tables",), ("report/test_run",), ("report/test_verification_fuzz",),
)  # fmt: skip
_FILES = {f"tests/{name}.py": names[0] for names in TOGETHER for name in names}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what takes long first, so that no process ends with it while the other has nothing."""
    order = {file: at for at, file in enumerate(_FILES)}
    items.sort(key=lambda item: order.get(item.nodeid.partition("::")[0], len(order)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a process whole files, or those that share what takes long."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Together(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return _FILES.get(file, file)

    return Together(config, log)


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


@pytest.fixture(scope="session")
def studies_of(
    real: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Sequence[str]], Path]:
    """Give a function that makes a study of real files, in one folder for all tests of a run.

    What one test asks is then kept for the next, whichever process runs it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def study(toml: str, files: Sequence[str]) -> Path:
        folder = shared / f"study-{hashlib.sha256(toml.encode()).hexdigest()[:12]}"
        if not folder.is_dir():
            making = tmp_path_factory.mktemp("study")
            (making / "study.toml").write_text(toml, encoding="utf-8")
            for file in files:
                copyfile(real / file, making / Path(file).name)
            with suppress(OSError):  # another process was first
                making.rename(folder)
        return folder

    return study


@pytest.fixture(scope="session")
def sample() -> Answers:
    """The answers of the sample study, with what was told and drawn of them; not to be changed."""
    from brandkit.questions import answers

    return answers("sample")


@pytest.fixture(scope="session")
def reports(sample: Answers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample's reports, written once; their drawings stay with the answers."""
    from brandkit.report import export_report

    out, kept = (tmp_path_factory.mktemp(name) for name in ("reports", "kept"))
    with pytest.MonkeyPatch.context() as patched:
        for module in ("making", "unchanged"):
            patched.setattr(f"brandkit.report.{module}.processed_folder", lambda _: kept)
        patched.setattr("brandkit.report.writing.answers", lambda _: sample)
        export_report("sample", out=out)
    return out


@pytest.fixture
def rng() -> np.random.Generator:
    """One seeded source of randomness for each test."""
    return np.random.default_rng(20260301)


#: Programs that made reference values, some in other environments: kept to be read and run by hand.
collect_ignore_glob = ["reference/*/make_values.py"]
