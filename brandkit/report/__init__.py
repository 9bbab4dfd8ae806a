"""Reports: blocks in notebooks, and the pages leadership opens."""

from importlib import import_module
from typing import TYPE_CHECKING

from brandkit.page.blocks import fact, figure, finding, findings, leave_out, note, table, title
from brandkit.page.tables import use_bases

if TYPE_CHECKING:
    from brandkit.report.audit import audit_report
    from brandkit.report.run import export_report
    from brandkit.report.workbook import write_workbook

__all__ = [
    "audit_report", "export_report", "fact", "figure", "finding", "findings", "leave_out", "note",
    "table", "title", "use_bases", "write_workbook",
]  # fmt: skip
_LATER = {"audit_report": "audit", "export_report": "run", "write_workbook": "workbook"}


def __getattr__(name: str) -> object:
    """Load what writes and checks pages when it is asked for: notebooks need only blocks."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"brandkit.report.{_LATER[name]}"), name)
