"""Draw the pictures of README.md into docs/.

The map comes from the sample study; the picture of the Australian market from the banks' own
published product data (Consumer Data Right), where a folder with them is given:

    python tools/make_readme_pictures.py [--australia FOLDER]

FOLDER holds ``snapshots/<day>.jsonl.xz`` and ``registers/brands_<day>.json``.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from brandkit.language import use_language
from brandkit.overlap import brand_overlap
from brandkit.positioning.image.plot import plot_map_stability
from brandkit.sources import read_catalog, read_study
from brandkit.strategy import study_penalties, study_stability
from brandkit.viz.export import png

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
AUSTRALIA = ROOT.parent / "shared" / "real" / "catalogs" / "au_cdr"


def positioning_map() -> Axes:
    """Draw the map of the sample study, with its doubt."""
    study = read_study("sample")
    stability = study_stability(study)
    if stability is None:
        raise SystemExit("The sample study has no image of the banks to draw.")
    return plot_map_stability(stability, focus=study.focus)


def core_and_exciting() -> Axes:
    """Draw which services of the sample study are core and which delight."""
    roles = study_penalties(read_study("sample"))
    if roles is None:
        raise SystemExit("The sample study has no ratings of services to draw.")
    return roles.plot()


def australian_market(folder: Path) -> Axes:
    """Draw the closest pairs of Australian banks, from the newest day of a folder."""
    snapshot = max((folder / "snapshots").glob("*.jsonl.xz"))
    day = snapshot.name.removesuffix(".jsonl.xz")
    catalog = read_catalog(
        snapshot, format="cdr", register=folder / "registers" / f"brands_{day}.json", as_of=day
    )
    return brand_overlap(catalog, draws=0).plot()


def write(drawing: Axes, name: str) -> None:
    """Write a picture, replacing the old one whole."""
    figure = drawing.get_figure(root=True)
    if figure is None:
        raise SystemExit(f"Nothing was drawn for {name}.")
    DOCS.mkdir(exist_ok=True)
    part = DOCS / f".{name}.part"
    part.write_bytes(png(figure))
    part.replace(DOCS / name)
    print(f"docs/{name} is drawn.")


def main() -> None:
    """Draw what there is evidence for."""
    parser = argparse.ArgumentParser(description="Draw the pictures of README.md into docs/.")
    parser.add_argument("--australia", type=Path, default=AUSTRALIA, metavar="FOLDER")
    folder = parser.parse_args().australia
    use_language("en")
    write(positioning_map(), "positioning_map.png")
    write(core_and_exciting(), "core_and_exciting.png")
    if (folder / "snapshots").is_dir():
        write(australian_market(folder), "overlap_australia.png")
    else:
        print("No Australian catalogues there: docs/overlap_australia.png stays as it is.")


if __name__ == "__main__":
    main()
