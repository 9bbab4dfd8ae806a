"""The only code that reads or writes ``data/``: studies, catalogues, surveys, branches, tables."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from brandkit.sources.study import Study, read_study
from brandkit.sources.study_folders import studies
from brandkit.sources.table import BrandTable, read_brand_table

if TYPE_CHECKING:
    from brandkit.sources.branches import read_branches
    from brandkit.sources.catalog import read_catalog
    from brandkit.sources.survey import read_survey

__all__ = [
    "BrandTable",
    "Study",
    "read_branches",
    "read_brand_table",
    "read_catalog",
    "read_study",
    "read_survey",
    "studies",
]

#: Read where they are first used: catalogues and surveys bring heavy libraries with them.
_LATER = {
    "read_branches": "brandkit.sources.branches",
    "read_catalog": "brandkit.sources.catalog",
    "read_survey": "brandkit.sources.survey",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
