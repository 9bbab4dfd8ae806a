"""Branches: which bank is present in which market, with an amount where one is known."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from brandkit.core.errors import (
    InputError,
    MissingColumnsError,
    SchemaError,
    Words,
    did_you_mean,
    shown,
)
from brandkit.core.message import Message
from brandkit.sources.survey.answers import as_numbers
from brandkit.sources.survey.codebook import code_of
from brandkit.sources.tables.cells import read_cells, unique_headers

Cell = str | int | float
#: A table of pairs: a mapping, or a file with two columns.
Pairs = Mapping[str, str] | str | Path

_PERIOD = frozenset({"year", "as_of", "as of", "period", "quarter", "年", "年度", "年份", "期間"})


@dataclass(frozen=True, eq=False)
class Branches:
    """Presence of brands in markets.

    Parameters
    ----------
    presence : DataFrame
        One row a brand and market: ``brand market amount n``. ``n`` counts the rows of the file,
        which are branches where it lists branches. ``amount`` is the sum of the amount column,
        missing where there is none.
    owners : mapping
        Brand to its declared owner; may be empty.
    file : str
        The file's name.
    n_rows, n_unplaced : int
        Rows of the file that were asked for, and those of them without a market.
    notes : tuple of Message
    """

    presence: pd.DataFrame
    file: str
    n_rows: int
    n_unplaced: int
    owners: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()


def read_branches(
    path: str | Path,
    *,
    brand: str = "brand",
    market: str | Sequence[str] = "market",
    amount: str | None = None,
    name: str | None = None,
    where: Mapping[str, Cell | Sequence[Cell]] | None = None,
    aliases: Pairs | None = None,
    owners: Pairs | None = None,
    encoding: str | None = None,
) -> Branches:
    r"""Read a list of branches, or a table of bank by market.

    Parameters
    ----------
    path : path
        csv, tsv, txt, xlsx or parquet; text may be packed (``.csv.xz``).
    brand : str
        The column that tells banks apart: a code where there is one, as names repeat.
    market : str or sequence of str
        The column of the market; several are joined, as city and district. Spellings that differ
        in width, case or 台/臺 are one market. Numeric codes of four or more digits that have
        lost a leading zero get it back.
    amount : str, optional
        Branches or deposits of the row, a number >= 0; added up.
    name : str, optional
        The column with the name to show for a brand; where two brands share it, the code is added.
    where : mapping, optional
        Column to the value or values of the rows to read: ``{"YEAR": 2023}``.
    aliases, owners : mapping or path, optional
        Brand as written to brand; brand to owner. A file has two columns, in this order.
    encoding : str, optional
        Where the text is not UTF-8 or UTF-16.

    Returns
    -------
    Branches

    Raises
    ------
    MissingColumnsError
        A named column is not in the file.
    SchemaError
        An amount is no number >= 0, or no row has brand and market.
    InputError
        The file holds several periods and ``where`` chooses none.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "branches.csv"
    >>> rows = 'code,city\n="004",台北市\n="004",臺北市\n005,臺中市\n'
    >>> _ = file.write_text(rows, encoding="utf-8")
    >>> presence = read_branches(file, brand="code", market="city").presence
    >>> presence["brand"].tolist(), presence["n"].tolist()
    (['004', '005'], [2, 1])
    """
    cells = _cells_of(path, encoding)
    markets = [market] if isinstance(market, str) else list(market)
    named: dict[str, list[str | None]] = {
        "brand": [brand],
        "market": [*markets],
        "amount": [amount],
        "name": [name],
        "where": [*(where or {})],
    }
    for argument, columns in named.items():
        _require(path, argument, [column for column in columns if column], cells)
    chosen = _chosen(path, cells, where or {})
    _refuse_periods(path, chosen.drop(columns=list(where or {})), [brand, *markets])
    notes: list[Message] = list(cells.attrs.get("notes", ()))
    keys = _folded(chosen[brand])
    if aliases is not None:
        keys = keys.replace(dict(_pairs(aliases)))
    places = _padded(_folded(_joined(chosen, markets)), markets, notes)
    frame = pd.DataFrame({"brand": keys, "market": places})
    frame["amount"] = _amounts(path, chosen[amount], notes) if amount else float("nan")
    placed = frame["brand"].ne("") & frame["market"].ne("")
    n_unplaced = int((~placed).sum())
    if not placed.any():
        raise SchemaError(
            "some rows must have a brand and a market",
            file=path,
            found=Words("none"),
            way_out="Name other columns.",
        )
    if n_unplaced:
        said = "{n:count} of {total:count} rows name no brand or no market and are left out."
        notes.append(Message(said, {"n": n_unplaced, "total": len(frame)}))
        nowhere = set(frame["brand"]) - set(frame.loc[placed, "brand"]) - {""}
        if nowhere:
            said = "{n:count} {n:brand has|brands have} no market at all."
            notes.append(Message(said, {"n": len(nowhere)}))
    if name is not None:
        frame["brand"] = frame["brand"].map(_names(frame["brand"], chosen[name]))
    presence = _presence(frame[placed])
    return Branches(
        presence=presence,
        file=Path(path).name,
        n_rows=len(frame),
        n_unplaced=n_unplaced,
        owners=_owners(owners, presence),
        notes=tuple(notes),
    )


def _cells_of(path: str | Path, encoding: str | None) -> pd.DataFrame:
    cells = read_cells(path, encoding=encoding)
    names, _ = unique_headers([str(header) for header in cells.columns])
    trimmed: pd.DataFrame = cells.set_axis(names, axis=1).apply(lambda column: column.str.strip())
    trimmed.attrs["notes"] = cells.attrs.get("notes", ())
    return trimmed


def _require(path: str | Path, argument: str, columns: list[str], cells: pd.DataFrame) -> None:
    missing = [column for column in columns if column not in cells.columns]
    if missing:
        have = [str(column) for column in cells.columns]
        raise MissingColumnsError(
            f"`{argument}` must name columns of {Path(path).name}; found {shown(missing)}. "
            f"It has {shown(have, most=12)}.{did_you_mean(missing[0], have)}"
        )


def _chosen(
    path: str | Path, cells: pd.DataFrame, where: Mapping[str, Cell | Sequence[Cell]]
) -> pd.DataFrame:
    for column, wanted in where.items():
        values = [wanted] if isinstance(wanted, (str, int, float)) else list(wanted)
        codes = {code_of(value) for value in values}
        there = cells[column].unique()
        matches = cells[column].isin([text for text in there if code_of(text) in codes])
        if not matches.any():
            raise InputError(
                f"`where` must leave some rows of {Path(path).name}; {column} = {shown(values)} "
                f"leaves none. It has {shown(sorted(there), most=12)}."
            )
        cells = cells[matches]
    return cells


def _refuse_periods(path: str | Path, cells: pd.DataFrame, keys: list[str]) -> None:
    """Refuse to add up several years of the same branches."""
    for column in cells.columns:
        if str(column).strip().casefold() not in _PERIOD or column in keys:
            continue
        periods = sorted(cells[column].unique())
        once = cells.drop_duplicates([*keys, column])
        if len(periods) > 1 and once.duplicated(keys).any():
            raise InputError(
                f"`where` must choose one period, as {Path(path).name} has the same branches in "
                f"several: {column} is {shown(periods, most=12)}. Write "
                f"where = {{ {column} = {shown(periods[-1])} }}."
            )


def _joined(cells: pd.DataFrame, columns: list[str]) -> pd.Series:
    joined = cells[columns[0]]
    for column in columns[1:]:
        joined = joined.str.cat(cells[column], sep=" ")
    return joined.str.strip()


def _folded(texts: pd.Series) -> pd.Series:
    """Give each text in the commonest spelling of those that mean the same."""
    written = pd.Series(texts.value_counts())
    commonest: dict[str, str] = {}
    key_of = {}
    for text in written.index:
        plain = " ".join(unicodedata.normalize("NFKC", str(text)).split())
        key_of[text] = plain.casefold().replace("台", "臺")
        commonest.setdefault(key_of[text], plain)
    return texts.map(lambda text: commonest[key_of[text]])


def _padded(places: pd.Series, markets: list[str], notes: list[Message]) -> pd.Series:
    """Give codes of markets back the leading zeros that a spreadsheet took."""
    known = places[places.ne("")]
    if len(markets) > 1 or known.empty or not known.str.fullmatch(r"\d+").all():
        return places
    widths = known.str.len()
    low, high = int(widths.min()), int(widths.max())
    if high < 4 or high - low != 1:
        return places
    said = (
        "{n:count} {n:code|codes} of {column} had lost a leading zero; all have {width:count} "
        "digits now."
    )
    values = {"n": int((widths == low).sum()), "column": markets[0], "width": high}
    notes.append(Message(said, values))
    return places.where(places.eq(""), places.str.zfill(high))


def _amounts(path: str | Path, cells: pd.Series, notes: list[Message]) -> pd.Series:
    blank = cells.eq("")
    values, unread = as_numbers(cells.mask(blank))
    bad = unread | (values < 0)
    if bad.any():
        raise SchemaError(
            "an amount must be a number >= 0",
            file=path,
            place=f"{cells.index[bad][0]}, column {shown(str(cells.name))}",
            found=cells[bad].iloc[0],
            way_out=f"Mend it; {int(bad.sum())} cells in all.",
        )
    for n, said in (
        (
            int(values.eq(0).sum()),
            "{n:count} {n:row has|rows have} an amount of 0; the presence counts all the same.",
        ),
        (
            int(blank.sum()),
            "{n:count} {n:row has|rows have} no amount; the presence counts all the same.",
        ),
    ):
        if n:
            notes.append(Message(said, {"n": n}))
    return values


def _presence(frame: pd.DataFrame) -> pd.DataFrame:
    groups = frame.groupby(["brand", "market"], sort=True)
    presence = groups["amount"].sum(min_count=1).to_frame("amount")
    presence["n"] = groups.size()
    return presence.reset_index()


def _names(keys: pd.Series, names: pd.Series) -> dict[str, str]:
    """Give each key its commonest name, with the key where several share it."""
    plain = names.map(lambda name: " ".join(unicodedata.normalize("NFKC", name).split()))
    pairs = pd.DataFrame({"key": keys, "name": plain}).query("name != ''")
    counted = pairs.value_counts(sort=True).reset_index()
    best = counted.drop_duplicates("key").set_index("key")["name"]
    shared = set(best[best.duplicated(keep=False)])
    return {
        key: key
        if key not in best.index
        else f"{best[key]} ({key})"
        if best[key] in shared
        else str(best[key])
        for key in keys.unique()
    }


def _pairs(table: Pairs) -> Mapping[str, str]:
    if not isinstance(table, (str, Path)):
        return table
    cells = _cells_of(table, None)
    if cells.shape[1] < 2:
        raise SchemaError(
            "the table must have two columns",
            file=table,
            found=cells.shape[1],
            way_out="Put the name first.",
        )
    return dict(zip(cells.iloc[:, 0], cells.iloc[:, 1], strict=True))


def _owners(owners: Pairs | None, presence: pd.DataFrame) -> Mapping[str, str]:
    if owners is None:
        return {}
    known = set(presence["brand"])
    return {brand: owner for brand, owner in _pairs(owners).items() if brand in known and owner}
