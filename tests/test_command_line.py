"""The command line: what it says, where it says it, and its exit codes."""
# ruff: noqa: E501 - one bad file a line

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from brandkit import __version__
from brandkit.__main__ import main
from brandkit.core.errors import InputError, ReportError

TABLE = "bank,modern,fair\nCivic,12,3\nKestrel,7,9\nOld Quay,1,4\n"
TOML = '[study]\ntitle = "Banks"\n\n[brand_table]\nsource = "image.csv"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "image.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put something else in the place of a function that a command imports."""

    def put(module: str, name: str, function: Any) -> None:
        stand_in = ModuleType(module)
        setattr(stand_in, name, function)
        monkeypatch.setitem(sys.modules, module, stand_in)

    return put


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "brandkit", *arguments], cwd=cwd, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip


# ---------------------------------------------------------------- as a program


@pytest.mark.slow
def test_it_runs_from_any_folder_and_ends_with_its_code(root: Path, tmp_path: Path) -> None:
    done = run("check", "sample", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Ready: brandkit report sample" in done.stdout
    assert done.stderr == ""
    wrong = run("check", "sampel", cwd=tmp_path)
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    assert "Did you mean 'sample'?" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    assert len(wrong.stderr.strip().splitlines()) == 1


def test_help_does_not_wait_for_heavy_libraries(root: Path) -> None:
    code = (
        "import sys; from brandkit.__main__ import main; main(['--help']); "
        "heavy = {'pandas', 'numpy', 'matplotlib', 'sklearn', 'scipy', 'pydantic', 'nbconvert'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, encoding="utf-8",
        check=True,
    )  # fmt: skip
    assert done.stdout.strip().endswith("[]")


def test_check_loads_no_drawing_and_no_models(root: Path, folder: Path) -> None:
    (folder / "study.toml").write_text(TOML, encoding="utf-8")
    code = (
        f"import sys; from brandkit.__main__ import main; main(['check', {str(folder)!r}]); "
        "print(sorted({'matplotlib', 'sklearn', 'nbconvert', 'statsmodels'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, encoding="utf-8",
        check=True,
    )  # fmt: skip
    assert done.stdout.strip().endswith("[]")


def test_an_unchanged_report_waits_for_no_heavy_library(
    root: Path, folder: Path, tmp_path: Path
) -> None:
    (folder / "study.toml").write_text(TOML, encoding="utf-8")
    told = ["report", str(folder), "--only", "03", "--out", str(tmp_path / "out")]
    assert main(told) == 0
    code = (
        f"import sys; from brandkit.__main__ import main; main({told!r}); "
        "heavy = {'pandas', 'numpy', 'matplotlib', 'scipy', 'nbconvert', 'nbformat', 'IPython'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, encoding="utf-8",
        check=True,
    )  # fmt: skip
    assert done.stdout.strip().endswith("[]")


# ---------------------------------------------------------------- new and check


def test_new_then_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "image.csv: a wide table: 3 brands × 2 attributes, counts" in said
    assert f"Next: brandkit check {folder}" in said
    assert main(["check", str(folder)]) == 0
    assert "3 brands × 2 attributes, counts, 36 in all" in capsys.readouterr().out
    assert main(["new", str(folder)]) == 2
    assert "--force writes it anew" in capsys.readouterr().err
    assert main(["new", str(folder), "--force"]) == 0


def test_new_takes_files_from_elsewhere(folder: Path, tmp_path: Path) -> None:
    study = tmp_path / "studies" / "mine"
    assert main(["new", str(study), str(folder / "image.csv")]) == 0
    assert [file.name for file in study.iterdir()] == ["study.toml"]
    assert main(["check", str(study)]) == 0


def test_check_tells_all_that_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "image.csv").write_text(TABLE.replace("12", "twelve"), encoding="utf-8")
    (folder / "study.toml").write_text(
        TOML + '[branches]\nsource = "towns.csv"\n', encoding="utf-8"
    )
    assert main(["check", str(folder)]) == 2
    out, err = capsys.readouterr()
    assert "WRONG" in out
    assert "line 2, column 'modern': counts must be numbers >= 0; found 'twelve'" in out
    assert "[branches] source (line 7)" in out
    assert "2 things are wrong" in err
    assert sorted(file.name for file in folder.iterdir()) == ["image.csv", "study.toml"]


def test_paths_are_shown_from_where_the_person_is(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "study.toml").write_text(TOML.replace("source", "sorce"), encoding="utf-8")
    assert main(["check", "."]) == 2
    assert capsys.readouterr().err.startswith("study.toml, [brand_table] sorce (line 5)")


# ---------------------------------------------------------------- report and audit


def test_report_passes_on_what_was_asked(replaced: Any, capsys: pytest.CaptureFixture[str]) -> None:
    calls: list[tuple[Any, dict[str, Any]]] = []

    def export_report(study: Any, **options: Any) -> None:
        calls.append((study, options))
        options.pop("progress")("working")

    replaced("brandkit.report.run", "export_report", export_report)
    asked = ["report", "sample", "--only", "03", "--only", "04", "--language", "all"]
    assert main([*asked, "--focus", "Kestrel", "--out", "there"]) == 0
    assert main(["report", "sample"]) == 0
    assert main(["report", "sample", "--pdf", "--fresh"]) == 0
    whole = {"notebooks": None, "language": None, "focus": None, "out": None}
    assert calls == [
        ("sample", {"notebooks": ["03", "04"], "language": "all", "focus": "Kestrel",
                    "out": Path("there")}),
        ("sample", whole),
        ("sample", {**whole, "fresh": True, "pdf": True}),
    ]  # fmt: skip
    assert capsys.readouterr().out == "working\n" * 3


def test_verify_says_whether_numbers_stand(
    replaced: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    class Found:
        file, numbers_stand = "page.html", False

        def lines(self) -> list[str]:
            return ["inputs: a.csv: its bytes have changed since the report."]

    found = Found()
    replaced("brandkit.report.verification", "report_verification", lambda *_, **__: found)
    assert main(["verify", "page.html"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("WRONG  inputs: a.csv")
    assert "the numbers do not stand" in err
    found.numbers_stand = True
    assert main(["verify", "page.html"]) == 0
    assert capsys.readouterr().out.startswith("note   inputs: a.csv")


@pytest.mark.parametrize(
    ("source", "section", "content", "message"),
    [
        ("a.csv", "brand_table", b"", "the file is empty"),
        ("a.csv", "branches", b"\x89PNG\r\n", "the file is a picture"),
        ("a.csv.xz", "branches", b"\xfd7zXZ\x00cut", "the packed file must be whole"),
        ("a.csv", "survey", b"id," + b",".join(b"q%d" % n for n in range(10_000)) + b"\n" + b"1," * 10_000 + b"1\n", "a table may have 5,000 columns"),
        ("a.sav", "survey", b"$FL2" + bytes(200), "the SPSS file must be whole and readable"),
        ("a.xlsx", "catalog", b"PK\x03\x04cut", "the workbook cannot be opened"),
        ("a.parquet", "catalog", b"PAR1cut", "the Parquet file cannot be opened"),
        ("a.json", "catalog", b'[{"productId": "1", "na', "the text must be whole JSON"),
        ("a.jsonl.gz", "catalog", b"\x1f\x8bcut", "the packed file must be whole"),
    ],
)  # fmt: skip
def test_bad_files_are_told_before_any_notebook_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    source: str, section: str, content: bytes, message: str,
) -> None:  # fmt: skip
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a notebook was run")

    monkeypatch.setattr("brandkit.report.making.run_notebooks", never)
    (tmp_path / source).write_bytes(content)
    (tmp_path / "study.toml").write_text(
        f'[study]\ntitle = "Banks"\n[{section}]\nsource = "{source}"\n', encoding="utf-8"
    )
    for words in (
        ["check", str(tmp_path)],
        ["report", str(tmp_path), "--out", str(tmp_path / "o")],
    ):
        assert main(words) == 2
        out, err = capsys.readouterr()
        assert message in out + err
        assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([source, "study.toml"])


@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [
        (InputError("`focus` must be a bank; found 'x'."), 2, "`focus` must be a bank"),
        (ReportError("notebook 03 failed in cell 2."), 1, "notebook 03 failed in cell 2."),
        (KeyboardInterrupt(), 130, "Interrupted"),
        (ZeroDivisionError("a respondent's answer"), 1, "did not expect (ZeroDivisionError)"),
    ],
)
def test_exit_codes(
    replaced: Any, capsys: pytest.CaptureFixture[str], raised: BaseException, code: int,
    message: str,
) -> None:  # fmt: skip
    def export_report(*_: Any, **__: Any) -> None:
        raise raised

    replaced("brandkit.report.run", "export_report", export_report)
    assert main(["report", "sample"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert "Traceback" not in err
    assert "respondent" not in err  # what unexpected errors say may hold data


def test_audit_tells_what_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<!doctype html><html lang="en"><h1>Banks</h1><img src="https://example.org/a.png"></html>',
        encoding="utf-8",
    )
    assert main(["audit", str(page)]) == 1
    out, err = capsys.readouterr()
    assert "WRONG" in out
    assert "fetches something" in out
    assert "page.html did not pass" in err
    assert main(["audit", str(tmp_path / "nothing.html")]) == 2
    assert "`brandkit report STUDY` writes it" in capsys.readouterr().err


def test_debug_shows_where_it_happened(replaced: Any) -> None:
    def audit_report(_: Path) -> None:
        raise ZeroDivisionError

    replaced("brandkit.report.audit", "audit_report", audit_report)
    assert main(["audit", "a.html"]) == 1
    with pytest.raises(ZeroDivisionError):
        main(["audit", "a.html", "--debug"])
    assert main(["audit", "a.html"]) == 1


# ---------------------------------------------------------------- slips


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chekc"], "No such command 'chekc'"),
        (["check"], "Missing argument"),
        (["report", "sample", "--langauge", "en"], "No such option"),
        (["fetch", "uk"], "No such command 'uk'"),
        (["report", "sample", "--only"], "requires an argument"),
    ],
)
def test_slips_in_the_command(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(arguments) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"brandkit {__version__}\n"
