"""Who the banks are: the register of a date, its keys over time, and other names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brandkit.core.errors import InputError, SchemaError, shown
from brandkit.sources.catalog.names import folded
from brandkit.sources.tables.cells import read_cells
from brandkit.sources.tables.files import ending, unpacked

Named = str | Path | Mapping[str, Any]
_KEYS = ("dataHolderBrandId", "brandRef", "brand_key", "key", "id")
_NAMES = ("brandName", "brand_name", "register_name", "name", "brand")


def read_register(register: Named) -> dict[str, str]:
    """Read a register of brands.

    Parameters
    ----------
    register : path or mapping
        ``.json`` as the Consumer Data Right publishes it (a list or a mapping of brands, with
        or without ``data`` around it), a table with a column of keys and one of names, or a
        mapping of key to name.

    Returns
    -------
    dict
        Key -> name.

    Examples
    --------
    >>> read_register({"000034": {"brandName": "Civic Bank"}, "b": "Tidewater"})
    {'000034': 'Civic Bank', 'b': 'Tidewater'}
    """
    if isinstance(register, Mapping):
        return _brands(register, "register")
    file = Path(register)
    if ending(file) != ".json":
        return _mapped(file, _KEYS, _NAMES, what="register")
    try:
        content = json.loads(unpacked(file).decode("utf-8-sig"))
    except ValueError as error:
        raise SchemaError(
            "the register must be JSON",
            file=register,
            found=str(error),
            way_out="Download it again.",
        ) from None
    return _brands(content, register)


def read_crosswalk(crosswalk: Named | None) -> dict[str, str]:
    """Read which key a brand has now.

    Parameters
    ----------
    crosswalk : path or mapping, optional
        A table with the columns ``old_key`` and ``new_key`` (or the old key first and the new
        one second), or a mapping. Brands without a new key are left out.

    Examples
    --------
    >>> read_crosswalk({"000034": "f2b3", "000099": ""})
    {'000034': 'f2b3'}
    """
    pairs = _mapped(crosswalk, ("old_key",), ("new_key",), what="crosswalk")
    return {old: new for old, new in pairs.items() if new}


def read_aliases(aliases: Named | None) -> dict[str, str]:
    """Read which brand customers know an issuer as.

    Parameters
    ----------
    aliases : path or mapping, optional
        A table of two columns, issuer and brand, or a mapping.

    Returns
    -------
    dict
        Issuer, folded in width, script and case -> brand.

    Examples
    --------
    >>> read_aliases({"工銀理財有限責任公司": "工商银行"})
    {'工银理财有限责任公司': '工商银行'}
    """
    pairs = _mapped(aliases, ("issuer", "alias", "from"), ("brand", "to"), what="alias table")
    result: dict[str, str] = {}
    for issuer, brand in pairs.items():
        key = folded(issuer)
        if not brand.strip():
            continue
        if result.setdefault(key, brand.strip()) != brand.strip():
            raise InputError(
                f"`aliases` must give each issuer one brand; found {shown(issuer)} with "
                f"{shown([result[key], brand])}. Keep one of them."
            )
    return result


def _brands(content: object, file: str | Path) -> dict[str, str]:
    if isinstance(content, Mapping) and isinstance(content.get("data"), (list, Mapping)):
        content = content["data"]
    if isinstance(content, list):
        content = {_first(brand, _KEYS) or str(at): brand for at, brand in enumerate(content)}
    if not isinstance(content, Mapping) or not content:
        raise SchemaError(
            "the register must list brands",
            file=file,
            found=type(content).__name__,
            way_out="It is a list of brands with `dataHolderBrandId` and `brandName`.",
        )
    brands = {}
    for key, brand in content.items():
        name = brand if isinstance(brand, str) else _first(brand, _NAMES)
        if not name:
            raise SchemaError(
                "every brand of the register must have a name",
                file=file,
                place=f"brand {key!r}",
                way_out="Write it as `brandName`.",
            )
        brands[str(key)] = " ".join(name.split())
    return brands


def _first(brand: object, names: tuple[str, ...]) -> str:
    if not isinstance(brand, Mapping):
        return ""
    return next((str(brand[name]) for name in names if brand.get(name)), "")


def _mapped(
    told: Named | None, first: tuple[str, ...], second: tuple[str, ...], *, what: str
) -> dict[str, str]:
    """Give pairs that are told as a mapping, or as a table of two columns by these names."""
    if told is None or isinstance(told, Mapping):
        return {str(key): str(value) for key, value in (told or {}).items()}
    cells = read_cells(Path(told))
    headers = [str(name) for name in cells.columns]
    if len(headers) < 2:
        raise SchemaError(
            f"the {what} must have two columns, {first[0]} and {second[0]}",
            file=told,
            found=headers,
            way_out="Write one row for each.",
        )
    plain = [header.strip().casefold() for header in headers]

    def place(names: tuple[str, ...], other: int) -> int:
        known = [name.casefold() for name in names]
        return next((plain.index(name) for name in known if name in plain), other)

    at = place(first, 0)
    to = place(second, 1 if at == 0 else 0)
    pairs = zip(cells.iloc[:, at].str.strip(), cells.iloc[:, to].str.strip(), strict=True)
    return {str(old): str(new) for old, new in pairs if old}
