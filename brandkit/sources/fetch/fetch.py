"""Collect product reference data from the banks' own public interfaces.

Under Australia's Consumer Data Right every bank answers the same questions about its products,
without a key. The register says who they are and where they answer. What is fetched is written in
the form that ``read_catalog(format="cdr")`` reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from brandkit.core.errors import InputError, ReportError, check_whole_number, did_you_mean, shown
from brandkit.sources.fetch.folder import (
    PRODUCTS,
    REGISTER,
    Bank,
    BankOutcome,
    FetchFolder,
    Part,
    Status,
)
from brandkit.sources.fetch.http import HIGHEST_VERSION, AnswerError, Limits, PoliteClient, is_local

#: Where the register publishes the banks and their public addresses; no key is needed.
AU_REGISTER = "https://api.cdr.gov.au/cdr-register/v1/banking/data-holders/brands/summary"

PAGE_SIZE, MOST_PAGES = 100, 200
_COLUMNS = ["brand_key", "register_name", "status", "n_products", "n_errors", "reason"]
#: A bank whose products fail this often in a row is left for another day.
MOST_FAILURES_IN_A_ROW = 5


class FetchError(ReportError):
    """The register could not be had, so there was nobody to ask."""


@dataclass(frozen=True, eq=False)
class Fetched:
    """What was fetched.

    Parameters
    ----------
    path : Path
        The product answers, one a line.
    register : Path
        The register of the day.
    snapshot : date
        The day the fetching began.
    banks : DataFrame
        One row a bank: ``brand_key register_name status n_products n_errors reason``.
    """

    path: Path
    register: Path
    snapshot: date
    banks: pd.DataFrame

    @property
    def n_failed(self) -> int:
        """Banks that are not complete."""
        return int((self.banks["status"] == "failed").sum())


Progress = Callable[[BankOutcome, int, int], None]


def fetch_au_cdr(
    out: str | Path,
    *,
    register_url: str = AU_REGISTER,
    brands: Sequence[str] | None = None,
    concurrency: int = 8,
    limits: Limits | None = None,
    snapshot: date | None = None,
    progress: Progress | None = None,
    pause: Callable[[float], object] | None = None,
) -> Fetched:
    """Fetch the register, then every bank's products.

    Parameters
    ----------
    out : path
        A folder, made where it is not there. A run that was stopped goes on where it was: banks
        that are finished are not asked again, nor are products that a bank has answered.
    register_url : str
        Must be https, or on this computer.
    brands : sequence of str, optional
        Names or keys of the register; all banks where not given.
    concurrency : int
        Banks asked at the same time; one host is asked ``limits.per_host`` things at a time.
    limits : Limits, optional
    snapshot : date, optional
        The day to write beside each answer; today where not given.
    progress : callable, optional
        Called after each bank with its outcome, how many are finished, and how many there are.
    pause : callable, optional
        Sleeps for so many seconds between tries.

    Returns
    -------
    Fetched
        ``register.json`` and ``products.jsonl`` stand in the folder, each replaced whole.

    Raises
    ------
    FetchError
        The register gave no usable answer. A bank's failure raises nothing: it is an error line
        in the file and a row in ``banks``.
    InputError
        A brand is not in the register, or the folder holds another day's finished snapshot.

    Examples
    --------
    >>> fetch_au_cdr("au", register_url="http://example.org/register")
    Traceback (most recent call last):
        ...
    brandkit.sources.fetch.fetch.FetchError: http://example.org/register: the register of banks \
could not be read; Address refused: only https addresses are asked; found \
'http://example.org/register'. Check the connection and try again: what is fetched already is kept.
    """
    check_whole_number("concurrency", concurrency, low=1, high=64)
    folder = Path(out)
    client = PoliteClient(limits or Limits(), allow_local=is_local(register_url), wait=pause)
    try:
        state = FetchFolder.opened(folder, snapshot or datetime.now().astimezone().date())
        register = _register(client, register_url)
        banks = _chosen(register, brands)
        state.begin(register)
        for outcome, finished in _outcomes(client, banks, state=state, concurrency=concurrency):
            state.note(outcome)
            if progress is not None:
                progress(outcome, finished, len(banks))
        state.finish()
        return Fetched(
            path=folder / PRODUCTS,
            register=folder / REGISTER,
            snapshot=state.snapshot,
            banks=pd.DataFrame([state.banks[bank.key] for bank in banks], columns=_COLUMNS),
        )
    finally:
        client.close()


def _register(client: PoliteClient, url: str) -> dict[str, dict[str, Any]]:
    """Get the brands by their keys, everything the register says of each."""
    try:
        body, _, _ = client.get_json(url, version=HIGHEST_VERSION)
    except AnswerError as error:
        raise FetchError(
            f"{url}: the register of banks could not be read; {error}. "
            "Check the connection and try again: what is fetched already is kept."
        ) from None
    entries = body.get("data")
    brands = {
        str(entry.get("dataHolderBrandId") or entry.get("interimId") or entry["brandName"]): entry
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and entry.get("brandName")
    }
    if not brands:
        raise FetchError(
            f"{url}: the register must list brands under 'data'; found "
            f"{type(entries).__name__}. Name the address of a register of data-holder brands."
        )
    return brands


def _chosen(register: Mapping[str, Mapping[str, Any]], brands: Sequence[str] | None) -> list[Bank]:
    banks = [
        Bank(key, " ".join(str(entry["brandName"]).split()), str(entry.get("publicBaseUri") or ""))
        for key, entry in register.items()
    ]
    if brands is None:
        return banks
    by_word = {word.casefold(): bank for bank in banks for word in (bank.name, bank.key)}
    unknown = [brand for brand in brands if brand.casefold() not in by_word]
    if unknown:
        names = sorted(bank.name for bank in banks)
        raise InputError(
            f"`brands` must name banks of the register; found {shown(unknown)}. It has "
            f"{len(names)}: {shown(names, most=8)}.{did_you_mean(unknown[0], names)}"
        )
    return list(dict.fromkeys(by_word[brand.casefold()] for brand in brands))


def _outcomes(
    client: PoliteClient, banks: list[Bank], *, state: FetchFolder, concurrency: int
) -> Iterator[tuple[BankOutcome, int]]:
    """Ask the banks that are not finished, several at a time; tell each outcome as it comes."""
    left = [bank for bank in banks if not state.is_done(bank.key)]
    with ThreadPoolExecutor(max_workers=concurrency) as pool:
        asked = [pool.submit(_fetch_bank, client, bank, state) for bank in left]
        try:
            for nth, future in enumerate(as_completed(asked), 1):
                yield future.result(), len(banks) - len(left) + nth
        except BaseException:
            # The threads end at their next question instead of working through their lists
            client.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _fetch_bank(client: PoliteClient, bank: Bank, state: FetchFolder) -> BankOutcome:
    """Ask one bank; whatever its answers do to us, the others go on. A full disk stops all."""
    part = Part(state.part(bank.key), bank, state.snapshot)
    try:
        return _ask_bank(client, bank, part)
    except OSError:
        raise
    except Exception as error:
        return _outcome(bank, part, 0, f"its answers could not be handled ({type(error).__name__})")


def _ask_bank(client: PoliteClient, bank: Bank, part: Part) -> BankOutcome:
    """Ask one bank for its list, and for each product on it that it has not answered yet."""
    known = part.kept()
    try:
        identifiers = _product_ids(client, bank)
    except AnswerError as error:
        part.rewrite(known, list_status="error")
        if not known:
            part.add("", error.as_body(), list_status="error")
        return _outcome(bank, part, 1, f"its list of products: {error}")
    on_list = set(identifiers)
    part.rewrite({key: line for key, line in known.items() if key in on_list})
    n_errors, in_a_row, version = 0, 0, HIGHEST_VERSION
    for identifier in identifiers:
        if identifier in part:
            continue
        if client.stop.is_set():
            return _outcome(bank, part, n_errors, "interrupted")
        if in_a_row >= MOST_FAILURES_IN_A_ROW:
            said = f"{in_a_row} products in a row gave no answer"
            return _outcome(bank, part, n_errors, said)
        try:
            version = _ask_product(client, part, identifier, version)
            in_a_row = 0
        except AnswerError as error:
            part.add(identifier, error.as_body())
            n_errors, in_a_row = n_errors + 1, in_a_row + error.transient
    return _outcome(bank, part, n_errors)


def _ask_product(client: PoliteClient, part: Part, identifier: str, version: int) -> int:
    """Write one product down; give the version of the interface that answered."""
    address = f"{_products_url(part.bank)}/{quote(identifier, safe='')}"
    body, content, answered = client.get_json(address, version=version)
    if not isinstance(body.get("data"), dict):
        raise AnswerError("Wrong form", "the answer has no product under 'data'", body=body)
    part.add(identifier, body, blob=_blob(content))
    return answered or version


def _outcome(bank: Bank, part: Part, n_errors: int, reason: str = "") -> BankOutcome:
    status: Status = "failed" if reason else "done"
    return BankOutcome(bank.key, bank.name, status, len(part), n_errors, reason)


def _product_ids(client: PoliteClient, bank: Bank) -> list[str]:
    """Page through a bank's list. Its own page numbers are used: links to next pages often lie."""
    found: dict[str, None] = {}
    version: int | None = HIGHEST_VERSION
    for page in range(1, MOST_PAGES + 1):
        body, _, version = client.get_json(
            _products_url(bank), params={"page": page, "page-size": PAGE_SIZE}, version=version
        )
        data = body.get("data")
        products = data.get("products") if isinstance(data, dict) else None
        if not isinstance(products, list):
            raise AnswerError("Wrong form", "the list has no 'data.products'", body=body)
        fresh = [
            str(product["productId"])
            for product in products
            if isinstance(product, dict)
            and product.get("productId") not in (None, "")
            and str(product["productId"]) not in found
        ]
        found.update(dict.fromkeys(fresh))
        if not fresh or page >= _total_pages(body):
            break
    return list(found)


def _total_pages(body: Mapping[str, Any]) -> int:
    meta, links = body.get("meta"), body.get("links")
    total = meta.get("totalPages") if isinstance(meta, dict) else None
    if isinstance(total, int):
        return total
    return MOST_PAGES if isinstance(links, dict) and links.get("next") else 1


def _products_url(bank: Bank) -> str:
    return f"{bank.base.rstrip('/')}/cds-au/v1/banking/products"


def _blob(content: bytes) -> str:
    """Give the content's name as a version control system would, to tell changes by."""
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()
