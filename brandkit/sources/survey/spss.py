"""SPSS files: answers, labels, missing ranges and multiple-response sets as they state them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from brandkit.core.errors import SchemaError, Words
from brandkit.core.message import Message
from brandkit.sources.survey.codebook import Item, MissingCode, code_of
from brandkit.sources.survey.forms import questions
from brandkit.sources.survey.raw import AnswerSet, RawSurvey
from brandkit.sources.survey.words import is_no_answer, says_scale
from brandkit.sources.tables.files import require_file, require_width

#: Tried in turn where the encoding that the file declares does not fit its bytes.
_ENCODINGS = (None, "UTF-8", "GB18030", "BIG5-HKSCS", "CP1252")


def read_spss(path: str | Path, *, encoding: str | None = None) -> RawSurvey:
    """Read a ``.sav`` or ``.zsav`` file.

    Parameters
    ----------
    path : path
    encoding : str, optional
        Overrules what the file declares. Where that does not fit its bytes, others are tried.

    Returns
    -------
    RawSurvey
        Declared missing values still stand in the frame; the items list them.

    Examples
    --------
    >>> import pyreadstat, tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.sav"
    >>> pyreadstat.write_sav(pd.DataFrame({"sat": [7.0, 98.0]}), file,
    ...     missing_ranges={"sat": [98]}, column_labels={"sat": "Satisfaction"})
    >>> raw = read_spss(file)
    >>> raw.items["sat"].label, raw.items["sat"].missing
    ('Satisfaction', (98.0,))
    """
    file = require_file(path)
    with file.open("rb") as stream:
        if stream.read(4) not in (b"$FL2", b"$FL3"):
            raise SchemaError(
                "the content must be that of an SPSS file",
                file=path,
                way_out="Export it again as .sav, or mend its ending.",
            )
    require_width(path, _parsed(file, encoding, labels_only=True)[0].shape[1])
    frame, metadata, used = _parsed(file, encoding)
    if frame.empty:
        raise SchemaError(
            "the survey must have respondents",
            file=path,
            found=Words("no rows"),
            way_out="Export it again with its cases.",
        )
    notes = []
    if used is not None and encoding is None:
        said = "{file} does not fit the encoding it declares; it was read as {encoding}."
        notes.append(Message(said, {"file": file.name, "encoding": used}))
    lost = {name: n for name, n in frame.attrs.items() if n}
    if lost:
        past = Message(
            "{n:count} {n:day|days} in {names} {n:lies|lie} past the year 9999 and {n:is|are} "
            "missing.",
            {"n": sum(lost.values()), "names": sorted(lost)},
        )
        notes.append(past)
    frame.attrs.clear()
    frame = frame.set_axis([f"row {number}" for number in range(1, len(frame) + 1)])
    sets = _pick_sets(metadata, list(frame.columns))
    in_sets = {item for one in sets if one.form == "ticks" for item in one.items}
    items = {name: _item(name, frame[name], metadata, name in in_sets) for name in frame.columns}
    parted = questions({name: item.label for name, item in items.items() if item.label})
    options = Counter(option for _, option in parted.values())
    unclear = {question for question, option in parted.values() if options[option] > 1}
    for name, (question, option) in parted.items():
        if name not in in_sets:
            label = items[name].label if question in unclear else option
            items[name] = replace(items[name], label=label, question=question)
    no_answers = {
        name
        for name, item in items.items()
        if set(item.missing) - set(_missing_codes(metadata, name))
    }
    if no_answers:
        said = (
            "Codes labelled as no answer, such as “don't know”, were read as missing though the "
            "file does not declare them so: {items}."
        )
        notes.append(Message(said, {"items": sorted(no_answers)[:12]}))
    return RawSurvey(frame, items, sets, tuple(notes))


def _parsed(
    file: Path, encoding: str | None, *, labels_only: bool = False, plain_dates: bool = False
) -> tuple[pd.DataFrame, Any, str | None]:
    """Read with the encoding that fits; say which, where it is not the declared one."""
    import pyreadstat

    problem = ""
    for code in (encoding,) if encoding else _ENCODINGS:
        try:
            frame, metadata = pyreadstat.read_sav(
                str(file),
                encoding=code,
                metadataonly=labels_only,
                user_missing=True,
                dates_as_pandas_datetime=not plain_dates,
                disable_datetime_conversion=plain_dates,
            )
        except OverflowError as error:  # a day that no calendar here knows costs its cell
            if plain_dates:
                raise _unreadable(file, str(error)) from None
            return _with_days(*_parsed(file, encoding, labels_only=labels_only, plain_dates=True))
        except (pyreadstat.ReadstatError, UnicodeDecodeError) as error:
            problem = problem or str(error)
            if not _is_about_letters(error):
                break
            continue
        if code is None and _is_mojibake(metadata):
            continue
        return frame, metadata, code
    raise _unreadable(file, problem)


def _unreadable(file: Path, problem: str) -> SchemaError:
    return SchemaError(
        "the SPSS file must be whole and readable",
        file=file,
        found=problem,
        way_out="Open it in SPSS or PSPP, or ask for it again, and save it as .sav.",
    )


def _with_days(
    frame: pd.DataFrame, metadata: Any, used: str | None
) -> tuple[pd.DataFrame, Any, str | None]:
    """Turn seconds since 1582 into days; what lies past 9999 is missing."""
    for name, form in (metadata.original_variable_types or {}).items():
        if name in frame and re.match(r"(DATE|ADATE|EDATE|SDATE|DATETIME|YMDHMS|JDATE)", str(form)):
            seconds = frame[name].astype(float) - 12_219_379_200.0  # 1582-10-14 to 1970-01-01
            fine = seconds.where(seconds.abs() < 9e9)
            frame[name] = pd.to_datetime(fine, unit="s", errors="coerce")
            frame.attrs[name] = int((seconds.notna() & fine.isna()).sum())
    return frame, metadata, used


def _is_about_letters(error: Exception) -> bool:
    text = str(error).casefold()
    return isinstance(error, UnicodeDecodeError) or any(
        word in text for word in ("encoding", "character set", "convert")
    )


def _is_mojibake(metadata: Any) -> bool:
    """Whether the labels are UTF-8 read as a western code page, which never fails."""
    texts = [label for label in metadata.column_labels if label]
    texts += [
        str(text) for values in metadata.variable_value_labels.values() for text in values.values()
    ]
    strange = [text for text in texts if not text.isascii()]
    if not strange or metadata.file_encoding.upper() in ("UTF-8", "UTF8"):
        return False

    def turned(text: str) -> bool:
        for code in ("cp1252", "latin-1"):
            try:
                text.encode(code).decode("utf-8")
            except (UnicodeEncodeError, UnicodeDecodeError):
                continue
            return True
        return False

    return all(turned(text) for text in strange)


def _missing_codes(metadata: Any, name: str) -> tuple[MissingCode, ...]:
    codes: list[MissingCode] = []
    for ends in metadata.missing_ranges.get(name, []):
        low, high = ends["lo"], ends["hi"]
        if low == high or isinstance(low, str):
            codes.append(code_of(low))
        else:
            codes.append((float(low), float(high)))
    return tuple(codes)


def _item(name: str, answers: pd.Series, metadata: Any, in_set: bool) -> Item:
    missing = _missing_codes(metadata, name)
    label = metadata.column_names_to_labels.get(name) or ""
    values = {
        code_of(code): str(text).strip()
        for code, text in metadata.variable_value_labels.get(name, {}).items()
    }
    known = Item(item=name, label=label.strip() or name, missing=missing, values=values)
    if in_set or not values or not pd.api.types.is_numeric_dtype(answers):
        return replace(known, nominal=bool(values) and not in_set)
    real = {
        code: text
        for code, text in values.items()
        if isinstance(code, float) and not _within(code, missing)
    }
    if _names_things(metadata.variable_measure.get(name), answers, real, missing):
        return replace(known, nominal=True)
    silent = tuple(code for code, text in real.items() if is_no_answer(text))
    ends = sorted(code for code in real if code not in silent)
    if len(ends) < 2 or any(ends[0] <= code <= ends[-1] for code in silent):
        return known
    return replace(known, low=ends[0], high=ends[-1], missing=missing + silent)


def _names_things(
    measure: str | None,
    answers: pd.Series,
    labels: Mapping[float, str],
    missing: tuple[MissingCode, ...],
) -> bool:
    """Whether codes are names, not amounts: declared nominal, or two labelled codes and no more.

    Exporters call everything nominal or leave the measure open, so that the labels decide with it:
    a scale may have its ends labelled only, a list of names has most of them. Yes and no as 1 and
    0 stay numbers, whose mean is a share.
    """
    if set(labels) <= {0.0, 1.0} or measure in ("scale", "ordinal") or says_scale(labels):
        return False
    given = [code for code in answers.dropna().unique() if not _within(code, missing)]
    all_labelled = all(code in labels for code in given)
    if measure == "nominal":
        span = max(labels) - min(labels) + 1
        return all_labelled or len(labels) * 2 >= span
    return len(labels) == 2 and all_labelled


def _within(code: Any, missing: tuple[MissingCode, ...]) -> bool:
    return any(
        one[0] <= code <= one[1]
        if isinstance(one, tuple) and not isinstance(code, str)
        else one == code
        for one in missing
    )


def _pick_sets(metadata: Any, names: list[str]) -> tuple[AnswerSet, ...]:
    """Give the file's multiple-response sets; their columns may be spelt in other case."""
    spelt = {name.casefold(): name for name in names}
    sets = []
    for name, one in (metadata.mr_sets or {}).items():
        items = [
            spelt[item.casefold()] for item in one["variable_list"] if item.casefold() in spelt
        ]
        if items:
            ticks = one["is_dichotomy"]
            sets.append(
                AnswerSet(
                    name.removeprefix("$"),
                    (one["label"] or name).strip(),
                    tuple(items),
                    form="ticks" if ticks else "codes",
                    counted=code_of(one["counted_value"]) if ticks else None,
                )
            )
    return tuple(sets)
