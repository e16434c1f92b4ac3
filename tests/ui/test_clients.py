"""A client is who asks, not who passes on; only trusted web servers are believed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kin_assistant.ui.clients import NO_PROXIES, ClientAddresses, OpenRequests, Proxies, counted_as

ONE = Proxies.parse("127.0.0.1")
CHAIN = Proxies.parse("127.0.0.1, 10.0.0.0/8, 2001:db8:1::/48")


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        (NO_PROXIES, "127.0.0.1", ["203.0.113.9"], "127.0.0.1"),
        (ONE, "127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        (ONE, "127.0.0.1", [], "127.0.0.1"),
        (ONE, "198.51.100.7", ["203.0.113.9"], "198.51.100.7"),
        (ONE, "127.0.0.1", ["6.6.6.6, 203.0.113.9"], "203.0.113.9"),
        (ONE, "127.0.0.1", ["6.6.6.6", "203.0.113.9"], "203.0.113.9"),
        (ONE, "127.0.0.1", ["6.6.6.6, 10.1.2.3"], "10.1.2.3"),
        (CHAIN, "127.0.0.1", ["6.6.6.6, 203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        (CHAIN, "2001:db8:1::5", ["203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        (CHAIN, "127.0.0.1", ["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
        (ONE, "::ffff:127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        (ONE, "127.0.0.1", ["203.0.113.9:4711"], "203.0.113.9:4711"),
        (ONE, "127.0.0.1", ["[2001:db8::1]:4711"], "[2001:db8::1]:4711"),
        (ONE, "127.0.0.1", ["<script>"], "127.0.0.1"),
        (ONE, "127.0.0.1", ["203.0.113.9, "], "127.0.0.1"),
        (CHAIN, "127.0.0.1", ["a" * 9999 + ", 10.1.2.3"], "10.1.2.3"),
    ],
)
def test_the_client_is_the_last_one_that_a_trusted_server_names(
    proxies: Proxies, peer: str, forwarded: list[str], client: str
) -> None:
    assert proxies.find_client(peer, forwarded) == client


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_household_with_many_addresses_counts_once(address: str, name: str) -> None:
    assert counted_as(address) == name


@pytest.mark.parametrize("text", ["*", "nginx", "10.0.0.1/8", "127.0.0.1;10.0.0.1", "300.1.1.1"])
def test_what_is_no_address_is_not_trusted(text: str) -> None:
    with pytest.raises(ValueError):
        Proxies.parse(text)


def settled(proxies: Proxies, peer: tuple[str, int] | None, **headers: str) -> dict[str, Any]:
    """The scope as it comes to the application behind ``ClientAddresses``."""
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": peer, "scheme": "http", "headers": pairs, "path": "/"}
    asyncio.run(ClientAddresses(app, proxies)(scope, None, None))  # type: ignore[arg-type]
    return dict(seen[0])


FORWARDED = {
    "host": "kin.example",
    "x_forwarded_for": "203.0.113.9",
    "x_forwarded_proto": "https",
    "x_forwarded_host": "evil.example",
    "x_real_ip": "6.6.6.6",
    "forwarded": "for=6.6.6.6",
    "x_gradio_server": "http://evil.example",
}


def test_headers_of_nobody_we_trust_count_for_nothing_and_go_no_further() -> None:
    scope = settled(NO_PROXIES, ("198.51.100.7", 5), **FORWARDED)
    assert scope["client"] == ("198.51.100.7", 5)
    assert scope["scheme"] == "http"
    assert scope["headers"] == [(b"host", b"kin.example")]
    assert scope["state"]["forwarded"] is True


def test_a_trusted_server_tells_the_client_and_the_scheme() -> None:
    scope = settled(ONE, ("127.0.0.1", 5), **FORWARDED)
    assert scope["client"] == ("203.0.113.9", 5)
    assert scope["scheme"] == "https"
    assert scope["headers"] == [(b"host", b"kin.example")]


@pytest.mark.parametrize("scheme", ["javascript", "https, http", "", "HTTPS"])
def test_a_scheme_that_is_none_is_left_out(scheme: str) -> None:
    assert settled(ONE, ("127.0.0.1", 5), x_forwarded_proto=scheme)["scheme"] == "http"


def test_a_request_that_nobody_passed_on_is_not_called_forwarded() -> None:
    scope = settled(ONE, ("2001:db8::1", 5), host="kin.example")
    assert scope["client"] == ("2001:db8::/64", 5)
    assert scope["state"]["forwarded"] is False
    assert settled(ONE, None)["client"] == ("unknown", 0)


def test_requests_of_one_client_at_once_are_bounded_and_others_are_served() -> None:
    async def run() -> list[int]:
        release = asyncio.Event()

        async def app(_scope: Any, _receive: Any, send: Any) -> None:
            await release.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})

        bounded = OpenRequests(app, 2)
        statuses: list[int] = []

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        def ask(client: str) -> asyncio.Task[None]:
            return asyncio.create_task(bounded({"type": "http", "client": (client, 1)}, None, send))  # type: ignore[arg-type]

        asked = [ask("a"), ask("a"), ask("a"), ask("b")]
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(*asked)
        await ask("a")
        assert not bounded._open, "nothing is remembered of who is gone"
        return statuses

    assert asyncio.run(run()) == [429, 200, 200, 200, 200]
