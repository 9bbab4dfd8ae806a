"""Fetching from banks that misbehave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from brandkit.__main__ import main
from brandkit.core.errors import InputError, SchemaError
from brandkit.sources import read_catalog
from brandkit.sources.fetch.fetch import AU_REGISTER, Fetched, FetchError, fetch_au_cdr
from brandkit.sources.fetch.http import AnswerError, Limits, PoliteClient, next_version
from tests.sources.misbehaving import (
    Handler,
    Server,
    answer,
    fail_first,
    serving,
    slow,
    truncated,
)

DAY = date(2026, 3, 1)
QUICK = Limits(timeout=0.2, attempts=3, backoff=0.01, most_bytes=200_000, longest_wait=30)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def fetched(server: Server, out: Path, **options: Any) -> Fetched:
    settings = {"limits": QUICK, "snapshot": DAY, "pause": lambda _: None, **options}
    return fetch_au_cdr(out, register_url=f"{server.url}/register", **settings)


def lines(result: Fetched) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.path.read_text(encoding="utf-8").splitlines()]


def test_banks_are_fetched_in_the_form_catalogues_are_read_from(
    server: Server, tmp_path: Path
) -> None:
    server.add_bank("aaa", ["T 1", "$5,000/x", "3", "4", "5", "6", "7"], name="Alpha Bank")
    server.add_bank("bbb", ["1", "2"], name="Beta Bank")
    told = []
    result = fetched(server, tmp_path / "au", progress=lambda *args: told.append(args))
    records = lines(result)
    assert [name for name in records[0]] == [
        "snapshot", "brand_key", "register_name", "file", "blob", "list_status", "response",
    ]  # fmt: skip
    assert len(records) == 9
    assert {record["snapshot"] for record in records} == {"2026-03-01"}
    assert result.banks[["status", "n_products", "n_errors"]].to_numpy().tolist() == [
        ["done", 7, 0], ["done", 2, 0],
    ]  # fmt: skip
    assert sorted(finished for _, finished, _ in told) == [1, 2]
    catalog = read_catalog(result.path, format="cdr", register=result.register)
    assert catalog.records.groupby("brand", observed=True).size().to_dict() == {
        "Alpha Bank": 7, "Beta Bank": 2,
    }  # fmt: skip


def test_two_runs_write_the_same_bytes(server: Server, tmp_path: Path) -> None:
    for key in ("aaa", "bbb", "ccc"):
        server.add_bank(key, ["2", "1", "3"])
    first = fetched(server, tmp_path / "one").path.read_bytes()
    assert fetched(server, tmp_path / "two", concurrency=1).path.read_bytes() == first


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_servers_are_asked_again(server: Server, tmp_path: Path, status: int) -> None:
    server.add_bank("aaa", ["1"])
    server.replace("aaa", "1", fail_first(2, status)(answer("1")))
    result = fetched(server, tmp_path)
    assert result.banks["n_products"].tolist() == [1]
    assert server.asked["/aaa/cds-au/v1/banking/products/1"] == 3


def test_retry_after_is_obeyed(server: Server, tmp_path: Path) -> None:
    server.add_bank("aaa", ["1", "2"])
    server.replace("aaa", "1", fail_first(1, 429, Retry_After="7")(answer("1")))
    server.replace("aaa", "2", fail_first(9, 429, Retry_After="600")(answer("2")))
    pauses: list[float] = []
    result = fetched(server, tmp_path, pause=pauses.append)
    assert pauses == [7.0]
    assert result.banks[["n_products", "n_errors"]].to_numpy().tolist() == [[1, 1]]
    assert "600 seconds" in json.dumps(lines(result)[1]["response"])


def test_backing_off_doubles_the_pause(server: Server, tmp_path: Path) -> None:
    server.add_bank("aaa", ["1"])
    server.replace("aaa", "1", fail_first(9, 500)(answer("1")))
    pauses: list[float] = []
    fetched(server, tmp_path, pause=pauses.append)
    assert 0.01 <= pauses[0] < 0.02 <= pauses[1] < 0.04


def test_versions_are_negotiated_and_remembered(server: Server, tmp_path: Path) -> None:
    server.add_bank("aaa", ["1", "2", "3"])
    server.add_bank("bbb", ["1"])
    error = {"title": "Unsupported Version", "detail": "supported versions are 3 and 4"}

    def only(known: set[str], told: dict[str, str]) -> Any:
        def reply(handler: Handler) -> None:
            if handler.headers["x-v"] in known:
                handler.send(200, answer(handler.path.rsplit("/", 1)[1]))
            else:
                handler.send(406, {"errors": [told]})

        return reply

    for product in ("1", "2", "3"):
        server.replace("aaa", product, only({"3", "4"}, error))
    server.replace("bbb", "1", only({"2"}, {**error, "detail": "not this one"}))
    result = fetched(server, tmp_path)
    assert result.banks["n_products"].tolist() == [3, 1]
    assert _versions(server, "aaa", "123") == ["9", "4", "4", "4"]
    assert _versions(server, "bbb", "1") == list("98765432")


def _versions(server: Server, key: str, products: str) -> list[str | None]:
    """The versions that a bank's products were asked for in."""
    paths = [f"/{key}/cds-au/v1/banking/products/{product}" for product in products]
    return [version for path, version in server.versions if path in paths]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (slow, "Timeout"),
        (truncated, "No connection"),
        (lambda h: h.send(200, b'{"data": {"productId'), "No JSON"),
        (lambda h: h.send(200, b"<html>Please wait</html>"), "No JSON"),
        (lambda h: h.send(200, [1, 2]), "Wrong form"),
        (lambda h: h.send(200, {"data": []}), "Wrong form"),
        (lambda h: h.send(200, b"x" * 300_000), "Answer too large"),
        (lambda h: h.send(302, b"", Location=h.path), "Too many redirects"),
        (lambda h: h.send(302, b"", Location="http://example.org/x"), "Address refused"),
        (lambda h: h.send(302, b"", Location="file:///etc/hosts"), "Address refused"),
        (lambda h: h.send(404, {"message": "gone"}), "HTTP 404"),
        (lambda h: h.send(406, b"no"), "Unsupported version"),
        (lambda h: h.send(200, b"[" * 100_000), "No JSON"),
    ],
)  # fmt: skip
def test_one_bad_product_loses_no_other(
    server: Server, tmp_path: Path, reply: Any, said: str
) -> None:
    server.add_bank("aaa", ["1", "bad", "2"])
    server.add_bank("bbb", ["1"])
    server.replace("aaa", "bad", reply)
    result = fetched(server, tmp_path)
    assert result.banks[["status", "n_products", "n_errors"]].to_numpy().tolist() == [
        ["done", 2, 1], ["done", 1, 0],
    ]  # fmt: skip
    (bad,) = [line["response"] for line in lines(result) if "errors" in line["response"]]
    assert bad["errors"][0]["title"] == said


def test_error_bodies_are_kept_as_the_bank_wrote_them(server: Server, tmp_path: Path) -> None:
    server.add_bank("aaa", ["1"])
    body = {"errors": [{"code": "X", "title": "Invalid", "detail": "inactive"}]}
    server.replace("aaa", "1", lambda handler: handler.send(422, body))
    assert lines(fetched(server, tmp_path))[0]["response"] == body


def test_one_bank_down_loses_no_other_and_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.add_bank("aaa", ["1", "2"])
    server.add_bank("bbb", ["1"])
    server.replace("aaa", "", lambda handler: handler.send(500, {"message": "broken"}))
    result = fetched(server, tmp_path)
    assert result.n_failed == 1
    assert result.banks["reason"].tolist()[0].startswith("its list of products: HTTP 500")
    first = lines(result)[0]
    assert (first["list_status"], first["file"]) == ("error", "")
    server.add_bank("ccc", [])
    server.replace("aaa", "", server.routes["/bbb/cds-au/v1/banking/products"])  # type: ignore[arg-type]
    again = fetched(server, tmp_path)
    assert again.n_failed == 0
    assert server.asked["/bbb/cds-au/v1/banking/products/1"] == 1
    assert [(line["brand_key"], line["list_status"]) for line in lines(again)] == [
        ("aaa", "ok"), ("bbb", "ok"),
    ]  # fmt: skip


def test_a_bank_that_stops_answering_is_left_and_goes_on_where_it_stopped(
    server: Server, tmp_path: Path
) -> None:
    products = [str(number) for number in range(20)]
    server.add_bank("aaa", products)
    for product in products[6:]:
        server.replace("aaa", product, lambda handler: handler.send(503, {}))
    result = fetched(server, tmp_path)
    assert result.banks[["status", "n_products", "n_errors"]].to_numpy().tolist() == [
        ["failed", 6, 5]
    ]
    assert server.asked["/aaa/cds-au/v1/banking/products/19"] == 0
    for product in products:
        server.routes[f"/aaa/cds-au/v1/banking/products/{product}"] = answer(product)
    again = fetched(server, tmp_path, snapshot=DAY + timedelta(days=1))
    assert again.snapshot == DAY
    assert again.banks["n_products"].tolist() == [20]
    assert server.asked["/aaa/cds-au/v1/banking/products/0"] == 1
    assert len(lines(again)) == 20


def test_a_run_that_was_cut_off_goes_on(server: Server, tmp_path: Path) -> None:
    server.add_bank("aaa", ["1", "2", "3"])

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetched(server, tmp_path, progress=interrupt)
    assert not (tmp_path / "products.jsonl").exists()
    part = tmp_path / "parts" / "aaa.jsonl"
    whole = part.read_text(encoding="utf-8")
    part.write_text(whole[:-40], encoding="utf-8")
    state = tmp_path / "state.json"
    state.write_text(
        state.read_text(encoding="utf-8").replace('"done"', '"failed"'), encoding="utf-8"
    )
    assert fetched(server, tmp_path).banks["n_products"].tolist() == [3]
    assert server.asked["/aaa/cds-au/v1/banking/products/1"] == 1
    assert server.asked["/aaa/cds-au/v1/banking/products/3"] == 2
    assert not list(tmp_path.rglob(".*"))


def test_a_whole_snapshot_is_not_overwritten_by_another_day(server: Server, tmp_path: Path) -> None:
    server.add_bank("aaa", ["1"])
    before = fetched(server, tmp_path).path.read_bytes()
    with pytest.raises(InputError, match="holds the whole snapshot of 2026-03-01"):
        fetched(server, tmp_path, snapshot=DAY + timedelta(days=1))
    assert fetched(server, tmp_path).path.read_bytes() == before
    assert server.asked["/aaa/cds-au/v1/banking/products"] == 1


def test_brands_can_be_chosen(server: Server, tmp_path: Path) -> None:
    for key in ("aaa", "bbb"):
        server.add_bank(key, ["1"])
    assert fetched(server, tmp_path, brands=["BBB"]).banks["brand_key"].tolist() == ["bbb"]
    assert set(json.loads((tmp_path / "register.json").read_text(encoding="utf-8"))) == {
        "aaa",
        "bbb",
    }
    with pytest.raises(InputError, match=r"must name banks of the register.*Did you mean 'Aaa'"):
        fetched(server, tmp_path, brands=["Aaaa"])


def test_pages_that_repeat_themselves_end(server: Server, tmp_path: Path) -> None:
    server.add_bank("aaa", ["1"])
    body = {"data": {"products": [{"productId": "1"}, {"productId": 1}, {}, None]},
            "links": {"next": "again"}}  # fmt: skip
    server.routes["/aaa/cds-au/v1/banking/products"] = body
    assert fetched(server, tmp_path).banks["n_products"].tolist() == [1]
    assert server.asked["/aaa/cds-au/v1/banking/products"] == 2


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ({"data": {}}, "must list brands under 'data'; found dict"),
        ({"data": []}, "must list brands under 'data'"),
        (lambda h: h.send(500, {}), "register of banks could not be read; HTTP 500"),
        (lambda h: h.send(200, b"<html>"), "No JSON"),
    ],
)
def test_a_register_that_says_nothing_stops_the_run(
    server: Server, tmp_path: Path, reply: Any, message: str
) -> None:
    server.routes["/register"] = reply
    with pytest.raises(FetchError, match=message):
        fetched(server, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_only_https_is_asked() -> None:
    client = PoliteClient()
    for url in ("http://example.org", "https://localhost/x", "ftp://example.org", "", "http://[",
                "https://"):  # fmt: skip
        with pytest.raises(AnswerError, match="only https"):
            client.get_json(url)
    assert client.check_url(AU_REGISTER) == AU_REGISTER
    client.close()


@pytest.mark.parametrize(
    "place",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
    ],
)
def test_no_name_leads_into_the_house(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[Any]:
        return [(0, 0, 0, "", ("1.1.1.1", 443)), (0, 0, 0, "", (place, 443))]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    for client in (PoliteClient(), PoliteClient(allow_local=True)):
        with pytest.raises(AnswerError, match="only public"):
            client.get_json("https://bank.example.org/products")
        client.close()


def test_a_redirect_is_asked_for_its_place_too(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from brandkit.sources.fetch import http

    server.add_bank("aaa", ["1"])
    to = "https://inside.example.org/admin"
    server.replace("aaa", "1", lambda handler: handler.send(302, b"", Location=to))
    monkeypatch.setattr(http, "_is_public", lambda host: host != "inside.example.org")
    (line,) = lines(fetched(server, tmp_path))
    assert "only public addresses are asked" in line["response"]["errors"][0]["detail"]


def test_a_bank_without_an_address_is_an_error_line(server: Server, tmp_path: Path) -> None:
    server.add_bank("aaa", ["1"])
    register = server.routes["/register"]
    assert isinstance(register, dict)
    register["data"].append({"dataHolderBrandId": "../x", "brandName": "Odd"})
    result = fetched(server, tmp_path)
    assert result.banks["status"].tolist() == ["done", "failed"]
    assert "Address refused" in result.banks["reason"].tolist()[1]
    assert {path.parent.name for path in tmp_path.rglob("*.jsonl")} <= {"parts", tmp_path.name}


def test_a_damaged_state_is_explained(server: Server, tmp_path: Path) -> None:
    server.add_bank("aaa", ["1"])
    (tmp_path / "state.json").write_text("{", encoding="utf-8")
    with pytest.raises(SchemaError, match="state of the last run must be readable"):
        fetched(server, tmp_path)


def test_concurrency_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`concurrency` must be a whole number between 1 and 64"):
        fetch_au_cdr(tmp_path, concurrency=0)


@pytest.mark.parametrize(
    ("asked", "supported", "refused", "expected"),
    [(9, (3, 4), {9}, 4), (9, (3, 9), {9}, 3), (4, (), {9, 4}, 3), (1, (), {1}, None),
     (4, (4,), {4}, 3), (2, (5,), {2}, 5)],
)  # fmt: skip
def test_the_next_version(
    asked: int, supported: tuple[int, ...], refused: set[int], expected: int | None
) -> None:
    assert next_version(asked, supported, refused) == expected


def test_the_command_line_fetches_and_says_how_it_went(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.add_bank("aaa", ["1", "2"], name="Alpha Bank")
    server.add_bank("bbb", ["1"], name="Beta Bank")
    words = ["fetch", "au-cdr", str(tmp_path / "au"), "--register", f"{server.url}/register"]
    assert main([*words, "--brand", "alpha bank"]) == 0
    assert "[1/1] Alpha Bank: 2 products" in capsys.readouterr().out
    server.replace("bbb", "", lambda handler: handler.send(404, {}))
    assert main(words) == 1
    assert "1 of 2 banks are not finished" in capsys.readouterr().err
    assert main([*words, "--brand", "gamma"]) == 2
    server.routes["/register"] = {"data": []}
    assert main(words) == 1
