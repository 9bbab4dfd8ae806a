"""Set-up finds a Python that runs, heals what was broken off, and does nothing twice."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent

needs_make = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
posix = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "tools" / "set_up.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def set_up() -> ModuleType:
    """A fresh copy of tools/set_up.py to call and to change."""
    return load()


@pytest.fixture
def nothing(tmp_path: Path) -> Path:
    """A list of packages with nothing in it, so that the machinery can be tried offline."""
    path = tmp_path / "nothing.txt"
    path.write_text("# no packages\n", encoding="utf-8", newline="\n")
    return path


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8", newline="\n")
    path.chmod(0o755)
    return path


# --- finding a Python ----------------------------------------------------------------------------


@posix
def test_names_prove_nothing_pythons_are_tried_by_running_them(
    set_up: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path / "python3.13", "echo 'python3.13: command not found' >&2; exit 127")
    script(tmp_path / "python3.12", "echo not what was asked for")
    script(tmp_path / "python3.11", "echo '[[3, 9, 1], \"/old/python\"]'")
    script(tmp_path / "python3", "echo '[[3, 12, 4], \"/good/python\"]'")
    script(tmp_path / "python", "echo '[[3, 12, 4], \"/good/python\"]'")
    monkeypatch.setenv("PATH", str(tmp_path))
    good, wrong = set_up.candidates("")
    assert good == ["/good/python"]
    assert wrong == ["python3.13 does not run", "python3.12 does not run", "python3.11 is 3.9.1"]


def test_a_python_that_is_asked_for_is_the_only_one_tried(set_up: ModuleType) -> None:
    good, wrong = set_up.candidates(sys.executable)
    assert len(good) == 1
    assert wrong == []
    assert set_up.candidates("python9.9") == ([], ["python9.9 does not run"])


def test_an_environments_python_is_traced_to_the_one_beneath(set_up: ModuleType) -> None:
    version, file = set_up.about(sys.executable)
    assert version == sys.version_info[:3]
    assert Path(file) == Path(getattr(sys, "_base_executable", sys.executable))


def test_where_there_is_no_python_one_paragraph_says_what_to_install(
    set_up: ModuleType, tmp_path: Path, nothing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, "candidates", lambda _: ([], ["python3 is 3.9.2"]))
    with pytest.raises(set_up.SetUpError, match=r"Python 3\.11 or newer") as caught:
        set_up.set_up(tmp_path / "env", nothing, "")
    said = str(caught.value)
    assert "python3 is 3.9.2" in said
    assert "apt-get install python3 python3-venv" in said
    assert "\n" not in said
    assert not (tmp_path / "env").exists()


def test_the_program_ends_with_2_where_it_cannot(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise set_up.SetUpError("Install Python.")

    monkeypatch.setattr(set_up, "set_up", refuse)
    monkeypatch.setattr(sys, "argv", ["set_up.py"])
    assert set_up.main() == 2
    assert capsys.readouterr() == ("", "Install Python.\n")


# --- making, keeping and healing -----------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished environment with nothing in it but pip."""
    module = load()
    folder = tmp_path_factory.mktemp("clone") / "env"
    lock = folder.parent / "nothing.txt"
    lock.write_text("# no packages\n", encoding="utf-8", newline="\n")
    module.set_up(folder, lock, sys.executable)
    return folder


@pytest.mark.slow
def test_a_finished_set_up_is_marked_and_left_alone(
    set_up: ModuleType, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = made.parent / "nothing.txt"
    assert not (made / set_up.UNFINISHED).exists()
    assert f"folder {made}" in (made / set_up.STAMP).read_text(encoding="utf-8")
    before = (made / set_up.STAMP).stat().st_mtime_ns
    set_up.set_up(made, lock, "")
    assert (made / set_up.STAMP).stat().st_mtime_ns == before
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_another_lock_or_python_or_place_is_another_set_up(
    set_up: ModuleType, made: Path, nothing: Path, tmp_path: Path
) -> None:
    lock = made.parent / "nothing.txt"
    assert set_up.stands(made, lock, "")
    assert not set_up.stands(made, lock, "python9.9")
    nothing.write_text("# another list\n", encoding="utf-8", newline="\n")
    assert not set_up.stands(made, nothing, "")
    moved = tmp_path / "moved"
    shutil.copytree(made, moved, symlinks=True)
    assert not set_up.stands(moved, lock, "")
    assert not set_up.sound(moved)


def without_ensurepip(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch) -> str:
    """Take ensurepip away, as Debian does; gives the Python beneath, whose pip is taken."""
    really = set_up.runs

    def no_ensurepip(command: list[str]) -> bool:
        is_plain_venv = command[1:3] == ["-m", "venv"] and "--without-pip" not in command
        return not is_plain_venv and really(command)

    monkeypatch.setattr(set_up, "runs", no_ensurepip)
    host = str(set_up.about(sys.executable)[1])
    if not set_up.has_pip(host):
        pytest.skip("the Python beneath has no pip of 22.3 or newer")
    return host


@pytest.mark.slow
def test_what_was_broken_off_is_made_anew(
    set_up: ModuleType, tmp_path: Path, nothing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if set_up.has_pip(set_up.about(sys.executable)[1]):
        without_ensurepip(set_up, monkeypatch)  # quicker; what is healed is the same
    folder = tmp_path / "env"
    folder.mkdir()
    (folder / "half a package").write_text("torn", encoding="utf-8", newline="\n")
    (folder / set_up.UNFINISHED).touch()

    def broken_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(set_up, "environment", lambda *_: ["pip"])
        during.setattr(set_up, "install", broken_off)
        with pytest.raises(KeyboardInterrupt):
            set_up.set_up(folder, nothing, sys.executable)
    assert (folder / set_up.UNFINISHED).exists()
    assert not (folder / set_up.STAMP).exists()

    (folder / "half a package").write_text("torn", encoding="utf-8", newline="\n")
    set_up.set_up(folder, nothing, sys.executable)
    assert not (folder / "half a package").exists()
    assert not (folder / set_up.UNFINISHED).exists()
    assert set_up.stands(folder, nothing, sys.executable)


@pytest.mark.slow
def test_without_ensurepip_the_hosts_pip_installs(
    set_up: ModuleType, tmp_path: Path, nothing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = without_ensurepip(set_up, monkeypatch)
    folder = tmp_path / "env"
    pip = set_up.environment(folder, sys.executable)
    assert pip == [host, "-m", "pip", "--python", str(set_up.interpreter(folder))]
    set_up.set_up(folder, nothing, sys.executable)
    assert set_up.stands(folder, nothing, sys.executable)


@pytest.mark.slow
def test_a_failed_step_says_what_pip_said_and_where_the_rest_stands(
    set_up: ModuleType, made: Path, tmp_path: Path
) -> None:
    pip = [str(set_up.interpreter(made)), "-m", "pip"]
    missing = tmp_path / "no such list.txt"
    with pytest.raises(set_up.SetUpError, match=r"failed at: packages. pip said: ERROR: .*no such"):
        set_up.install(made, missing, pip)


def test_package_names_are_compared_the_way_the_index_does(
    set_up: ModuleType, tmp_path: Path
) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text(
        "Sparse_dot.topn==1.2 \\\n    --hash=sha256:0\n    # via x\nbabel==2 ; marker \\\n",
        encoding="utf-8",
        newline="\n",
    )
    assert set_up.names(lock) == {"sparse-dot-topn", "babel"}


# --- the Makefile --------------------------------------------------------------------------------


def make(*words: str) -> str:
    said = subprocess.run(
        ["make", "--no-print-directory", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        env={key: value for key, value in os.environ.items() if not key.startswith("MAKE")},
    )
    return said.stdout


@needs_make
def test_help_names_every_target_that_the_design_names() -> None:
    told = {line.split()[1] for line in make("help").splitlines() if line.startswith("  make ")}
    assert {"report", "test", "setup", "check", "lab", "bench", "simulate", "lock"} <= told


@needs_make
def test_report_passes_the_study_and_the_language() -> None:
    said = make("-n", "report", "STUDY=my study", "REPORT_LANGUAGE=zh-Hant")
    assert '-m brandkit report "my study" --language "zh-Hant"' in said
    assert '-m brandkit report "sample"\n' in make("-n", "report").replace(" \n", "\n")


@needs_make
@pytest.mark.parametrize("target", ["report", "test", "check", "lab", "bench", "simulate", "lock"])
def test_every_target_sets_itself_up_first(target: str) -> None:
    said = make("-n", target)
    assert said.index("tools/set_up.py") < said.index("bin/python -m")


@needs_make
def test_one_thread_a_process() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for name in ("OPENBLAS", "OMP", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
        assert f"export {name}_NUM_THREADS := 1" in text or f"export {name}_THREADS := 1" in text
        assert f"{name}_NUM_THREADS=1" in ci or f"{name}_THREADS=1" in ci
