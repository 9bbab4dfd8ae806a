"""The only code that reads or writes ``data/``: studies, catalogues, surveys, branches, tables."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brandkit.sources.catalog.catalog import read_catalog
    from brandkit.sources.study.store import studies
    from brandkit.sources.study.study import Study, read_study
    from brandkit.sources.survey.survey import read_survey
    from brandkit.sources.tables.branches import read_branches
    from brandkit.sources.tables.brand_table import BrandTable, read_brand_table

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
_HOMES = {
    "BrandTable": "tables.brand_table",
    "Study": "study.study",
    "read_branches": "tables.branches",
    "read_brand_table": "tables.brand_table",
    "read_catalog": "catalog.catalog",
    "read_study": "study.study",
    "read_survey": "survey.survey",
    "studies": "study.store",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"brandkit.sources.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
