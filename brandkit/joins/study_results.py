"""What a study's evidence gives, computed in one place so that no two reports can disagree."""

from __future__ import annotations

from brandkit.overlap import BrandOverlap, brand_overlap, fit_reference
from brandkit.positioning import CorrespondenceMap, correspondence_map
from brandkit.sources import Study
from brandkit.sources.reference import Reference


def study_positions(study: Study) -> CorrespondenceMap | None:
    """Map how a study's customers describe the banks.

    Parameters
    ----------
    study : Study

    Returns
    -------
    CorrespondenceMap or None
        As a contribution biplot of the brands; None where there is no image of them.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study_positions(read_study("sample")).scaling
    'row_green'
    """
    image = study.brand_image
    if image is None:
        return None
    return correspondence_map(
        image.values,
        scaling="row_green",
        supplementary_rows=image.supplementary_brands,
        supplementary_columns=image.supplementary_attributes,
    )


def study_reference(study: Study) -> Reference | None:
    """Fit what similarities are measured against, on the study's first catalogue.

    Later dates are then measured with the same yardstick, and a bank that enters moves nobody's
    similarity.

    Parameters
    ----------
    study : Study

    Returns
    -------
    Reference or None
        None where there is no catalogue.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> study_reference(read_study("sample")).as_of
    '2024-03-01'
    """
    if study.settings.catalog is None:
        return None
    return fit_reference(next(iter(study.catalogs.values())))


def study_overlap(study: Study) -> BrandOverlap | None:
    """Score how alike the banks' offers are at the newest date.

    Parameters
    ----------
    study : Study
        Its ``[catalog] weights`` weigh the facets, its seed seeds the draws.

    Returns
    -------
    BrandOverlap or None
        None where there is no catalogue.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> len(study_overlap(read_study("sample")).brands)
    12
    """
    catalog, section = study.catalog, study.settings.catalog
    if catalog is None or section is None:
        return None
    return brand_overlap(
        catalog, weights=section.weights or None, reference=study_reference(study), seed=study.seed
    )
