"""Reports: blocks in notebooks, and the pages leadership opens."""

from brandkit.report.bases import use_bases
from brandkit.report.blocks import fact, figure, finding, findings, note, table, title

__all__ = [
    "audit_report",
    "export_report",
    "fact",
    "figure",
    "finding",
    "findings",
    "note",
    "table",
    "title",
    "use_bases",
    "write_workbook",
]


def __getattr__(name: str) -> object:
    """Load what writes and checks pages when it is asked for: notebooks need only blocks."""
    if name == "export_report":
        from brandkit.report.run import export_report

        return export_report
    if name == "audit_report":
        from brandkit.report.audit import audit_report

        return audit_report
    if name == "write_workbook":
        from brandkit.report.workbook import write_workbook

        return write_workbook
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
