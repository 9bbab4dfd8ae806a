"""What a survey's columns mean: labels, scales, missing codes, batteries.

A codebook is a table of one row a column of the survey. Scales and missing codes come from it or
from the survey file's own labels, never from the answers that happen to occur.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from brandkit.core.errors import MissingColumnsError, SchemaError, shown
from brandkit.sources.survey.words import NO, YES, ends_alone, is_no_answer, says_scale
from brandkit.sources.tables.cells import read_cells, read_grid, sheet_names

#: A code as brandkit compares it: a number where it looks like one, else text.
Code = float | str
#: A code, or all numbers from the first to the second.
MissingCode = Code | tuple[float, float]

CODEBOOK_COLUMNS = (
    "item",
    "label",
    "low",
    "high",
    "missing",
    "reversed",
    "set",
    "question",
    "stage",
)

_HEADINGS = {
    "item": ("item", "variable", "column", "name", "variable name", "varname", "題號", "题号",
             "變數", "变量", "變項", "变量名", "變數名稱", "variável", "variabile", "変数", "변수"),
    "label": ("label", "text", "description", "variable label", "標籤", "标签", "題目", "题目",
              "etiqueta", "rótulo", "libellé", "etichetta", "bezeichnung", "beschriftung", "ラベル",
              "라벨", "說明", "说明"),
    "low": ("low", "min", "minimum", "from", "最低", "最小值"),
    "high": ("high", "max", "maximum", "to", "最高", "最大值"),
    "missing": ("missing", "missing_codes", "missing codes", "遺漏值", "缺失值"),
    "reversed": ("reversed", "reverse", "reverse_coded", "反向題", "反向题"),
    "set": ("set", "battery", "block", "題組", "题组"),
    "question": ("question", "wording", "問題", "问题", "pregunta", "pergunta", "frage", "domanda"),
    "stage": ("stage", "phase", "階段", "阶段"),
    "values": ("values", "value_labels", "value labels", "codes", "answers", "options", "選項",
               "选项", "編碼", "编码", "valores", "werte", "valeurs", "códigos", "valori"),
    "brand": ("brand", "bank", "品牌", "銀行", "银行"),
    "attribute": ("attribute", "屬性", "属性"),
}  # fmt: skip
_YES, _NO = YES | {"reversed"}, NO | {"", "-"}
_RANGE = re.compile(
    r"^(-?\d+(?:\.\d+)?)\s*(?:\.\.|–|—|thru|through|to|至|～|~)\s*(-?\d+(?:\.\d+)?)$"
)


@dataclass(frozen=True)
class Item:
    """What is known of one column of a survey.

    Parameters
    ----------
    item, label : str
        Its name in the file and its text for readers.
    low, high : float, optional
        Ends of its scale.
    missing : tuple
        Codes that are no answers.
    reversed : bool
        Its answers run the other way and are turned round on reading.
    set, question : str, optional
        The battery it belongs to, and that battery's question.
    values : mapping
        Code to label.
    brand, attribute : str, optional
        What a pick-any column is about.
    nominal : bool
        Its codes name things: they have no order, and are read as their labels.
    stage : str, optional
        When the customer meets what it asks about: before, during or after the sale.
    """

    item: str
    label: str = ""
    low: float | None = None
    high: float | None = None
    missing: tuple[MissingCode, ...] = ()
    reversed: bool = False
    set: str | None = None
    question: str | None = None
    values: Mapping[Code, str] = field(default_factory=dict)
    brand: str | None = None
    attribute: str | None = None
    nominal: bool = False
    stage: str | None = None

    @property
    def has_scale(self) -> bool:
        """Whether both ends are known."""
        return self.low is not None and self.high is not None


def code_of(value: object) -> Code:
    """Give a code in the form codes are compared in.

    Examples
    --------
    >>> code_of(98), code_of("98"), code_of(" DK "), code_of("007")
    (98.0, 98.0, 'DK', '007')
    """
    if isinstance(value, (int, float)):
        return float(value)
    text = str(value).strip()
    return float(text) if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text) else text


def code_text(code: MissingCode) -> str:
    """Write a code, or a range of codes, the way a codebook does.

    Examples
    --------
    >>> code_text(98.0), code_text((97.0, 99.0)), code_text("DK")
    ('98', '97..99', 'DK')
    """
    if isinstance(code, tuple):
        return f"{_plain(code[0])}..{_plain(code[1])}"
    return code if isinstance(code, str) else _plain(code)


def parse_missing(text: str) -> tuple[MissingCode, ...]:
    """Read missing codes as they stand in a codebook's cell.

    Parameters
    ----------
    text : str
        Codes parted by ``;`` ``,`` or ``|``; a range is written ``97..99``.

    Returns
    -------
    tuple

    Examples
    --------
    >>> parse_missing("98; 99; DK"), parse_missing("97..99")
    ((98.0, 99.0, 'DK'), ((97.0, 99.0),))
    """
    codes: list[MissingCode] = []
    for part in re.split(r"[;,|；，、]", text):
        token = part.strip()
        if not token:
            continue
        ends = _RANGE.match(token)
        codes.append((float(ends[1]), float(ends[2])) if ends else code_of(token))
    return tuple(codes)


def parse_values(text: str) -> dict[Code, str]:
    """Read value labels as they stand in a codebook's cell: ``1=Male; 2=Female``.

    Examples
    --------
    >>> parse_values("1=Male; 2=Female")
    {1.0: 'Male', 2.0: 'Female'}
    """
    labels: dict[Code, str] = {}
    for part in re.split(r"[;|；\n]|[,，](?=\s*-?\d+\s*=)", text):
        code, equals, label = part.partition("=")
        if equals and label.strip():
            labels[code_of(code)] = label.strip()
    return labels


def is_missing(values: pd.Series, codes: Sequence[MissingCode]) -> pd.Series:
    """Say which cells hold one of the missing codes.

    Parameters
    ----------
    values : Series
        Answers as read: numbers or text.
    codes : sequence
        As :func:`parse_missing` gives them.

    Examples
    --------
    >>> is_missing(pd.Series(["7", "98", "DK"]), parse_missing("98; DK")).tolist()
    [False, True, True]
    """
    found = pd.Series(False, index=values.index)
    if not codes:
        return found
    numbers = pd.to_numeric(values, errors="coerce")
    singles = [code for code in codes if isinstance(code, float)]
    texts = [code for code in codes if isinstance(code, str)]
    found |= numbers.isin(singles)
    for ends in (code for code in codes if isinstance(code, tuple)):
        found |= numbers.between(*ends)
    if texts and not pd.api.types.is_numeric_dtype(values):
        found |= values.astype("str").str.strip().isin(texts)
    return found


def read_codebook(path: str | Path, *, encoding: str | None = None) -> dict[str, Item]:
    r"""Read a codebook.

    Parameters
    ----------
    path : path
        csv, xlsx or parquet with the columns ``item`` and any of ``label``, ``low``, ``high``,
        ``missing`` (``98; 99``), ``reversed`` (yes or no), ``set``, ``question``, ``stage``
        (before, during or after the sale), ``values`` (``1=Male; 2=Female``), ``brand``,
        ``attribute``; the headings may be Chinese.
    encoding : str, optional
        Where it is not UTF-8 or UTF-16.

    Returns
    -------
    dict
        Item name to :class:`Item`, in the file's order.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "codebook.csv"
    >>> _ = file.write_text("item,label,low,high,missing\nsat1,Satisfaction,0,10,98;99\n")
    >>> read_codebook(file)["sat1"].high
    10.0
    """
    sheet = next((name for name in sheet_names(path) if _is_datamap(path, name)), None)
    cells = read_cells(path, encoding=encoding, sheet=sheet)
    place_of = _headings(path, [str(name) for name in cells.columns])
    items: dict[str, Item] = {}
    pairs = zip(cells.index, cells.to_numpy().tolist(), strict=True)
    read = [
        (row, {name: str(values[at]).strip() for name, at in place_of.items()})
        for row, values in pairs
    ]
    for at, (_, cell) in enumerate(read):  # labels of codes may go on below
        if not cell["item"] and at and cell.get("values"):
            first = next(told for _, told in reversed(read[:at]) if told["item"])
            first["values"] = f"{first['values']}; {cell['values']}".strip("; ")
    for row, cell in read:
        if not cell["item"]:
            continue
        if cell["item"] in items:
            raise SchemaError(
                "each item must stand in the codebook once",
                file=path,
                place=str(row),
                found=cell["item"],
                way_out="Remove the second row.",
            )
        items[cell["item"]] = _item(path, str(row), cell)
    return items


def is_codebook_heading(header: Sequence[str]) -> bool:
    """Whether headings are those of a codebook: what a column is called, and what it says."""
    folded = [name.strip().casefold() for name in header]
    own = [key for key, words in _HEADINGS.items() if any(word in folded for word in words)]
    return (
        bool(folded)
        and folded[0] in _HEADINGS["item"]
        and bool({"label", "question", "values"} & set(own))
    )


def _is_datamap(path: str | Path, sheet: str) -> bool:
    try:
        return is_codebook_heading(read_grid(Path(path), sheet=sheet).header)
    except SchemaError:
        return False


def merged(known: Item, said: Item) -> Item:
    """Give what a file knows of an item, with what the codebook says of it on top.

    Examples
    --------
    >>> merged(Item("q", "from the file", 1.0, 5.0), Item("q", "from the codebook")).label
    'from the codebook'
    """
    told = {
        name: value for name in said.__dataclass_fields__ if _is_told(value := getattr(said, name))
    }
    if said.has_scale:
        told["nominal"] = False
    elif said.values:
        told["nominal"] = said.nominal
    return replace(known, **told)


def codebook_frame(items: Iterable[Item]) -> pd.DataFrame:
    """Give the codebook as a frame of the columns every survey has.

    Examples
    --------
    >>> codebook_frame([Item("sat1", "Satisfaction", 0.0, 10.0, (98.0,))]).loc[0, "missing"]
    '98'
    """
    rows = [
        (
            i.item,
            i.label,
            i.low,
            i.high,
            "; ".join(map(code_text, i.missing)),
            i.reversed,
            i.set,
            i.question,
            i.stage,
        )
        for i in items
    ]
    frame = pd.DataFrame(rows, columns=list(CODEBOOK_COLUMNS))
    texts = dict.fromkeys(("item", "label", "missing", "set", "question", "stage"), "str")
    return frame.astype({**texts, "low": float, "high": float, "reversed": bool})


def _is_told(value: object) -> bool:
    """Whether a codebook's cell says something: an end of a scale at 0 does."""
    return isinstance(value, float) or bool(value)


def _headings(path: str | Path, headers: list[str]) -> dict[str, int]:
    folded = [header.strip().casefold() for header in headers]
    place_of = {}
    for name, spellings in _HEADINGS.items():
        at = next((folded.index(word) for word in spellings if word in folded), None)
        if at is not None:
            place_of[name] = at
    if "item" not in place_of:
        raise MissingColumnsError(
            f"{path}: a codebook must have a column 'item' with the names of the survey's "
            f"columns; it has {shown(headers, most=12)}. Add it, or rename the one that holds them."
        )
    return place_of


def _item(path: str | Path, place: str, cell: Mapping[str, str]) -> Item:
    low, high = (_number(path, place, name, cell.get(name, "")) for name in ("low", "high"))
    if (low is None) != (high is None) or (low is not None and high is not None and low >= high):
        raise SchemaError(
            "a scale needs both ends, the low one first",
            file=path,
            place=place,
            found=f"low {cell.get('low', '')!r}, high {cell.get('high', '')!r}",
            way_out="Write for example 0 and 10, or leave both empty.",
        )
    turned = cell.get("reversed", "").casefold()
    if turned not in _YES | _NO:
        raise SchemaError(
            "'reversed' must be yes or no",
            file=path,
            place=place,
            found=turned,
            way_out="Write yes for items to be turned round.",
        )
    if turned in _YES and low is None:
        raise SchemaError(
            "an item that is to be turned round needs the ends of its scale",
            file=path,
            place=place,
            found=cell["item"],
            way_out="Fill in low and high.",
        )
    values = parse_values(cell.get("values", ""))
    numbers = {code: text for code, text in values.items() if isinstance(code, float)}
    is_ticks = set(numbers) == {0.0, 1.0} and {t.casefold() for t in values.values()} <= _YES | _NO
    kept = [code for code, text in numbers.items() if not is_no_answer(text)]
    is_scale = (
        low is None and len(numbers) == len(values) and (says_scale(numbers) or ends_alone(kept))
    )
    if is_scale:
        low, high = min(kept), max(kept)
    silent = [
        code
        for code, text in numbers.items()
        if is_no_answer(text) and not (low is not None and high is not None and low <= code <= high)
    ]
    return Item(
        item=cell["item"],
        label=cell.get("label") or cell.get("question", ""),
        low=low,
        high=high,
        missing=(*parse_missing(cell.get("missing", "")), *silent),
        reversed=turned in _YES,
        set=cell.get("set") or None,
        values=values,
        question=(cell.get("label") and cell.get("question")) or None,
        brand=cell.get("brand") or None,
        attribute=cell.get("attribute") or None,
        nominal=bool(values) and low is None and not is_scale and not is_ticks,
        stage=cell.get("stage") or None,
    )


def _number(path: str | Path, place: str, name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise SchemaError(
            f"{name!r} must be a number",
            file=path,
            place=place,
            found=text,
            way_out="Write the end of the scale, as 0 or 10.",
        ) from None


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else repr(float(number))
