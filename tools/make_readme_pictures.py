"""Draw the pictures of README.md into docs/.

Two come from the answers of the sample study; the picture of the Australian market from the banks'
own published product data (Consumer Data Right), where a folder with them is given:

    python -m tools.make_readme_pictures [--australia FOLDER]

FOLDER holds ``snapshots/<day>.jsonl.xz`` and ``registers/brands_<day>.json``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import brandkit as bk
from brandkit.core.result import Result
from brandkit.language import use_language
from brandkit.page.blocks import whole_figure
from brandkit.sources import read_catalog
from brandkit.viz.export import png

DOCS = Path(__file__).resolve().parent.parent / "docs"
#: Each picture with the question of the sample study that it answers.
PICTURES = {"positioning_map.png": "stability", "core_and_exciting.png": "penalties"}


def australian_market(folder: Path) -> Result:
    """Score the overlap of Australian banks on the newest day of a folder."""
    snapshot = max((folder / "snapshots").glob("*.jsonl.xz"))
    day = snapshot.name.removesuffix(".jsonl.xz")
    catalog = read_catalog(
        snapshot, format="cdr", register=folder / "registers" / f"brands_{day}.json", as_of=day
    )
    return bk.brand_overlap(catalog, draws=0)


def write(result: Result, name: str, *, folder: Path, focus: str | None = None) -> None:
    """Write the picture of a result, replacing the old one whole."""
    folder.mkdir(exist_ok=True)
    part = folder / f".{name}.part"
    part.write_bytes(png(whole_figure(result.plot(focus=focus))))
    part.replace(folder / name)
    print(f"{name} is drawn.")


def main() -> None:
    """Draw what there is evidence for."""
    parser = argparse.ArgumentParser(description="Draw the pictures of README.md into docs/.")
    parser.add_argument("--australia", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=DOCS, metavar="FOLDER")
    asked = parser.parse_args()
    use_language("en")
    answers = bk.answers("sample")
    for name, question in PICTURES.items():
        write(answers[question], name, folder=asked.out, focus=answers.study.focus)
    if asked.australia:
        write(australian_market(asked.australia), "overlap_australia.png", folder=asked.out)


if __name__ == "__main__":
    main()
