"""The brand table that a survey's own image answers make."""

from __future__ import annotations

from collections.abc import Sequence

from brandkit.core.errors import InputError
from brandkit.core.message import Message
from brandkit.sources.survey import Survey
from brandkit.sources.table import BrandTable


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
    >>> from brandkit.sources.survey import read_survey
    >>> file = Path(tempfile.mkdtemp()) / "answers.csv"
    >>> rows = "id,bank,modern,fair\n1,Civic,1,0\n1,Harbour,1,1\n2,Civic,0,0\n"
    >>> _ = file.write_text(rows, encoding="utf-8")
    >>> survey = read_survey(file, brand="bank", respondent="id")
    >>> survey_image(survey, images=["modern", "fair"]).values.loc["Harbour"].tolist()
    [1.0, 1.0]
    """
    asked = list(images) or None
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
