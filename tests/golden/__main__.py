"""Record the numbers of every public result anew: ``python -m tests.golden [study ...]``."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import real_folder
from tests.golden.gather import RECORDED
from tests.golden.record import Record, recorded, write


def main(wanted: list[str]) -> None:
    """Record the studies named, or all whose evidence is here."""
    for study in dict.fromkeys(name for name, _ in RECORDED):
        if wanted and study not in wanted:
            continue
        parts = {part: one for (name, part), one in RECORDED.items() if name == study}
        real = real_folder()
        if real is None and any(one.files for one in parts.values()):
            print(f"{study}: its data are not beside this clone")
            continue
        found: dict[str, Record] = {}
        for part, one in parts.items():
            start = time.perf_counter()
            with tempfile.TemporaryDirectory() as folder:
                own = one.write(Path(folder), real=real) if one.files and real else study
                found[part] = recorded(one.gather(own))
            print(f"{study}, {part}: {len(found[part])} in {time.perf_counter() - start:.0f} s")
        write(study, found)


if __name__ == "__main__":
    main(sys.argv[1:])
