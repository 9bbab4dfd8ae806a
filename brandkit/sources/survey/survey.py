"""Surveys: answers of customers, what the columns mean, and how the fieldwork was done."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import pandas as pd

from brandkit.core.errors import InputError, require_columns, shown
from brandkit.core.message import Message
from brandkit.core.waves import wave_order, wave_text
from brandkit.sources.survey.answers import labelled, read_answers, refuse_cells
from brandkit.sources.survey.batteries import (
    BATTERY_COLUMNS,
    PickAny,
    Side,
    battery_answers,
    chosen_items,
    placed_by_labels,
)
from brandkit.sources.survey.codebook import Code, Item, codebook_frame
from brandkit.sources.survey.design import SurveyDesign, design_answers, resolved_design, row_notes
from brandkit.sources.survey.quality import Quality, fieldwork_quality
from brandkit.sources.survey.raw import (
    MissingCodes,
    RawSurvey,
    as_categories,
    parquet_survey,
    table_survey,
    with_codebook,
    with_missing,
)
from brandkit.sources.survey.spss import read_spss
from brandkit.sources.survey.ticks import stacked, tick_answers, understood, unfolded
from brandkit.sources.tables.brand_table import BrandTable
from brandkit.sources.tables.files import ending


@dataclass(frozen=True, eq=False)
class Survey:
    """Answers, one row a respondent-brand, with what they mean.

    Parameters
    ----------
    responses : DataFrame
        One row a respondent-brand, one column an item. Answers on scales are numbers, turned
        round where the codebook says ``reversed``; named things (region, main bank) are their
        labels, in the order of their codes; ticks are 1 and 0; what is no answer is missing.
    codebook : DataFrame
        One row an item: ``item label low high missing reversed set question stage``. Ends of scales
        come from a codebook or from value labels, never from the answers.
    design : SurveyDesign
        Names of the columns of brand, respondent, weight, strata, cluster and wave.
    batteries : DataFrame
        One row an item of a set: ``set question kind item label brand attribute``; ``kind`` is
        "pick" or "scale".
    labels : mapping
        Item to the labels of its codes.
    missing_cells : DataFrame
        One row an item: ``item n_coded n_blank n``: cells with a missing code, empty ones, rows.
    file : str
        The file's name.
    notes : tuple of Message
        What reading took for granted or came upon.
    own_sets : frozenset of str
        Sets that neither the file nor a codebook declares: reading put them together.
    """

    responses: pd.DataFrame
    codebook: pd.DataFrame
    design: SurveyDesign
    batteries: pd.DataFrame
    labels: Mapping[str, Mapping[Code, str]]
    missing_cells: pd.DataFrame
    file: str
    notes: tuple[Message, ...] = ()
    own_sets: frozenset[str] = frozenset()

    @property
    def n_respondents(self) -> int:
        """Persons: different respondents, or rows where no column names them."""
        column = self.design.respondent
        return len(self.responses) if column is None else int(self.responses[column].nunique())

    @cached_property
    def items(self) -> tuple[str, ...]:
        """The rating items: numbers that are no ticks, and neither design nor duration."""
        picks_ = set(self.batteries.loc[self.batteries["kind"] == "pick", "item"])
        scaled = set(self.codebook.loc[self.codebook["low"].notna(), "item"])
        stated = bool(scaled - picks_)
        return tuple(
            item
            for item in self.codebook["item"]
            if item not in picks_
            and item not in self.design.columns
            and pd.api.types.is_numeric_dtype(self.responses[item])
            and (item in scaled or not stated)
        )

    def labelled(self, column: str) -> pd.Series:
        r"""Give a column with labels in place of codes.

        Parameters
        ----------
        column : str

        Returns
        -------
        Series
            Categorical in the order of the codes; unchanged where the column has no labels.

        Examples
        --------
        >>> survey = _example("agree\n2\n1\n", "item,low,high,values\nagree,1,2,1=no; 2=yes\n")
        >>> survey.responses["agree"].tolist(), survey.labelled("agree").tolist()
        ([2.0, 1.0], ['yes', 'no'])
        """
        require_columns(self.responses, [column], argument="column")
        answers = self.responses[column]
        if not self.labels.get(column) or not pd.api.types.is_numeric_dtype(answers):
            return answers
        return labelled(answers, self.labels[column])

    def pick_any(self, sets: str | Sequence[str]) -> PickAny:
        r"""Give what was ticked in a set, or in columns of ticks: shares of those asked.

        Parameters
        ----------
        sets : str or sequence of str
            A set of ``batteries``, or columns.

        Returns
        -------
        PickAny
            By brand where the survey has a column of brands; else without.

        Examples
        --------
        >>> survey = _example("a,b\nx,\nx,x\n", "item,label,set\na,Civic,known\nb,Harbour,known\n")
        >>> survey.pick_any("known").cells[["attribute", "share"]].to_numpy().tolist()
        [['Civic', 1.0], ['Harbour', 0.5]]
        """
        names = [sets] if isinstance(sets, str) else list(sets)
        chosen = self._chosen(names)
        placed = chosen.assign(attribute=chosen["label"], brand=None)
        return battery_answers(self.responses, placed=placed, design=self.design)

    def images(
        self,
        sets: str | Sequence[str] | None = None,
        *,
        brands: Side | None = None,
        without: Sequence[str] = (),
    ) -> PickAny:
        r"""Give the pick-any image battery, brands by attributes.

        Parameters
        ----------
        sets : str or sequence of str, optional
            Sets of ``batteries``, or columns of ticks; found by their labels where not given.
        brands : "sets" | "items", optional
            In a wide battery, what stands for a brand: each set or each item. Where not given the
            codebook's ``brand`` column says it, or the labels of the other questions.
        without : sequence of str
            Brands and attributes to leave out, such as "None of these".

        Returns
        -------
        PickAny

        Examples
        --------
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "answers.csv"
        >>> rows = "id,bank,modern,fair\n1,Civic,1,0\n1,Harbour,1,1\n2,Civic,0,0\n"
        >>> _ = file.write_text(rows, encoding="utf-8")
        >>> survey = read_survey(file, brand="bank", respondent="id")
        >>> survey.images(["modern", "fair"]).shares().loc["Civic"].tolist()
        [0.5, 0.0]
        """
        names = [sets] if isinstance(sets, str) else None if sets is None else list(sets)
        chosen = self._chosen(names)
        if self.design.brand is not None and self.responses[self.design.brand].nunique() > 1:
            if names is None and chosen["set"].nunique() > 1:
                raise InputError(
                    "`sets` must say which battery holds the image, as the survey has several: "
                    f"{shown(chosen['set'].unique(), most=20)}. Name one."
                )
            attribute = chosen["attribute"].fillna(chosen["label"])
            placed, design = chosen.assign(brand=None, attribute=attribute), self.design
        else:
            placed = placed_by_labels(
                chosen,
                brands=brands,
                named=names is not None,
                elsewhere=self._labels_beside(set(chosen["item"])),
            )
            design = replace(self.design, brand=None)
        return battery_answers(self.responses, placed=placed, design=design, without=without)

    def quality(self, *, duration: str | None = None, speed: float = 1 / 3) -> Quality:
        r"""Report on the fieldwork: nothing is left out, everything is counted.

        Parameters
        ----------
        duration : str, optional
            The column with the length of the interview; found by its name where not given.
        speed : float
            Rows faster than this share of the median duration are speeding.

        Returns
        -------
        Quality

        Examples
        --------
        >>> quality = _example("minutes,q\n9,1\n8,2\n1,2\n", "item,label\nq,Question\n").quality(
        ...     duration="minutes")
        >>> str(quality.notes[0])
        '1 of 3 interviews took less than 33% of the median time.'
        """
        return fieldwork_quality(
            self.responses,
            codebook=self.codebook,
            design=self.design,
            items=self.items,
            missing_cells=self.missing_cells,
            duration=duration,
            speed=speed,
        )

    def _chosen(self, names: Sequence[str] | None) -> pd.DataFrame:
        """Give the rows of the batteries that are asked for; lone columns by their labels."""
        chosen = chosen_items(self.batteries, names, responses=self.responses)
        texts = self.codebook.set_index("item")["label"]
        lone = chosen["set"].isna() & chosen["label"].eq(chosen["item"])
        told = chosen["item"].map(texts).where(lambda text: text.ne(""))
        return chosen.assign(label=chosen["label"].mask(lone & told.notna(), told))

    def _labels_beside(self, items: set[str]) -> set[str]:
        """Give the labels that questions other than these items use."""
        outside = self.batteries[~self.batteries["item"].isin(items)]
        named = [
            text
            for item, values in self.labels.items()
            if item not in items
            for text in values.values()
        ]
        return {*outside["label"].dropna(), *named}


def read_survey(
    path: str | Path,
    *,
    codebook: str | Path | None = None,
    brand: str | None = None,
    respondent: str | None = None,
    weight: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    wave: str | None = None,
    missing: MissingCodes | Mapping[str, MissingCodes] | None = None,
    categories: Sequence[str] = (),
    encoding: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    stack: bool = False,
) -> Survey:
    r"""Read a survey: SPSS, csv, xlsx or Parquet.

    Parameters
    ----------
    path : path
        ``.sav``, ``.zsav``, ``.csv``, ``.tsv``, ``.txt``, ``.xlsx`` or ``.parquet``.
    codebook : path, optional
        A table of one row a column: see
        :func:`brandkit.sources.survey.codebook.read_codebook`. It goes before what the file says.
    brand : str, optional
        The column of the brand that a row is about, or the name of the only brand.
    respondent, weight, strata, cluster, wave : str, optional
        Columns of the design. SPSS files do not tell which column is the weight: name it.
    missing : code, sequence of codes, or mapping of column to these, optional
        Codes that are no answers, such as ``[98, 99, "DK"]``; a range is ``"97..99"``.
    categories : sequence of str
        Columns to read as their labels though they look like scales: segments, age bands.
    encoding : str, optional
        How a text file is written, where it is not found out; an SPSS file, where it declares the
        wrong one.
    sheet : str, optional
        The sheet of a workbook.
    header_row : int, optional
        Which row is the heading, from 1; found out where not given.
    stack : bool
        Put questions asked of every brand in columns of their own under each other, as their
        labels tell: "Fair fees - Civic Bank".

    Returns
    -------
    Survey

    Raises
    ------
    SchemaError
        The file is damaged, or a column breaks its rule. Answers are never shown.
    MissingColumnsError
        A column that was named is not there.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "answers.csv").write_text("id,sat,age\n1,9,<=25\n2,99,26-35\n")
    >>> _ = (folder / "codebook.csv").write_text("item,label,low,high\nsat,Satisfaction,0,10\n")
    >>> survey = read_survey(folder / "answers.csv", codebook=folder / "codebook.csv",
    ...     brand="Civic Bank", respondent="id", missing=[99])
    >>> survey.responses["sat"].tolist(), survey.items, survey.design.brand
    ([9.0, nan], ('sat',), 'brand')
    """
    raw = raw_survey(path, encoding=encoding, sheet=sheet, header_row=header_row)
    raw = with_codebook(raw, codebook)
    if stack:
        raw = stacked(raw)
        brand, respondent = "brand", respondent or "respondent"
    columns = [str(name) for name in raw.frame.columns]
    design, constant = resolved_design(
        path,
        columns,
        {
            "brand": brand,
            "respondent": respondent,
            "weight": weight,
            "strata": strata,
            "cluster": cluster,
            "wave": wave,
        },
    )
    raw = with_missing(raw, missing, design=design)
    told = {one.name for one in raw.sets}
    raw = understood(as_categories(raw, categories), design=design)
    raw = unfolded(raw, design=design)
    own = frozenset(one.name for one in raw.sets) - told
    return replace(_finished(path, raw, design, constant), own_sets=own)


def with_scale(survey: Survey, items: Sequence[str], scale: Sequence[float]) -> Survey:
    r"""Declare the scale of items that no codebook gives one.

    Parameters
    ----------
    survey : Survey
    items : sequence of str
        Items that are not in the survey are passed over.
    scale : sequence of float
        Its lowest and its highest answer.

    Returns
    -------
    Survey

    Examples
    --------
    >>> survey = with_scale(_example("q\n7\n9\n", "item,label\nq,Question\n"), ["q"], [0, 10])
    >>> survey.codebook[["low", "high"]].to_numpy().tolist()
    [[0.0, 10.0]]
    """
    book = survey.codebook.copy()
    open_ = book["item"].isin(list(items)) & book["low"].isna() & book["high"].isna()
    book.loc[open_, ["low", "high"]] = [float(scale[0]), float(scale[1])]
    return replace(survey, codebook=book)


def with_turned(survey: Survey, items: Sequence[str]) -> Survey:
    r"""Turn the answers to items round, whose scale runs from the best to the worst.

    Parameters
    ----------
    survey : Survey
    items : sequence of str

    Returns
    -------
    Survey

    Raises
    ------
    InputError
        The ends of an item's scale are not known.

    Examples
    --------
    >>> survey = _example("q\n1\n4\n", "item,label,low,high\nq,Question,1,5\n")
    >>> with_turned(survey, ["q"]).responses["q"].tolist()
    [5.0, 2.0]
    """
    require_columns(survey.responses, items, argument="reversed")
    book = survey.codebook.set_index("item")
    sums = (book["low"] + book["high"]).reindex(list(items))
    if sums.isna().any():
        raise InputError(
            "`reversed` needs the ends of the scales that it turns round; found none for "
            f"{shown(sums.index[sums.isna()])}. Write `scale`, or their ends in a codebook."
        )
    turned = {str(name): total - survey.responses[str(name)] for name, total in sums.items()}
    labels = {
        name: {
            sums[name] - code if name in turned and isinstance(code, float) else code: text
            for code, text in texts.items()
        }
        for name, texts in survey.labels.items()
    }
    marked = survey.codebook["reversed"] ^ survey.codebook["item"].isin(list(items))
    return replace(
        survey,
        responses=survey.responses.assign(**turned),
        labels=labels,
        codebook=survey.codebook.assign(reversed=marked),
    )


Period = Literal["week", "month", "quarter", "half-year"]


def with_periods(survey: Survey, by: Period, *, column: str | None = None) -> Survey:
    r"""Make waves of the days that the wave's column holds.

    Parameters
    ----------
    survey : Survey
    by : "week" | "month" | "quarter" | "half-year"
    column : str, optional
        That of the wave where not given.

    Examples
    --------
    >>> survey = replace(_example("q,w\n7,2025-12-31\n9,2025-03-01\n", "item,label\nq,Question\n"),
    ...                  design=SurveyDesign(wave="w"))
    >>> with_periods(survey, "quarter").responses["w"].cat.categories.tolist()
    ['2025-Q1', '2025-Q4']
    """
    column = column or str(survey.design.wave)
    cells = survey.responses[column].astype("str").str.strip()
    days = _days(cells)
    refuse_cells(
        survey.file,
        column,
        pd.Series(days.isna().to_numpy(), cells.index + 1),
        rule=f"`wave` by {by} needs days, as 2026-03-31",
    )
    if by == "half-year":
        told = days.dt.year.astype("str") + "-H" + ((days.dt.month + 5) // 6).astype("str")
    elif by == "week":
        week = days.dt.isocalendar()
        told = week["year"].astype("str") + "-W" + week["week"].astype("str").str.zfill(2)
    else:
        told = days.dt.to_period(by[0].upper()).astype("str").str.replace("Q", "-Q")
    order = sorted(told.unique())
    ordered = pd.Series(pd.Categorical(told, categories=order, ordered=True), cells.index)
    return replace(survey, responses=survey.responses.assign(**{column: ordered}))


def _days(cells: pd.Series) -> pd.Series:
    """Read days as people and services write them; the day before its month where one is > 12."""
    plain = cells.str.replace(r"[年月./]", "-", regex=True).str.replace(
        r"日|上午|下午", " ", regex=True
    )
    plain = plain.str.extract(r"^\s*(\d{1,4}-\d{1,2}-\d{1,4})", expand=False)
    parts = plain.str.split("-", expand=True).apply(pd.to_numeric, errors="coerce")
    if parts.shape[1] < 3:
        return pd.Series(pd.NaT, index=cells.index)
    year_first = parts[0] > 31
    day_first = bool((parts[0][~year_first] > 12).any())
    day = parts[2].where(year_first, parts[0] if day_first else parts[1])
    month = parts[1].where(year_first, parts[1] if day_first else parts[0])
    year = parts[0].where(year_first, parts[2])
    return pd.to_datetime(pd.DataFrame({"year": year, "month": month, "day": day}), errors="coerce")


def with_waves(survey: Survey, waves: Sequence[str | int], *, column: str | None = None) -> Survey:
    r"""Declare the order of waves whose names do not tell it.

    Parameters
    ----------
    survey : Survey
    waves : sequence of str or int
        Every wave of the survey, the earliest first.
    column : str, optional
        That of the wave where not given.

    Returns
    -------
    Survey

    Raises
    ------
    InputError
        A wave is not in the survey, or one of its waves is not named.

    Examples
    --------
    >>> survey = replace(_example("q,w\n7,Spring\n9,Autumn\n", "item,label\nq,Question\n"),
    ...                  design=SurveyDesign(wave="w"))
    >>> with_waves(survey, ["Spring", "Autumn"]).responses["w"].cat.categories.tolist()
    ['Spring', 'Autumn']
    """
    column = column or str(survey.design.wave)
    cells = survey.responses[column].map(wave_text, na_action="ignore").astype("str")
    told, found = [str(one) for one in waves], cells.dropna().unique().tolist()
    if set(told) != set(found):
        raise InputError(
            f"`waves` must name every wave of {shown(column)} as the file does, the earliest "
            f"first; found {shown(told)} for {shown(found, most=12)}."
        )
    ordered = pd.Series(pd.Categorical(cells, categories=told, ordered=True), cells.index)
    return replace(survey, responses=survey.responses.assign(**{column: ordered}))


def newest_wave(survey: Survey) -> Survey:
    r"""Give the answers of the newest wave alone; the survey itself where it has one wave, or none.

    Parameters
    ----------
    survey : Survey

    Returns
    -------
    Survey
        Without a column of the wave: what is left has none.

    Examples
    --------
    >>> survey = replace(_example("q,w\n7,2025\n9,2026\n", "item,label\nq,Question\n"),
    ...                  design=SurveyDesign(wave="w"))
    >>> newest = newest_wave(survey)
    >>> newest.responses["q"].tolist(), newest_wave(newest) is newest
    ([9.0], True)
    """
    column = survey.design.wave
    waves = [] if column is None else wave_order(survey.labelled(column))
    if column is None or len(waves) < 2:
        return survey
    kept = survey.responses[(survey.labelled(column) == waves[-1]).to_numpy()]
    design = replace(survey.design, wave=None)
    return replace(survey, responses=kept.reset_index(drop=True), design=design)


def _example(answers: str, codebook: str) -> Survey:
    """Make the small surveys that the examples above show."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("answers.csv", answers), ("codebook.csv", codebook)):
            (Path(folder) / name).write_text(text, encoding="utf-8", newline="\n")
        return read_survey(Path(folder) / "answers.csv", codebook=Path(folder) / "codebook.csv")


def raw_survey(
    path: str | Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
) -> RawSurvey:
    """Read a survey file of any form."""
    if ending(path) in (".sav", ".zsav"):
        return read_spss(path, encoding=encoding)
    if ending(path) == ".parquet":
        return parquet_survey(path)
    return table_survey(path, encoding=encoding, sheet=sheet, header_row=header_row)


def _finished(
    path: str | Path, raw: RawSurvey, design: SurveyDesign, constant: str | None
) -> Survey:
    """Read every column in its role, and put the survey together."""
    columns: dict[str, pd.Series] = {}
    counts = []
    notes = list(raw.notes)
    roles = {name: role for role, name in design.items() if name is not None}
    ticks = tick_answers(raw)
    for name in map(str, raw.frame.columns):
        cells, item = raw.frame[name], raw.items[name]
        if name in roles:
            columns[name], said = design_answers(path, roles[name], cells, item)
            notes += said
            continue
        found = ticks.get(name) or read_answers(path, cells, item)
        columns[name] = found.values
        counts.append((name, found.n_coded, found.n_blank, len(cells)))
    responses = pd.DataFrame(columns).reset_index(drop=True)
    if constant is not None:
        responses.insert(0, "brand", pd.Series(constant, index=responses.index, dtype="str"))
    items = {
        name: replace(item, low=0.0, high=1.0, nominal=False) if name in ticks else item
        for name, item in raw.items.items()
        if name not in roles
    }
    return Survey(
        responses=responses,
        codebook=codebook_frame(items.values()),
        design=design,
        batteries=_batteries(raw, ticks),
        labels={name: _labels(item) for name, item in raw.items.items() if item.values},
        missing_cells=pd.DataFrame(counts, columns=["item", "n_coded", "n_blank", "n"]),
        file=Path(path).name,
        notes=(*notes, *row_notes(responses, design)),
    )


def _labels(item: Item) -> dict[Code, str]:
    """Give the labels of codes as they are read: turned with the answers."""
    if not item.reversed or item.low is None or item.high is None:
        return dict(item.values)
    ends = item.low + item.high
    return {
        ends - code if isinstance(code, float) else code: text for code, text in item.values.items()
    }


def _batteries(raw: RawSurvey, ticks: Mapping[str, object]) -> pd.DataFrame:
    rows = []
    for one in raw.sets:
        if one.form == "codes":
            continue
        kind = "pick" if all(name in ticks for name in one.items) else "scale"
        for name in one.items:
            item = raw.items[name]
            label = item.label or name
            rows.append((one.name, one.question, kind, name, label, item.brand, item.attribute))
    frame = pd.DataFrame(rows, columns=list(BATTERY_COLUMNS))
    return frame.astype(dict.fromkeys(BATTERY_COLUMNS, "str"))


def survey_image(survey: Survey, *, images: Sequence[str] = ()) -> BrandTable | None:
    r"""Count who says what of which bank, in the survey's pick-any image answers, weighted.

    Parameters
    ----------
    survey : Survey
    images : sequence of str
        Sets or columns of ticks that hold the image; found by their labels where empty.

    Returns
    -------
    BrandTable or None
        Brands by attributes without those named by nobody, and without "None of these". None
        where ``images`` is empty and the survey has no such battery, or several.

    Raises
    ------
    InputError
        ``images`` does not make a battery.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from brandkit.sources.survey.survey import read_survey
    >>> file = Path(tempfile.mkdtemp()) / "answers.csv"
    >>> rows = "id,bank,modern,fair\n1,Civic,1,0\n1,Harbour,1,1\n2,Civic,0,0\n"
    >>> _ = file.write_text(rows, encoding="utf-8")
    >>> survey = read_survey(file, brand="bank", respondent="id")
    >>> survey_image(survey, images=["modern", "fair"]).values.loc["Harbour"].tolist()
    [1.0, 1.0]
    """
    asked = list(images) or None
    if asked is None and survey.design.brand is not None:
        # ticks that nobody declared may be about anything
        sets = survey.batteries.loc[survey.batteries["kind"] == "pick", "set"].dropna().unique()
        asked = [name for name in sets if name not in survey.own_sets]
        if len(asked) != 1:
            return None
    if asked is None and not (survey.batteries["kind"] == "pick").any():
        return None
    try:
        image = survey.images(asked)
        nobody = image.nobody
        if nobody:
            image = survey.images(asked, without=nobody)
    except InputError:
        if asked:
            raise
        return None
    counts = image.counts()
    notes = [Message("Made of the survey's pick-any image answers, weighted.")]
    if nobody:
        said = "Left out of the image, as they name no bank and no attribute: {names}."
        notes.append(Message(said, {"names": list(nobody)}))
    table = counts.loc[counts.sum(axis=1) > 0, counts.sum(axis=0) > 0]
    return BrandTable(values=table, kind="counts", notes=tuple(notes))
