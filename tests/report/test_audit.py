"""The gate: each rule finds what it is for, and a sound page passes."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import pytest

from brandkit.core.errors import MissingFileError, SchemaError
from brandkit.page.texts import CONTENT_POLICY
from brandkit.report import audit_report
from brandkit.report.audit import problems_of
from tests.contract import assert_contract

HEAD = (
    '<head><meta charset="utf-8">'
    f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'
    '<meta name="viewport" content="width=device-width">'
    "<title>Banks</title><style>p{color:red}</style></head>"
)
TOLD = {
    "study": "s", "language": "en", "suppress_below": 10, "versions": {"brandkit": "0.1.0"},
    "inputs": [{"file": "study.toml", "sha256": "ab" * 32}],
}  # fmt: skip
DATA = f'<script type="application/json" id="provenance">{json.dumps(TOLD)}</script>'
SOUND = f'<!doctype html><html lang="en">{HEAD}<body><h1>Banks</h1>{DATA}%s</body></html>'
CHINESE = SOUND.replace('lang="en"', 'lang="zh-Hant"').replace("Banks", "銀行").replace(
    '"language": "en"', '"language": "zh-Hant"'
)  # fmt: skip
SCROLL = '<div class="scroll" tabindex="0">%s</div>'
TABLE = SCROLL % '<table aria-label="t"><tr><th scope="col">a</th></tr></table>'
PEOPLE = SCROLL % (
    '<table aria-label="t"><thead><tr><th scope="col">Bank</th><th scope="col">Mean</th>'
    '<th scope="col" data-people>Base</th></tr></thead><tbody><tr><th scope="row">Civic</th>'
    "<td>%s</td><td>%s</td></tr></tbody></table>"
)


def rules(page: str) -> set[str]:
    return {found.rule for found in problems_of(page)}


def test_a_sound_page_passes() -> None:
    body = (
        f'<svg role="img" aria-label="Two banks near each other"></svg>{TABLE}'
        '<h2 id="a">More</h2><a href="#a">there</a><a href="https://example.org">source</a>'
        '<img alt="A dot" src="data:image/png;base64,AAAA"><p lang="zh">銀行越來越相似</p>'
        '<p>Fees of $5 to $10 and A&amp;B</p><pre tabindex="0">\\frac</pre>'
        '<script type="application/json">{"a":"$x"}</script>'
    )
    assert problems_of(SOUND % body) == []
    assert (
        problems_of(CHINESE % '<p>最接近 Tidewater。</p><p lang="en">This is in English.</p>') == []
    )


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("requests", '<img alt="A map of banks" src="https://example.org/a.png">'),
        ("requests", '<img alt="A map of banks" src="map.png">'),
        ("requests", '<link rel="stylesheet" href="//example.org/a.css">'),
        ("requests", '<svg role="img" aria-label="A map"><image xlink:href="a.png"/></svg>'),
        ("requests", "<style>@import 'a.css'</style>"),
        ("requests", "<style>p{background:url(https://example.org/a)}</style>"),
        ("requests", '<p style="background:url(a.png)">x</p>'),
        ("requests", '<iframe srcdoc="x"></iframe>'),
        ("scripts", "<script>1</script>"),
        ("scripts", '<p onclick="go()">x</p>'),
        ("scripts", '<a href=" JavaScript:go()">x</a>'),
        ("leaks", "<p>/home/someone/data/raw</p>"),
        ("leaks", "<p>C:\\Users\\someone\\x.py</p>"),
        ("leaks", "<p>file:///x</p>"),
        ("leaks", "<p>Traceback (most recent call last):</p>"),
        ("leaks", "<p>FutureWarning: this will change</p>"),
        ("leaks", "<td>someone@example.org</td>"),
        ("leaks", "<td>A123456789</td>"),
        ("leaks", '<script type="application/json">{"file":"/Users/someone/a"}</script>'),
        ("alt text", "<svg></svg>"),
        ("alt text", '<svg role="img" aria-label="No description has been provided"></svg>'),
        ("alt text", '<img src="data:image/png;base64,AA">'),
        ("alt text", '<img alt="map.png" src="data:image/png;base64,AA">'),
        ("alt text", '<svg aria-label="A map of twelve banks"></svg>'),
        ("language", "<p>銀行越來越相似</p>"),
        ("TeX", "<p>$$x$$</p>"),
        ("TeX", "<p>$\\alpha = 3$</p>"),
        ("TeX", "<p>\\(x\\)</p>"),
        ("headings", "<h1>Twice</h1>"),
        ("headings", "<h3>Deep</h3>"),
        ("tables", SCROLL % '<table><tr><th scope="col">a</th></tr></table>'),
        ("tables", SCROLL % '<table aria-label="t"><tr><th>a</th></tr></table>'),
        ("overflow", '<table aria-label="t"><tr><th scope="col">a</th></tr></table>'),
        ("overflow", "<pre>long</pre>"),
        ("overflow", '<svg role="img" aria-label="A map of banks" width="640"></svg>'),
        ("captions", '<figure><svg role="img" aria-label="A map of banks"></svg></figure>'),
        ("small cells", PEOPLE % ("7.91", "7")),
        ("small cells", PEOPLE % ("7.91", "&lt; 10")),
        ("addresses", '<p id="a">x</p><p id="a">y</p>'),
        ("addresses", '<a href="#nowhere">x</a>'),
        ("addresses", '<p aria-labelledby="nowhere">x</p>'),
        ("translation", '<p lang="en" data-untranslated>Left in English here.</p>'),
    ],
)
def test_each_rule_finds_what_it_is_for(rule: str, body: str) -> None:
    assert rules(SOUND % body) == {rule}


@pytest.mark.parametrize(
    ("rule", "page"),
    [
        ("language", SOUND.replace('lang="en"', 'lang="fr"') % ""),
        ("language", SOUND.replace(' lang="en"', "") % ""),
        ("language", CHINESE % "<p>This has not been translated at all.</p>"),
        ("title", SOUND.replace("<title>Banks</title>", "") % ""),
        ("headings", SOUND.replace("<h1>Banks</h1>", "") % ""),
        ("content policy", SOUND.replace("http-equiv", "data-equiv") % ""),
        ("content policy", SOUND.replace("base-uri 'none'; ", "") % ""),
        ("content policy", SOUND.replace("img-src data:", "img-src data: https:") % ""),
        ("content policy", SOUND.replace("img-src data:", "connect-src *") % ""),
        ("content policy", SOUND.replace("font-src", "script-src 'unsafe-inline'; font-src") % ""),
        ("content policy", SOUND.replace("<head>", "<head><style>p{}</style>") % ""),
        ("size", SOUND % ("<p>word</p>" * 12_000)),
        ("overflow", SOUND.replace('name="viewport"', 'name="other"') % ""),
        ("provenance", SOUND.replace(DATA, "") % ""),
        ("provenance", SOUND.replace('"study": "s"', '"study": ""') % ""),
        ("provenance", SOUND.replace("ab" * 32, "ab") % ""),
        ("provenance", SOUND.replace('"language": "en"', '"language": "zh-Hans"') % ""),
    ],
)
def test_each_rule_about_the_whole_page(rule: str, page: str) -> None:
    assert rules(page) == {rule}


@pytest.mark.parametrize("row", [("–", "&lt; 10"), ("7.91", "27 ▵"), ("7.91", "1,234")])
def test_cells_on_enough_people_or_held_back_pass(row: tuple[str, str]) -> None:
    assert rules(SOUND % (PEOPLE % row)) == set()


def test_the_user_and_the_machine_are_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from brandkit.report import audit as audit_rules

    monkeypatch.setattr(getpass, "getuser", lambda: "wilhelmina")
    audit_rules._own_names.cache_clear()
    try:
        assert rules(SOUND % "<p>made by wilhelmina</p>") == {"leaks"}
        assert rules(SOUND % "<p>made by wilhelminas</p>") == set()
    finally:
        audit_rules._own_names.cache_clear()


def test_the_result_keeps_the_contract(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(SOUND % "<h3>Deep</h3><h3>Deep</h3><p>$$</p>", encoding="utf-8")
    assert_contract(lambda: audit_report(page))
    found = audit_report(page)
    assert not found.ok
    assert found.lines(severity="fails") == [
        "TeX: line 1, <p>: formulas are not drawn offline.",
        "headings: line 1, <h3>: comes after level 1.",
    ]
    assert found.lines(severity="warns") == []
    page.write_text(SOUND % "", encoding="utf-8")
    assert audit_report(page).ok
    assert_contract(lambda: audit_report(page))


def test_what_is_no_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="the report is not there"):
        audit_report(tmp_path / "none.html")
    for content in (b"", b"\xff\xfe", b"plain text"):
        (tmp_path / "page.html").write_bytes(content)
        with pytest.raises(SchemaError, match="must be an HTML page in UTF-8"):
            audit_report(tmp_path / "page.html")
