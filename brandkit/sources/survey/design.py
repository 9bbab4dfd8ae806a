"""Which columns of a survey say who answered, about which brand, and with what weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
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
from brandkit.core.waves import numbered_anew, order_of_time
from brandkit.sources.survey.answers import NO_VALUE, as_numbers, is_blank, labelled, refuse_cells
from brandkit.sources.survey.codebook import Item, code_text


@dataclass(frozen=True)
class SurveyDesign(Mapping[str, str | None]):
    """Names of the columns of ``Survey.responses`` that describe the fieldwork.

    Read as attributes or, being a mapping of the six roles, by name.

    Parameters
    ----------
    brand, respondent, weight, strata, cluster, wave : str, optional
        None where the survey has no such column.

    Examples
    --------
    >>> design = SurveyDesign(brand="bank", weight="w")
    >>> design.weight, design["brand"], design.get("wave"), design.columns
    ('w', 'bank', None, ('bank', 'w'))
    """

    brand: str | None = None
    respondent: str | None = None
    weight: str | None = None
    strata: str | None = None
    cluster: str | None = None
    wave: str | None = None

    def __getitem__(self, role: str) -> str | None:
        if role not in (one.name for one in fields(self)):
            raise KeyError(role)
        name: str | None = getattr(self, role)
        return name

    def __iter__(self) -> Iterator[str]:
        return (one.name for one in fields(self))

    def __len__(self) -> int:
        return len(fields(self))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns there are, in a fixed order."""
        return tuple(name for name in self.values() if name is not None)


def resolved_design(
    path: str | Path, columns: list[str], asked: Mapping[str, str | None]
) -> tuple[SurveyDesign, str | None]:
    """Find the design's columns; a ``brand`` that is no column is the name of the only brand.

    Parameters
    ----------
    path : path
    columns : list of str
    asked : mapping
        Argument to column, or to the brand's name.

    Returns
    -------
    design : SurveyDesign
    constant : str or None
        The only brand's name.

    Examples
    --------
    >>> resolved_design("a.csv", ["id", "sat"], {"brand": "Civic Bank", "respondent": "id"})[1]
    'Civic Bank'
    """
    named = {role: name for role, name in asked.items() if name is not None}
    constant = None
    brand = named.get("brand")
    if brand is not None and brand not in columns:
        if did_you_mean(brand.casefold(), [name.casefold() for name in columns]):
            _refuse(path, "brand", brand, columns)
        if "brand" in columns:
            raise InputError(
                f"`brand` must be the column 'brand', which {Path(path).name} has, or the file "
                f"must not have one; found {shown(brand)}. Write brand = 'brand'."
            )
        constant, named["brand"] = brand, "brand"
    for role, name in named.items():
        if name not in columns and not (role == "brand" and constant):
            _refuse(path, role, name, columns)
    twice = [name for name in named.values() if list(named.values()).count(name) > 1]
    # Sampled persons may be their own clusters; any other double use is a slip
    if set(twice) - {named.get("cluster")} or (twice and named.get("respondent") not in twice):
        raise InputError(
            f"each column can have one role; found {shown(twice[0])} named more than once. "
            "Leave one of them out."
        )
    return SurveyDesign(**named), constant


def design_answers(
    path: str | Path, role: str, cells: pd.Series, item: Item
) -> tuple[pd.Series, list[Message]]:
    """Read a column of the design, which must be whole.

    Parameters
    ----------
    path : path
    role : "brand" | "respondent" | "weight" | "strata" | "cluster" | "wave"
    cells : Series
    item : Item
        For the labels of its codes.

    Returns
    -------
    values : Series
    notes : list of Message

    Examples
    --------
    >>> weights = pd.Series(["1.5", "0"], index=["line 2", "line 3"])
    >>> values, notes = design_answers("a.csv", "weight", weights, Item("w"))
    >>> values.tolist(), str(notes[0])
    ([1.5, 0.0], '1 row has weight 0 and counts nowhere.')
    """
    if role == "weight":
        return _weights(path, cells)
    silent = is_blank(cells)
    nobody = silent | cells.astype("str").str.strip().isin(NO_VALUE)
    if role == "brand" and nobody.any() and not nobody.all():
        said = "{n:count} {n:row names|rows name} no brand and {n:counts|count} for none."
        kept = design_answers(path, role, cells[~nobody], item)[0]
        if pd.api.types.is_numeric_dtype(kept):  # a gap makes no 2.0 of a 2
            kept = kept.astype(float).map(code_text)
        places = np.flatnonzero(~nobody)
        whole = kept.set_axis(places).reindex(range(len(cells))).set_axis(cells.index)
        return whole, [Message(said, {"n": int(nobody.sum())})]
    refuse_cells(
        path,
        str(cells.name),
        silent,
        rule=f"every row must have its {role}",
        way_out="Fill them in, or take these rows out of the file.",
    )
    if item.values:
        found = labelled(cells, item.values)
        if role == "wave":  # codes tell the order where labels do not
            order = order_of_time(found.cat.categories.tolist()) or found.cat.categories
            found = found.cat.reorder_categories(order, ordered=True)
        return found, []
    if pd.api.types.is_float_dtype(cells) and (cells % 1 == 0).all() and cells.abs().max() < 2**53:
        return cells.astype("int64"), []  # SPSS has no whole numbers, ids are
    if pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_datetime64_any_dtype(cells):
        return cells, []
    texts = cells.astype("str").str.strip()
    names = role in ("brand", "respondent") or texts.str.fullmatch(r"0\d+").any()
    values, unread = as_numbers(texts)
    return (texts if names or unread.any() else values), []


def _weights(path: str | Path, cells: pd.Series) -> tuple[pd.Series, list[Message]]:
    name = str(cells.name)
    values, _ = as_numbers(cells)
    refuse_cells(
        path,
        name,
        values.isna(),
        rule="every row must have a weight, a number >= 0",
        way_out="Fill them in, or take these rows out of the file.",
    )
    refuse_cells(
        path,
        name,
        values < 0,
        rule="weights must be >= 0",
        way_out="Negative weights are a slip: weight the file again.",
    )
    if not (values > 0).any():
        raise SchemaError(
            "some rows must have a weight above 0",
            file=path,
            place=f"column {shown(name)}",
            found=Words("zeros only"),
            way_out="Name another column, or none.",
        )
    zero = int((values == 0).sum())
    said = "{n:count} {n:row has|rows have} weight 0 and {n:counts|count} nowhere."
    return values, [Message(said, {"n": zero})] if zero else []


def row_notes(responses: pd.DataFrame, design: SurveyDesign) -> list[Message]:
    """Say what the ids and weights of the rows give away.

    Parameters
    ----------
    responses : DataFrame
    design : SurveyDesign

    Returns
    -------
    list of Message

    Examples
    --------
    >>> frame = pd.DataFrame({"id": ["a", "a", "b"]})
    >>> str(row_notes(frame, SurveyDesign(respondent="id"))[0])
    '1 row repeats the respondent of another.'
    """
    if design.respondent is None:
        if design.brand is None or responses[design.brand].nunique() == 1:
            return []
        said = "No column names the respondent, so each row counts as a person of its own."
        return [Message(said)]
    notes = []
    repeats = int(repeated_rows(responses, design).sum())
    if repeats:
        several = design.brand is not None and responses[design.brand].nunique() > 1
        said = (
            "{n:count} {n:row repeats|rows repeat} the respondent and brand of another."
            if several
            else "{n:count} {n:row repeats|rows repeat} the respondent of another."
        )
        notes.append(Message(said, {"n": repeats}))
    if design.wave is not None and numbered_anew(
        responses[design.respondent], responses[design.wave]
    ):
        notes.append(
            Message(
                "Respondents have the same numbers in every wave, without gaps; equal numbers are "
                "taken for one person. If each wave counts from the start, write the wave into "
                "the number: changes between waves are then of different persons."
            )
        )
    if design.weight is not None:
        keys = [design.respondent, *([design.wave] if design.wave else [])]
        spread = responses.groupby(keys, observed=True)[design.weight].nunique()
        if (spread > 1).any():
            said = "{n:count} {n:respondent has|respondents have} different weights in their rows."
            notes.append(Message(said, {"n": int((spread > 1).sum())}))
    return notes


def refuse_repeated(path: str | Path, responses: pd.DataFrame, design: SurveyDesign) -> None:
    """Refuse a respondent who has several rows of one brand and wave.

    Examples
    --------
    >>> frame = pd.DataFrame({"id": ["a", "a", "b"]})
    >>> refuse_repeated("a.csv", frame, SurveyDesign(respondent="id"))
    Traceback (most recent call last):
    brandkit.core.errors.SchemaError: a.csv, column 'id': each respondent must have one row a
    brand and wave; found 1 cell that does not (row 2). Take repeated rows out, or name another
    column under `respondent`, or none.
    """
    if design.respondent is not None:
        again = repeated_rows(responses, design).set_axis(
            [f"row {at}" for at in range(1, len(responses) + 1)]
        )
        refuse_cells(
            path,
            design.respondent,
            again,
            rule="each respondent must have one row a brand and wave",
            way_out="Take repeated rows out, or name another column under `respondent`, or none.",
        )


def repeated_rows(responses: pd.DataFrame, design: SurveyDesign) -> pd.Series:
    """Say which rows have the respondent, brand and wave of an earlier row.

    Examples
    --------
    >>> frame = pd.DataFrame({"id": ["a", "a"], "bank": ["Civic", "Harbour"]})
    >>> repeated_rows(frame, SurveyDesign(respondent="id", brand="bank")).tolist()
    [False, False]
    """
    keys = [key for key in (design.respondent, design.brand, design.wave) if key is not None]
    return responses.duplicated(keys)


def _refuse(path: str | Path, role: str, name: str, columns: list[str]) -> None:
    folded = {column.casefold(): column for column in columns}
    near = did_you_mean(name.casefold(), folded)
    raise MissingColumnsError(
        f"`{role}` must name a column of {Path(path).name}; found {shown(name)}. It has "
        f"{shown(columns, most=12)}.{near}"
    )
