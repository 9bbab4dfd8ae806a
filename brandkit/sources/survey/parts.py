"""A survey in a folder of Parquet files, or in csv files too large for memory, as parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow
import pyarrow.csv
import pyarrow.dataset

from brandkit.core.errors import (
    MissingColumnsError,
    MissingFileError,
    SchemaError,
    did_you_mean,
    shown,
)
from brandkit.sources.tables.cells import delimiter_of
from brandkit.sources.tables.files import ending

#: Rows that are held at once.
ROWS_AT_ONCE = 500_000
#: Bytes of a csv file that tell what parts its cells.
_HEAD = 1_000_000


@dataclass(frozen=True, eq=False)
class SurveyPart:
    """Some rows of a file; small to send to a worker, which reads them where they lie.

    Parameters
    ----------
    fragment : pyarrow.dataset.Fragment
    schema : pyarrow.Schema
    columns : tuple of str
    """

    fragment: Any
    schema: Any
    columns: tuple[str, ...]

    def frames(self) -> Iterator[pd.DataFrame]:
        """Give the rows, at most 500,000 at a time."""
        batches = self.fragment.to_batches(
            schema=self.schema,
            columns=list(self.columns),
            batch_size=ROWS_AT_ONCE,
            batch_readahead=1,
            fragment_readahead=1,
            use_threads=False,
        )
        for batch in batches:
            yield batch.to_pandas()


def survey_parts(
    path: str | Path, *, columns: Sequence[str], texts: Sequence[str] = ()
) -> list[SurveyPart]:
    """Take a survey apart without reading it: a part a row group of Parquet, or a csv file.

    Parameters
    ----------
    path : path
        A Parquet or csv file in UTF-8, or a folder of files of one kind; folders in it may be
        named as ``wave=2026``, which makes a column.
    columns : sequence of str
        The columns that are needed.
    texts : sequence of str
        Those of them that are text in a csv file: brands, segments, ids with letters. All others
        are numbers.

    Returns
    -------
    list of SurveyPart
        For :func:`brandkit.sampling.stream.stream_moments`.

    Raises
    ------
    MissingFileError
        There is no such file, or the folder holds neither form.
    MissingColumnsError
        A column is not there.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> for wave in (2025, 2026):
    ...     (folder / f"wave={wave}").mkdir()
    ...     pd.DataFrame({"sat": [7, 8]}).to_parquet(folder / f"wave={wave}" / "part.parquet")
    >>> [frame for part in survey_parts(folder, columns=["sat", "wave"])
    ...     for frame in part.frames()][1].to_numpy().tolist()
    [[7, 2026], [8, 2026]]
    """
    root = Path(path)
    files = sorted(file for file in root.rglob("*") if file.is_file()) if root.is_dir() else [root]
    kinds = {ending(file) for file in files if not file.name.startswith((".", "_"))} & _FORMS
    if not root.exists() or len(kinds) != 1:
        raise MissingFileError(
            "must be a Parquet or csv file, or a folder of one of them",
            file=path,
            found=sorted(kinds),
            way_out="Put files of one form into a folder of their own.",
        )
    kind = kinds.pop()
    chosen = [file for file in files if ending(file) == kind]
    try:
        form = "parquet" if kind == ".parquet" else _csv_form(chosen[0], columns, texts)
        dataset = pyarrow.dataset.dataset(
            [str(file) for file in chosen], format=form, partitioning="hive"
        )
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise SchemaError(
            f"a file cannot be opened ({type(error).__name__})",
            file=path,
            way_out="It is damaged or of another form: write it again.",
        ) from None
    absent = [name for name in columns if name not in dataset.schema.names]
    if absent:
        raise MissingColumnsError(
            f"`columns` must be in the files; found no {shown(absent)}."
            f"{did_you_mean(absent[0], dataset.schema.names)}"
        )
    fragments = dataset.get_fragments()
    if kind == ".parquet":
        fragments = (group for each in fragments for group in each.split_by_row_group())
    return [SurveyPart(each, dataset.schema, tuple(columns)) for each in fragments]


_FORMS = {".parquet", ".csv", ".tsv", ".txt"}


def _csv_form(file: Path, columns: Sequence[str], texts: Sequence[str]) -> Any:
    """Say how the csv files are read: numbers as floats, so that no block decides a type."""
    with file.open("rb") as stream:
        head = stream.read(_HEAD).decode("utf-8", errors="ignore").lstrip("\ufeff")
    kinds = {name: pyarrow.string() if name in texts else pyarrow.float64() for name in columns}
    return pyarrow.dataset.CsvFileFormat(
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=delimiter_of(head), newlines_in_values=True
        ),
        convert_options=pyarrow.csv.ConvertOptions(column_types=kinds, strings_can_be_null=True),
    )
