"""A company's colours, fonts and logo: ``_brand.yml`` beside study.toml, as brand.yml has it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from brandkit.core.errors import SchemaError, did_you_mean
from brandkit.viz.palette import PALETTE

FILE = "_brand.yml"
MOST_BYTES, LEAST_CONTRAST, DARK_PAPER = 60_000, 4.5, "#14181d"
#: Our names of colours, and brand.yml's.
_ROLES = {"paper": "background", "ink": "foreground", "accent": "primary", "second": "secondary"}


@dataclass(frozen=True)
class Brand:
    """What pages and slides take from a company.

    Parameters
    ----------
    own : mapping
        Our names of colours to the company's; empty where it has none.
    fonts : mapping
        ``"base"`` and ``"headings"`` to families, which the reader's machine has to have.
    logo : bytes, optional
        A PNG or JPEG file.
    files : tuple of str
        What all this was read from.
    """

    own: Mapping[str, str] = field(default_factory=dict)
    fonts: Mapping[str, str] = field(default_factory=dict)
    logo: bytes | None = None
    files: tuple[str, ...] = ()

    def hex(self, name: str) -> str:
        """Give a colour without its ``#``."""
        return {**PALETTE, **self.own}[name].lstrip("#").upper()

    def css(self) -> str:
        """Give the rules that follow those of every page."""
        light = "".join(f"--{name}:{colour};" for name, colour in self.own.items())
        dark = "".join(
            f"--{name}:{_lightened(colour)};"
            for name, colour in self.own.items()
            if name in ("accent", "second")
        )
        rules = [
            f"@media{scheme}{{:root{{{colours}}}}}"
            for scheme, colours in (
                (" not all and (prefers-color-scheme:dark)", light),
                ("(prefers-color-scheme:dark)", dark),
            )
            if colours
        ]
        for where, family in self.fonts.items():
            tags = "body" if where == "base" else "h1,h2,h3"
            rules.append(f'{tags}{{font-family:"{family}",system-ui,sans-serif}}')
        return "".join(rules) + (".logo{display:block;height:2.2rem}" if self.logo else "")

    def logo_address(self) -> str:
        """Give the logo as an address that fetches nothing; empty where there is none."""
        if self.logo is None:
            return ""
        kind = "png" if self.logo.startswith(b"\x89PNG") else "jpeg"
        return f"data:image/{kind};base64,{base64.b64encode(self.logo).decode('ascii')}"


_USUAL = Brand()
_current: ContextVar[Brand] = ContextVar("brand", default=_USUAL)


def current_brand() -> Brand:
    """Give the brand in use."""
    return _current.get()


def use_brand(brand: Brand | None = None) -> None:
    """Choose whose colours, fonts and logo pages and slides bear; brandkit's where not given."""
    _current.set(brand or _USUAL)


def read_brand(folder: Path) -> Brand:
    """Read a study's ``_brand.yml``; where there is none, brandkit's own look.

    Parameters
    ----------
    folder : Path
        Of the study.

    Returns
    -------
    Brand

    Raises
    ------
    SchemaError
        The file breaks the convention, or text in its colours could not be read.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> read_brand(Path(mkdtemp())).hex("accent")
    'B3400F'
    """
    file = folder / FILE
    if not file.is_file():
        return Brand()
    import yaml

    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        told = None
    told = told if isinstance(told, dict) else {"color": "none"}
    colours, fonts = told.get("color") or {}, told.get("typography") or {}
    if not (isinstance(colours, dict) and isinstance(fonts, dict)):
        _wrong(
            file,
            "the file must be YAML with sections such as color and typography",
            None,
            'Write `color:`, and `  primary: "#005A9C"` on the next line.',
        )
    families = {
        key: _family(fonts[key], key, file) for key in ("base", "headings") if fonts.get(key)
    }
    logo, name = _logo(told.get("logo"), file)
    return Brand(_colours(colours, file), families, logo, tuple(filter(None, (FILE, name))))


def _wrong(file: Path, rule: str, found: object, way_out: str, *, place: str = "") -> NoReturn:
    raise SchemaError(rule, file=file, place=place or None, found=found, way_out=way_out)


def _colours(section: Mapping[str, Any], file: Path) -> dict[str, str]:
    """Read colours, through the names of the palette, and see that text can be read in them."""
    palette, found = section.get("palette") or {}, {}
    for ours, key in _ROLES.items():
        if not section.get(key):
            continue
        place, said = f"color.{key}", str(section[key])
        colour = str(palette.get(said, said))
        if not re.fullmatch("#[0-9a-fA-F]{6}", colour):
            _wrong(
                file,
                "a colour must be written as #RRGGBB, or be a name in color.palette",
                colour,
                f'Write "#005A9C".{did_you_mean(said, list(palette))}',
                place=place,
            )
        found[ours] = colour.lower()
        contrast = _contrast(colour, found.get("paper", PALETTE["paper"]))
        if ours != "paper" and contrast < LEAST_CONTRAST:
            _wrong(
                file,
                f"text must stand out from the background {LEAST_CONTRAST} to 1 or more",
                f"{colour}, {contrast:.1f} to 1",
                "Choose a darker colour.",
                place=place,
            )
    return found


def _family(said: Any, key: str, file: Path) -> str:
    family = said.get("family") if isinstance(said, dict) else said
    if not isinstance(family, str) or not re.fullmatch(r"[\w .-]{1,60}", family):
        _wrong(
            file,
            "a font must be the name of a family",
            family,
            'Write "Open Sans".',
            place=f"typography.{key}",
        )
    return family


def _logo(said: Any, file: Path) -> tuple[bytes | None, str]:
    """Read the logo: one file, or the medium, small or large of several."""
    if isinstance(said, dict):
        said = next((said[size] for size in ("medium", "small", "large") if said.get(size)), None)
    if said is None:
        return None, ""
    place = file.parent / str(said)
    is_inside = place.resolve().is_relative_to(file.parent.resolve())
    content = place.read_bytes() if is_inside and place.is_file() else b""
    if not content.startswith((b"\x89PNG", b"\xff\xd8")) or len(content) > MOST_BYTES:
        _wrong(
            file,
            "the logo must be a PNG or JPEG in the study's folder, at most "
            f"{MOST_BYTES // 1000} KB",
            str(said),
            "Copy it there, made smaller if need be.",
            place="logo",
        )
    return content, str(said)


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    """Give WCAG's contrast of two colours."""
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


def _lightened(colour: str) -> str:
    """Mix a colour with white until it can be read on a dark page."""
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    mixes = (
        "#" + "".join(f"{round(one + (255 - one) * share / 10):02x}" for one in parts)
        for share in range(11)
    )
    return next(one for one in mixes if _contrast(one, DARK_PAPER) >= LEAST_CONTRAST)
