"""Reports of real brand tables: from a file as it came to pages that pass their audit."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from brandkit.core.labels import spoken
from brandkit.report import audit_report, export_report
from brandkit.sources import read_study

REFERENCE = Path(__file__).parent / "reference" / "correspondence_map" / "values.json"
COMPLAINTS = json.loads(REFERENCE.read_text(encoding="utf-8"))["complaints"]["table"]


@dataclass(frozen=True)
class Case:
    file: str
    section: str
    size: tuple[int, int]
    focus: str
    says: str
    language: str = "en"


LONG = 'brand = "Company"\nattribute = "Issue"\nkind = "counts"\n'
CHOSEN = (
    f"brands = {json.dumps(COMPLAINTS['rows'])}\nattributes = {json.dumps(COMPLAINTS['columns'])}\n"
)
CASES = {
    "twelve banks": Case(
        "cfpb_complaints_2015/complaints.csv", LONG + CHOSEN, (12, 14), "Discover",
        "“Closing/Cancelling account” marks Discover.",
    ),
    "all companies": Case(
        "cfpb_complaints_2015/complaints.csv", LONG, (226, 30), "PayPal Holdings, Inc.",
        "226 brands, 30 attributes, 17,301 mentions.",
    ),
    "cars": Case(
        "cars_39x7/data_brands.csv", 'kind = "counts"\n', (39, 7), "Volvo", "Volvo", "zh-Hans",
    ),
    "brands": Case(
        "brands_42x15/brand_associations.csv", 'kind = "shares"\n', (42, 15), "Lego", "Lego",
        "zh-Hant",
    ),
}  # fmt: skip


#: Another choice of a file that is reported whole.
SECOND = "twelve banks"


@pytest.fixture(
    params=[pytest.param(name, marks=[pytest.mark.exhaustive] * (name == SECOND)) for name in CASES]
)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def folder(case: Case, real: Path, tmp_path: Path) -> Path:
    shutil.copy(real / "brand_tables" / case.file, tmp_path / "table.csv")
    (tmp_path / "study.toml").write_text(
        f'[study]\ntitle = "Real table"\nlanguage = "{case.language}"\nfocus = "{case.focus}"\n'
        f'[brand_table]\nsource = "table.csv"\n{case.section}',
        encoding="utf-8",
    )
    return tmp_path


@pytest.mark.real
@pytest.mark.slow
def test_a_report_of_a_real_table_says_what_the_table_says(case: Case, folder: Path) -> None:
    table = read_study(folder).brand_table
    assert table is not None
    assert table.values.shape == case.size
    written = export_report(folder, notebooks=["03", "04"], out=folder / "reports")
    pages = [path for path in written if path.suffix == ".html"]
    assert [page.name for page in pages] == [
        "03_positioning.html", "04_brief.html", "index.html"
    ]  # fmt: skip
    for page in pages:
        assert audit_report(page).ok
        assert page.stat().st_size < 170 * 1024
    text = re.sub(r"<[^>]+>", "", pages[0].read_text(encoding="utf-8"))
    assert case.says in text
    assert spoken(case.focus) in text


def test_the_table_of_the_oracle_is_in_the_raw_file(real: Path, tmp_path: Path) -> None:
    shutil.copy(real / "brand_tables" / CASES["twelve banks"].file, tmp_path / "table.csv")
    (tmp_path / "study.toml").write_text(
        f'[study]\ntitle = "x"\n[brand_table]\nsource = "table.csv"\n{LONG}{CHOSEN}',
        encoding="utf-8",
    )
    table = read_study(tmp_path).brand_table
    assert table is not None
    values = table.values.loc[COMPLAINTS["rows"], COMPLAINTS["columns"]]
    assert values.to_numpy().tolist() == COMPLAINTS["values"]
