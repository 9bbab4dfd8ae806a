"""Bitmaps inside figures: small, the same bytes every time, in the page's own colours."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from brandkit.viz.palette import PALETTE

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Layer:
    """One colour of a bitmap and where it shows.

    Parameters
    ----------
    colour : str
        As ``#rrggbb``.
    strength : array, rows × columns
        0 where the colour does not show, 255 where it covers.
    """

    colour: str
    strength: Pixels


def colour_layers(pixels: Pixels) -> Sequence[Layer]:
    """Take a bitmap apart into theme colours of varying strength.

    Such a bitmap can follow a page into the dark. Others have no layers.

    Parameters
    ----------
    pixels : array, rows × columns × 4
        Red, green, blue and opacity.

    Examples
    --------
    >>> blank = np.zeros((2, 3, 4), dtype=np.uint8)
    >>> list(colour_layers(blank)), len(colour_layers(blank + np.uint8(255)))
    ([], 0)
    """
    strength = pixels[..., 3]
    layers, covered = [], strength == 0
    for colour in PALETTE.values():
        own = np.array(tuple(bytes.fromhex(colour[1:])))
        # A colour map cuts its bytes off rather than round them.
        here = (np.abs(pixels[..., :3] - own) <= 1).all(axis=-1) & (strength > 0) & ~covered
        if here.any():
            layers.append(Layer(colour, np.where(here, strength, 0).astype(np.uint8)))
            covered = covered | here
    return layers if covered.all() else []


def png_uri(pixels: Pixels) -> str:
    """Write a bitmap as a ``data:`` address: PNG without any metadata.

    Examples
    --------
    >>> png_uri(np.zeros((1, 1), dtype=np.uint8))[:22]
    'data:image/png;base64,'
    """
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if pixels.ndim == 3 and (pixels[..., 3] == 255).all():
        picture = picture.convert("RGB")
    written = BytesIO()
    picture.save(written, format="PNG", optimize=True)
    return "data:image/png;base64," + b64encode(written.getvalue()).decode("ascii")
