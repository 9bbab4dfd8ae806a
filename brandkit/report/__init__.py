"""Reports: blocks in notebooks, and the pages leadership opens."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brandkit.page.blocks import fact, figure, finding, findings, leave_out, note, table, title
    from brandkit.page.tables import use_bases
    from brandkit.report.audit import audit_report
    from brandkit.report.run import export_report
    from brandkit.report.workbook import write_workbook

__all__ = [
    "audit_report", "export_report", "fact", "figure", "finding", "findings", "leave_out", "note",
    "table", "title", "use_bases", "write_workbook",
]  # fmt: skip
_HOMES = {
    "audit_report": "report.audit",
    "export_report": "report.run",
    "write_workbook": "report.workbook",
    "use_bases": "page.tables",
}


def __getattr__(name: str) -> object:
    """Load what writes, lays out and checks pages when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"brandkit.{_HOMES.get(name, 'page.blocks')}"), name)
