"""Pages are kept while nothing they follow from has changed, and only then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from brandkit.report import export_report
from brandkit.report import making as kept_pages
from brandkit.report.making import page_job
from brandkit.sources import read_study
from tests.questions.test_answers import small_study
from tests.report.conftest import SMALL_SETUP

pytestmark = pytest.mark.usefixtures("without_kernel")

Live = Callable[..., Path]
NOTHING_NEW = "nothing has changed since it was made"


def told(path: Path, out: Path, **options: object) -> list[str]:
    said: list[str] = []
    study = path.parent / "study"
    if not study.is_dir():
        small_study(study)
    export_report(study, notebooks=[str(path)], out=out, progress=said.append, **options)
    return said


def test_a_page_runs_once_and_again_only_when_asked(live: Live, tmp_path: Path) -> None:
    path = live('title("One")', setup=SMALL_SETUP)
    assert any("ran" in line for line in told(path, tmp_path / "out"))
    first = (tmp_path / "out" / "05_live.html").read_bytes()
    second = told(path, tmp_path / "again")
    assert f"  05_live.html: {NOTHING_NEW}" in second
    assert (tmp_path / "again" / "05_live.html").read_bytes() == first
    assert any("ran" in line for line in told(path, tmp_path / "out", fresh=True))


def test_an_unchanged_report_is_told_without_reading_the_study(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, page = live('title("One")', setup=SMALL_SETUP), tmp_path / "out" / "05_live.html"
    told(path, tmp_path / "out")
    good = page.read_bytes()
    page.write_bytes(good + b"x")
    told(path, tmp_path / "out")
    assert page.read_bytes() == good, "what somebody changed is put right"
    monkeypatch.setattr("brandkit.report.writing.read_study", None)
    assert f"  05_live.html: {NOTHING_NEW}" in told(path, tmp_path / "out")
    assert page.read_bytes() == good
    monkeypatch.setattr("brandkit.report.unchanged.input_hashes", lambda *_: (("a", "b"),))
    with pytest.raises(TypeError):  # it is read again
        told(path, tmp_path / "out")


def test_a_changed_notebook_or_bank_or_language_runs_again(live: Live, tmp_path: Path) -> None:
    path = live('title("One")', setup=SMALL_SETUP)
    told(path, tmp_path / "out")
    for options in ({"focus": "B"}, {"language": "zh-Hans"}):
        assert not any(NOTHING_NEW in line for line in told(path, tmp_path / "out", **options))
    live('title("Two")', setup=SMALL_SETUP)
    assert not any(NOTHING_NEW in line for line in told(path, tmp_path / "out"))


def test_what_a_page_follows_from(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    path = live('title("One")', setup=SMALL_SETUP)
    study = read_study("sample")
    before = page_job(path, study, focus=None).place.made_from
    assert {entry["file"] for entry in before["inputs"]} >= {"study.toml", "survey.sav"}
    monkeypatch.setattr(kept_pages, "own_code_sha256", lambda: "other code")
    assert page_job(path, study, focus=None).place.made_from != before


def test_a_damaged_file_is_made_anew(live: Live, tmp_path: Path, kept: Path) -> None:
    path = live('title("One")', setup=SMALL_SETUP)
    told(path, tmp_path / "out")
    file = kept / "05_live.en.json"
    good = file.read_bytes()
    for damage in ("", "{}", "[1]", '{"document": {"page": "x"}}'):
        file.write_text(damage, encoding="utf-8")
        (tmp_path / "out" / "05_live.html").unlink()
        assert not any(NOTHING_NEW in line for line in told(path, tmp_path / "out")), damage
        assert file.read_bytes() == good, damage
    changed = json.loads(good)
    changed["document"]["page"] = changed["document"]["page"].replace("One", "Won")
    file.write_text(json.dumps(changed), encoding="utf-8")
    (tmp_path / "out" / "05_live.html").unlink()
    told(path, tmp_path / "out")
    assert b"Won" not in (tmp_path / "out" / "05_live.html").read_bytes()


def test_a_page_that_fails_its_audit_is_not_kept(live: Live, tmp_path: Path, kept: Path) -> None:
    path = live('note("Ask someone@example.org")', setup=SMALL_SETUP)
    for _ in range(2):
        with pytest.raises(Exception, match="did not pass its audit"):
            told(path, tmp_path / "out")
    assert not kept.exists()
