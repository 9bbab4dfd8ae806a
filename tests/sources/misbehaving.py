"""A server of banks on this computer that behaves as badly as real ones do."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers from the server's routes, and counts what it is asked."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self.server.lock:
            self.server.asked[path] += 1
            self.server.versions.append((path, self.headers.get("x-v")))
            self.nth = self.server.asked[path]
        reply = self.server.routes.get(path)
        try:
            if reply is None:
                self.send(404, {"errors": [{"title": "Not found", "detail": path}]})
            elif callable(reply):
                reply(self)
            else:
                self.send(200, reply)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def send(self, status: int, body: Any, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server with routes that tests fill in."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes: dict[str, Reply | dict[str, Any]] = {}
        self.asked: Counter[str] = Counter()
        self.versions: list[tuple[str, str | None]] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def add_bank(self, key: str, products: list[str], *, name: str | None = None) -> None:
        """Serve a well-behaved bank with a page size of its own."""
        base = f"/{key}/cds-au/v1/banking/products"
        self.routes[base] = product_list(products)
        for product in products:
            self.routes[f"{base}/{product}"] = answer(product)
        register = self.routes.setdefault("/register", {"data": []})
        assert isinstance(register, dict)
        register["data"].append(
            {"dataHolderBrandId": key, "brandName": name or key.title(),
             "publicBaseUri": f"{self.url}/{key}"}
        )  # fmt: skip

    def replace(self, key: str, product: str, reply: Reply) -> None:
        """Serve one product, or the list where it is empty, another way."""
        self.routes[f"/{key}/cds-au/v1/banking/products{'/' if product else ''}{product}"] = reply


def answer(product: str) -> dict[str, Any]:
    """Give a product's answer."""
    return {
        "data": {"productId": product, "name": f"Product {product}", "brand": "B",
                 "productCategory": "TERM_DEPOSITS", "features": []},
        "links": {"self": "x"}, "meta": {},
    }  # fmt: skip


def product_list(products: list[str], *, size: int = 3) -> Reply:
    """Serve a list in pages that are smaller than asked for, as some banks do."""

    def reply(handler: Handler) -> None:
        page = int(handler.query.get("page", 1))
        shown = products[(page - 1) * size : page * size]
        pages = max(1, -(-len(products) // size))
        links = {"next": "https://example.invalid/lies"} if page < pages else {}
        handler.send(
            200,
            {"data": {"products": [{"productId": one} for one in shown]}, "links": links,
             "meta": {"totalRecords": len(products), "totalPages": pages}},
        )  # fmt: skip

    return reply


def fail_first(times: int, status: int, **headers: str) -> Callable[[dict[str, Any]], Reply]:
    """Serve an error some times, then the body."""

    def around(body: dict[str, Any]) -> Reply:
        def reply(handler: Handler) -> None:
            if handler.nth <= times:
                handler.send(status, {"errors": [{"title": "Busy", "detail": "later"}]}, **headers)
            else:
                handler.send(200, body)

        return reply

    return around


def slow(handler: Handler) -> None:
    """Take longer than anyone waits."""
    time.sleep(0.4)
    handler.send(200, answer("late"))


def truncated(handler: Handler) -> None:
    """Promise more than is sent."""
    content = json.dumps(answer("cut")).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])
    handler.close_connection = True


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server until the block ends."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
