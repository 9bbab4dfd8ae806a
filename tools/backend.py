"""Builds brandkit with flit, and puts the notebooks and the sample study into the wheel.

In a clone they stand where their owner looks for them; an installed brandkit finds them inside.
"""

from __future__ import annotations

from pathlib import Path

from flit_core import wheel
from flit_core.buildapi import *  # noqa: F403 - the other hooks are flit's own

#: Folder of the clone, and where it stands in the package.
SHIPPED = {"notebooks": "notebooks", "data/raw/sample": "sample"}


class _WithData(wheel.WheelBuilder):
    def copy_module(self) -> None:
        super().copy_module()
        root = Path(self.module.source_dir)
        for folder, place in SHIPPED.items():
            for path in sorted((root / folder).rglob("*")):
                inside = path.relative_to(root / folder).as_posix()
                if path.is_file() and "/." not in f"/{inside}":
                    self._add_file(path, f"brandkit/{place}/{inside}")


wheel.WheelBuilder = _WithData
