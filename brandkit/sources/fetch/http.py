"""Asking public interfaces for JSON: bounded in size, time and redirects, patient, and polite."""

from __future__ import annotations

import ipaddress
import json
import random
import re
import socket
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from brandkit.core.errors import BrandkitError, InputError

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
#: The highest version asked for. Servers answer with the highest they know up to it.
HIGHEST_VERSION = 9


class AnswerError(BrandkitError, RuntimeError):
    """A server gave no usable answer.

    Parameters
    ----------
    title, detail : str
    body : object, optional
        The error body the server sent, where it was JSON.
    transient : bool
        Whether asking again later may help.
    after : float, optional
        Seconds that the server asks to wait.
    """

    def __init__(
        self,
        title: str,
        detail: str,
        *,
        body: object = None,
        transient: bool = False,
        after: float | None = None,
    ) -> None:
        super().__init__(f"{title}: {detail}")
        self.title, self.detail, self.body = title, detail, body
        self.transient, self.after = transient, after

    def as_body(self) -> object:
        """Give the error in the form that stored answers have."""
        if isinstance(self.body, dict) and self.body.get("errors"):
            return self.body
        code = "brandkit/" + re.sub(r"\W+", "-", self.title.casefold()).strip("-")
        return {"errors": [{"code": code, "title": self.title, "detail": self.detail}]}


@dataclass(frozen=True)
class Limits:
    """How far to go.

    Parameters
    ----------
    timeout : float
        Seconds without a sign of life; a whole answer may take four times that.
    attempts : int
        How often a request is tried.
    backoff : float
        Seconds before the second try; doubled each time.
    longest_wait : float
        Longest pause that a server can ask for with ``Retry-After``; beyond it we leave.
    most_bytes : int
        Largest answer.
    most_redirects : int
    per_host : int
        Requests to one host at the same time.
    """

    timeout: float = 20.0
    attempts: int = 4
    backoff: float = 1.0
    longest_wait: float = 120.0
    most_bytes: int = 10_000_000
    most_redirects: int = 5
    per_host: int = 2


@dataclass
class PoliteClient:
    """A client for public JSON interfaces with versions in their headers.

    Parameters
    ----------
    limits : Limits
    allow_local : bool
        Whether ``http://localhost`` may be asked; everything else must be https.
    wait : callable, optional
        Sleeps for so many seconds. Where not given, a pause ends at once when ``stop`` is set.
    """

    limits: Limits = field(default_factory=Limits)
    allow_local: bool = False
    wait: Callable[[float], object] | None = None

    def __post_init__(self) -> None:
        #: Set it, and nothing more is asked.
        self.stop = threading.Event()
        self._client = httpx.Client(
            timeout=self.limits.timeout,
            follow_redirects=False,
            verify=_certificates(),
            headers={"Accept": "application/json", "User-Agent": "brandkit (product comparison)"},
        )
        self._hosts: defaultdict[str, threading.Semaphore] = defaultdict(
            lambda: threading.Semaphore(self.limits.per_host)
        )
        self._lock = threading.Lock()

    def close(self) -> None:
        """Ask nothing more, and close all connections."""
        self.stop.set()
        self._client.close()

    def check_url(self, url: str) -> str:
        """Refuse an address that is not https and public, but for localhost where it is allowed."""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            parts, host = urlsplit(""), ""
        if host in _LOCAL and self.allow_local and parts.scheme in ("http", "https"):
            return url
        if parts.scheme != "https" or not host or host in _LOCAL:
            what = "https"
        elif not _is_public(host):
            what = "public"
        else:
            return url
        said = f"only {what} addresses are asked; found {url[:200]!r}"
        raise AnswerError("Address refused", said)

    def get_json(
        self, url: str, *, params: Mapping[str, str | int] | None = None, version: int | None = None
    ) -> tuple[Any, bytes, int | None]:
        """Get a JSON object, trying again where that may help.

        Parameters
        ----------
        url : str
        params : mapping, optional
        version : int, optional
            Version to ask for first; lower ones follow where the server does not know it.

        Returns
        -------
        body : object
        content : bytes
            As it came.
        version : int or None
            The version that was answered.

        Raises
        ------
        AnswerError
            No usable answer within the limits.
        """
        address = str(httpx.URL(self.check_url(url), params=dict(params))) if params else url
        asked = version
        refused: set[int] = set()
        while True:
            try:
                return *self._patiently(address, asked), asked
            except _UnsupportedVersionError as error:
                refused.add(asked or 0)
                asked = next_version(asked, error.supported, refused)
                if asked is None:
                    raise

    def _patiently(self, url: str, version: int | None) -> tuple[Any, bytes]:
        pause, attempt = self.limits.backoff, 0
        while not self.stop.is_set():
            attempt += 1
            try:
                return self._once(url, version)
            except AnswerError as again:
                title, after, body = again.title, again.after, again.body
                if not again.transient:
                    raise
                if attempt >= self.limits.attempts:
                    said = f"{again.detail} ({attempt} tries)"
                    raise AnswerError(title, said, body=body, transient=True) from None
                if (after or 0.0) > self.limits.longest_wait:
                    said = f"the server asks to wait {after:.0f} seconds"
                    raise AnswerError(title, said, transient=True) from None
            # A little chance keeps several of us from coming back at the same moment
            (self.wait or self.stop.wait)(
                pause * random.uniform(1, 1.25) if after is None else after
            )
            pause *= 2
        raise AnswerError("Interrupted", "nothing more is asked", transient=True)

    def _once(self, url: str, version: int | None) -> tuple[Any, bytes]:
        headers = {} if version is None else {"x-v": str(version), "x-min-v": "1"}
        for _ in range(self.limits.most_redirects + 1):
            self.check_url(url)
            with self._lock:
                slot = self._hosts[urlsplit(url).netloc]
            with slot:
                status, said, content = self._exchange(url, headers)
            if status in (301, 302, 303, 307, 308) and "location" in said:
                url = urljoin(url, said["location"])
                continue
            return _body(status, said, content, version), content
        raise AnswerError("Too many redirects", f"more than {self.limits.most_redirects}")

    def _exchange(
        self, url: str, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send a request, and read no more of the answer than the limits allow."""
        deadline = time.monotonic() + 4 * self.limits.timeout
        try:
            with self._client.stream("GET", url, headers=dict(headers)) as answer:
                content = bytearray()
                for part in answer.iter_bytes():
                    content += part
                    if len(content) > self.limits.most_bytes:
                        raise AnswerError(
                            "Answer too large", f"more than {self.limits.most_bytes:,} bytes"
                        )
                    if time.monotonic() > deadline:
                        raise _again("Too slow", "the answer did not end in time")
                return answer.status_code, answer.headers, bytes(content)
        except httpx.TimeoutException:
            raise _again("Timeout", "the server did not answer in time") from None
        except httpx.TransportError as error:
            raise _again("No connection", type(error).__name__) from None
        except httpx.HTTPError as error:
            raise AnswerError("Unreadable answer", type(error).__name__) from None
        except httpx.InvalidURL:
            raise AnswerError("Address refused", "the address is malformed") from None


def _is_public(host: str) -> bool:
    """Say whether all that a name stands for lies in the open network."""
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return True  # a proxy may know it; else there is nobody to connect to
    places = [ipaddress.ip_address(one.partition("%")[0]) for one in found]
    return all(place.is_global and not place.is_multicast for place in places)


@cache
def _certificates() -> ssl.SSLContext:
    """Load the certificates once: it takes longer than most answers."""
    return httpx.create_ssl_context()


class _UnsupportedVersionError(AnswerError):
    supported: tuple[int, ...] = ()


def _again(title: str, detail: str, **more: Any) -> AnswerError:
    return AnswerError(title, detail, transient=True, **more)


def next_version(asked: int | None, supported: tuple[int, ...], refused: set[int]) -> int | None:
    """Choose the version to ask for after one was refused.

    Parameters
    ----------
    asked : int, optional
    supported : tuple of int
        What the server says it knows; may be empty.
    refused : set of int

    Returns
    -------
    int or None
        The highest it names that was not refused, else the next lower; None where none is left.

    Examples
    --------
    >>> next_version(9, (3, 4), {9}), next_version(2, (), {2}), next_version(1, (), {1})
    (4, 1, None)
    """
    named = [version for version in supported if version not in refused and version > 0]
    if named:
        return max(named)
    lower = [version for version in range(1, asked or 1) if version not in refused]
    return max(lower, default=None)


def _body(status: int, said: Mapping[str, str], content: bytes, version: int | None) -> Any:
    """Read an answer; raise what it says where it is none."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    about = _about(body)
    if version is not None and (status == 406 or (status == 400 and "version" in about.casefold())):
        unsupported = _UnsupportedVersionError("Unsupported version", about or "406", body=body)
        unsupported.supported = _versions(about, said.get("x-v"))
        raise unsupported
    if status in _TRANSIENT:
        wait = _retry_after(said.get("retry-after"))
        busy = about or "the server is busy or broken"
        raise _again(f"HTTP {status}", busy, after=wait, body=body)
    if status != 200:
        raise AnswerError(f"HTTP {status}", about or "the server refuses", body=body)
    if body is None:
        raise _again("No JSON", f"{len(content):,} bytes that are no whole JSON")
    if not isinstance(body, dict):
        raise AnswerError("Wrong form", f"a JSON object was expected, not a {type(body).__name__}")
    return body


def _about(body: object) -> str:
    """Give what an error body says, in one line."""
    told = body if isinstance(body, dict) else {}
    errors = told.get("errors")
    if not isinstance(errors, list):
        return str(told.get("message") or "")[:300]
    lines = [
        [str(one[key]) for key in ("title", "detail") if one.get(key)]
        for one in errors
        if isinstance(one, dict)
    ]
    return "; ".join(map(" ".join, lines))[:300]


def _versions(about: str, header: str | None) -> tuple[int, ...]:
    numbers = re.findall(r"\b\d{1,2}\b", about) + ([header] if header and header.isdigit() else [])
    return tuple(int(number) for number in numbers if 0 < int(number) <= HIGHEST_VERSION)


def _retry_after(text: str | None) -> float | None:
    if not text:
        return None
    if re.fullmatch(r"\d+(\.\d+)?", text.strip()):
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def is_local(url: str) -> bool:
    """Say whether an address is on this computer.

    Examples
    --------
    >>> is_local("http://127.0.0.1:8000/register"), is_local("https://example.org")
    (True, False)
    """
    try:
        return (urlsplit(url).hostname or "") in _LOCAL
    except ValueError:
        raise InputError(f"`register_url` must be an address; found {url!r}.") from None
