"""The folder that fetched answers are written to: whole lines as they come, one file at the end."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from brandkit.core.errors import InputError, SchemaError
from brandkit.sources.study.store import write_whole

PRODUCTS, REGISTER, STATE, PARTS = "products.jsonl", "register.json", "state.json", "parts"

Status = Literal["done", "failed"]


@dataclass(frozen=True)
class Bank:
    """A brand of the register.

    Parameters
    ----------
    key, name, base : str
        ``base`` is the address its public interface begins with.
    """

    key: str
    name: str
    base: str


@dataclass(frozen=True)
class BankOutcome:
    """How it went with one bank.

    Parameters
    ----------
    brand_key, register_name : str
    status : "done" | "failed"
        Failed where its list could not be had or it was left half way; the next run goes on.
    n_products, n_errors : int
        Answers, and products that gave an error instead.
    reason : str
        Why it failed; empty where it did not.
    """

    brand_key: str
    register_name: str
    status: Status
    n_products: int
    n_errors: int
    reason: str = ""


class Part:
    """The lines of one bank while they come in; a line is whole or, at a crash, the last."""

    def __init__(self, path: Path, bank: Bank, snapshot: date) -> None:
        self.path, self.bank, self.snapshot = path, bank, snapshot
        self.ids: set[str] = set()

    def __contains__(self, identifier: str) -> bool:
        return identifier in self.ids

    def __len__(self) -> int:
        return len(self.ids)

    def kept(self) -> dict[str, str]:
        """Give the lines of an earlier run that hold a product, by its id."""
        lines = {}
        for record, line in _records(self.path):
            body = record.get("response")
            if isinstance(body, dict) and isinstance(body.get("data"), dict):
                lines[str(record.get("product_key"))] = line
        return lines

    def rewrite(self, lines: Mapping[str, str], *, list_status: str = "ok") -> None:
        """Begin anew with the lines that still hold."""
        kept = []
        for line in lines.values():
            record = {**json.loads(line), "list_status": list_status}
            kept.append(json.dumps(record, ensure_ascii=False))
        _write_lines(self.path, kept)
        self.ids = set(lines)

    def add(
        self, identifier: str, body: object, *, blob: str = "", list_status: str = "ok"
    ) -> None:
        """Write an answer down at once."""
        file = re.sub(r"[^\w.,$ -]", "_", identifier)[:120] + ".json" if identifier else ""
        record = {
            "snapshot": self.snapshot.isoformat(),
            "brand_key": self.bank.key,
            "register_name": self.bank.name,
            "file": file,
            "blob": blob,
            "list_status": list_status,
            "product_key": identifier,
            "response": body,
        }
        # Half a character, which JSON allows and files do not, becomes a question mark
        with self.path.open("a", encoding="utf-8", errors="replace", newline="\n") as stream:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
        if blob:
            self.ids.add(identifier)


class FetchFolder:
    """What a folder of fetched data holds so far."""

    def __init__(self, folder: Path, snapshot: date, banks: dict[str, dict[str, Any]]) -> None:
        self.folder, self.snapshot, self.banks = folder, snapshot, banks

    @classmethod
    def opened(cls, folder: Path, today: date) -> FetchFolder:
        """Go on with a run that was stopped, or begin one."""
        path = folder / STATE
        if not path.is_file():
            return cls(folder, today, {})
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            day, banks = date.fromisoformat(stored["snapshot"]), dict(stored["banks"])
            is_whole = bool(stored["whole"])
        except (ValueError, KeyError, TypeError):
            raise SchemaError(
                "the state of the last run must be readable",
                file=path,
                way_out="Remove this file to begin anew in the folder.",
            ) from None
        if is_whole and day != today:
            raise InputError(
                f"`out` must be a folder for {today.isoformat()}; {folder} holds the whole "
                f"snapshot of {day.isoformat()}. Name another folder, so that both can be compared."
            )
        return cls(folder, day, banks)

    def begin(self, register: Mapping[str, object]) -> None:
        """Make the folder and write the register down."""
        (self.folder / PARTS).mkdir(parents=True, exist_ok=True)
        _write_lines(self.folder / REGISTER, [json.dumps(register, ensure_ascii=False, indent=1)])

    def part(self, key: str) -> Path:
        """Give the file of one bank; keys come from outside, so they do not name files."""
        is_safe = re.fullmatch(r"[A-Za-z0-9-]{1,64}", key)
        name = key if is_safe else hashlib.sha256(key.encode()).hexdigest()[:32]
        return self.folder / PARTS / f"{name}.jsonl"

    def is_done(self, key: str) -> bool:
        """Say whether a bank has answered for all of its products."""
        return self.banks.get(key, {}).get("status") == "done" and self.part(key).is_file()

    def note(self, outcome: BankOutcome) -> None:
        """Write down how it went with a bank."""
        self.banks[outcome.brand_key] = vars(outcome)
        self._write(whole=False)

    def finish(self) -> None:
        """Put the banks' lines together, in an order that does not depend on who was quick."""
        paths = [self.part(key) for key in sorted(self.banks)]
        _write_lines(self.folder / PRODUCTS, (line for path in paths for line in _final(path)))
        self._write(whole=all(row["status"] == "done" for row in self.banks.values()))

    def _write(self, *, whole: bool) -> None:
        state = {"snapshot": self.snapshot.isoformat(), "whole": whole, "banks": self.banks}
        _write_lines(self.folder / STATE, [json.dumps(state, ensure_ascii=False, indent=1)])


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    """Replace a file at once; half a character, which JSON allows, becomes a question mark."""
    text = "".join(f"{line}\n" for line in lines)
    write_whole(path, text.encode("utf-8", errors="replace"))


def _final(path: Path) -> Iterator[str]:
    """Give a bank's lines by file, in the form that catalogues are read from."""
    records = [record for record, _ in _records(path)]
    for record in sorted(records, key=lambda one: (one["file"], one["product_key"])):
        kept = {name: value for name, value in record.items() if name != "product_key"}
        yield json.dumps(kept, ensure_ascii=False)


def _records(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Give the whole records of a file; a last line without an end was cut off in writing."""
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    for line in text[: text.rfind("\n") + 1].split("\n"):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and {"file", "product_key"} <= set(record):
            yield record, line
