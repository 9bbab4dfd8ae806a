"""The gate every report passes before it is put in place."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from pathlib import Path

import pandas as pd

from brandkit.core.errors import MissingFileError, SchemaError, check_option
from brandkit.core.result import Result
from brandkit.report.audit_rules import Problem, problems_of


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Audit(Result):
    """What an audit found.

    Parameters
    ----------
    file : str
        The page's name.
    remarks : DataFrame
        ``file``, ``rule``, ``severity`` ("fails" or "warns"), ``place``, ``problem``.
    n_bytes : int
        The page's size.
    """

    file: str
    remarks: pd.DataFrame
    n_bytes: int

    @property
    def ok(self) -> bool:
        """Whether the page may be shown: nothing fails."""
        return not (self.remarks["severity"] == "fails").any()

    def lines(self, *, severity: str) -> list[str]:
        """Write the findings of one severity, one sentence each, equal ones once.

        Parameters
        ----------
        severity : "fails" | "warns"
        """
        check_option("severity", severity, ("fails", "warns"))
        found = self.remarks[self.remarks["severity"] == severity]
        lines = []
        for (rule, problem), group in found.groupby(["rule", "problem"], sort=False):
            more = f" and {len(group) - 1} more places" if len(group) > 1 else ""
            lines.append(f"{rule}: {group['place'].iloc[0]}{more}: {problem}.")
        return lines

    def tidy(self) -> pd.DataFrame:
        """Give the findings, one row each."""
        return self.remarks.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: how many fail, how many warn, the size."""
        severity = self.remarks["severity"]
        row = {
            "file": self.file, "n_failures": int((severity == "fails").sum()),
            "n_warnings": int((severity == "warns").sum()), "n_bytes": self.n_bytes,
        }  # fmt: skip
        return pd.DataFrame([row])


def audit_report(path: str | Path) -> Audit:
    """Check a page: requests, policy, leaks, alt texts, language, headings, tables, links.

    Parameters
    ----------
    path : str or Path
        An HTML file.

    Returns
    -------
    Audit

    Raises
    ------
    MissingFileError
        There is no such file.
    SchemaError
        It is not an HTML page in UTF-8.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> page = Path(mkdtemp()) / "page.html"
    >>> _ = page.write_text('<!doctype html><html lang="en"><h1>Banks</h1></html>')
    >>> audit_report(page).ok
    False
    """
    file = Path(path)
    if not file.is_file():
        raise MissingFileError(
            "the report is not there", file=path, way_out="`brandkit report STUDY` writes it."
        )
    raw = file.read_bytes()
    try:
        page = raw.decode("utf-8")
    except UnicodeDecodeError:
        page = ""
    if "<html" not in page[:2000].lower():
        raise SchemaError("a report must be an HTML page in UTF-8", file=path)
    columns = [field.name for field in fields(Problem)]
    found = pd.DataFrame([astuple(one) for one in problems_of(page)], columns=columns, dtype=str)
    found.insert(0, "file", file.name)
    return Audit(file=file.name, remarks=found, n_bytes=len(raw))
