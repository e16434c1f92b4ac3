"""The page as a program of its own: what a browser needs to install it, and what it shows where the server is away."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import pytest

from kin_assistant.ui.components import ASSETS
from kin_assistant.ui.head import LIGHT
from tests.doubles import AssistantDouble
from tests.ui.test_browser import CHROMIUM, browser, running
from tools.make_icons import PICTURES, draw, svg

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]

in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed on this machine")


def make(folder: Path) -> Any:
    from kin_assistant.ui.server import make_app

    return make_app(AssistantDouble(), feedback=folder)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from starlette.testclient import TestClient

    with TestClient(make(tmp_path_factory.mktemp("feedback"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def manifest(client: Any) -> dict[str, Any]:
    answer = client.get("/manifest.json")
    assert answer.headers["content-type"] == "application/manifest+json"
    assert answer.headers["cache-control"] == "no-cache"
    return dict(answer.json())


def test_the_manifest_names_the_page_and_stays_within_its_folder(manifest: dict[str, Any]) -> None:
    profile = AssistantDouble().build.profile
    assert (manifest["name"], manifest["description"]) == (profile.title, profile.tagline)
    assert manifest["display"] == "standalone"
    assert (manifest["background_color"], manifest["theme_color"]) == (LIGHT, LIGHT)
    base = "https://example.org/kin/manifest.json"
    assert {urljoin(base, manifest[name]) for name in ("start_url", "scope")} == {"https://example.org/kin/"}
    assert all(urljoin(base, icon["src"]).startswith("https://example.org/kin/page/") for icon in manifest["icons"])


def test_each_icon_of_the_manifest_is_of_its_kind_and_size(client: Any, manifest: dict[str, Any]) -> None:
    from PIL import Image

    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        ("any", "any"),
        *((sizes, purpose) for sizes in ("192x192", "512x512") for purpose in ("any", "maskable")),
    }
    for icon in manifest["icons"]:
        answer = client.get(f"/{icon['src']}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(icon["type"])
        if icon["type"] == "image/png":
            with Image.open(io.BytesIO(answer.content)) as image:
                assert icon["sizes"] == f"{image.width}x{image.height}"
                corners = {image.getpixel((x, y)) for x in (0, image.width - 1) for y in (0, image.height - 1)}
                opaque = all(pixel[3] == 255 for pixel in corners)
                assert opaque == (icon["purpose"] == "maskable"), "a phone cuts a maskable icon to its own form"


def test_what_a_phone_leaves_of_a_maskable_icon_holds_the_whole_mark() -> None:
    image = draw(PICTURES["icon-maskable-512.png"])
    ground = image.getpixel((0, 0))
    middle, safe = image.width / 2, image.width * 0.4
    outside = [
        (x, y)
        for x in range(0, image.width, 4)
        for y in range(0, image.height, 4)
        if (x - middle) ** 2 + (y - middle) ** 2 > safe**2
    ]
    assert {image.getpixel(point) for point in outside} == {ground}


def test_the_icons_are_those_that_the_tool_draws() -> None:
    from PIL import Image

    assert (ASSETS / "icon.svg").read_text("utf-8") == svg()
    for name, picture in PICTURES.items():
        with Image.open(ASSETS / name) as kept:
            assert kept.size == (picture.side, picture.side)
            assert kept.convert("RGBA").tobytes() == draw(picture).tobytes(), name


@pytest.mark.parametrize("place", ["/", "/documents/meeting"])
def test_each_page_leads_to_the_manifest_and_the_icons(client: Any, place: str) -> None:
    page = client.get(place).text
    links = dict(re.findall(r'<link rel="(icon|apple-touch-icon|manifest)"[^>]* href="([^"]+)"', page))
    assert set(links) == {"icon", "apple-touch-icon", "manifest"}
    assert page.count('rel="manifest"') == 1, "Gradio's own is gone"
    for address in links.values():
        assert client.get(urljoin(place, address)).status_code == 200


def test_the_worker_keeps_the_offline_page_and_what_it_is_drawn_with_and_changes_with_them(client: Any) -> None:
    worker = client.get("/service-worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    assert re.match(r'const VERSION = "[0-9a-f]{12}";\n', worker.text)
    page = client.get("/offline").text
    addresses = re.findall(r'(?:href|src)="(page/[^"]+)"', page)
    assert {urlsplit(address).path for address in addresses} >= {
        "page/style.css",
        "page/colours.css",
        "page/offline.js",
    }
    for address in addresses:
        assert client.get(f"/{address}").status_code == 200


def test_the_offline_page_quotes_nothing(client: Any) -> None:
    page = client.get("/offline").text
    assert "The server cannot be reached" in page
    assert not re.search("kin-quote|<blockquote|kin-turn", page)


@pytest.mark.browser
@in_a_browser
def test_chromium_finds_nothing_that_keeps_it_from_installing_the_page(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    with running(make(tmp_path)) as url:
        page.goto(url)
        session = page.context.new_cdp_session(page)
        found = session.send("Page.getAppManifest")
        errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        page.close()
    assert found["url"] == f"{url}manifest.json"
    assert found["errors"] == []
    # Windows of the tests keep nothing, which is no fault of the page.
    assert {error["errorId"] for error in errors} <= {"in-incognito"}


@pytest.mark.browser
@in_a_browser
def test_without_its_server_the_page_says_so_until_the_server_is_back(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    document = "documents/meeting?build=x"
    with running(make(tmp_path)) as url:
        page.goto(url)
        page.get_by_label("Your question").wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.evaluate("localStorage.setItem('kin.appearance', 'dark')")
        names = page.evaluate(
            "caches.keys().then((all) => caches.open(all[0])).then((one) => one.keys())"
            ".then((kept) => kept.map((each) => new URL(each.url).pathname))"
        )
        assert {name for name in names if not name.startswith("/page/")} == {"/offline"}, "no answer is kept"
        page.goto(url + document)
        page.locator(".kin-document").wait_for()
    answer = page.goto(url + document)
    assert answer is not None
    assert answer.status == 503
    page.get_by_role("heading", name="The server cannot be reached").wait_for()
    assert page.locator(".kin-document").count() == 0, "the document that was just seen is not shown from a store"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark", "as it was chosen"
    page.get_by_role("button", name="Try again").click()
    assert page.url == url + document
    with running(make(tmp_path), urlsplit(url).port or 0):
        page.get_by_role("button", name="Try again").click()
        page.locator(".kin-document").wait_for()
        assert page.url == url + document
        page.close()
