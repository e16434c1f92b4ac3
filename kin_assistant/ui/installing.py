"""What a browser needs to install the page like a program, and what it shows where the server cannot be reached."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from kin_assistant.rendering import render
from kin_assistant.ui.components import ASSETS, asset_address
from kin_assistant.ui.head import LIGHT, PageHead

if TYPE_CHECKING:
    from fastapi import FastAPI
    from markupsafe import Markup

    from kin_assistant.corpus.profile import CorpusProfile
    from kin_assistant.ui.served import Served

__all__ = ["ICONS", "add_installing", "offline_page"]

_PNG: Final = "image/png"
_FRESH: Final = {"cache-control": "no-cache"}

ICONS: Final = (
    ("icon.svg", "any", "image/svg+xml", "any"),
    ("icon-192.png", "192x192", _PNG, "any"),
    ("icon-512.png", "512x512", _PNG, "any"),
    ("icon-maskable-192.png", "192x192", _PNG, "maskable"),
    ("icon-maskable-512.png", "512x512", _PNG, "maskable"),
)
"""File, size, media type and purpose of each icon. ``tools/make_icons.py`` draws them."""


def add_installing(app: FastAPI, served: Served, head: PageHead) -> None:
    """Serve ``/manifest.json``, ``/service-worker.js`` and ``/offline``, ahead of the manifest that Gradio has."""
    from fastapi.responses import HTMLResponse, JSONResponse, Response

    def manifest() -> Response:
        words = _describe(served.build.profile)
        return JSONResponse(words, headers=_FRESH, media_type="application/manifest+json")

    def offline() -> Response:
        return HTMLResponse(offline_page(served.build.profile.title, head), headers=_FRESH)

    def worker() -> Response:
        version = hashlib.sha256(offline_page(served.build.profile.title, head).encode()).hexdigest()[:12]
        script = (ASSETS / "service-worker.js").read_text(encoding="utf-8")
        return Response(f'const VERSION = "{version}";\n{script}', headers=_FRESH, media_type="text/javascript")

    for path, answer in (("/manifest.json", manifest), ("/offline", offline), ("/service-worker.js", worker)):
        app.add_api_route(path, answer, methods=["GET", "HEAD"], include_in_schema=False, response_model=None)


def offline_page(site: str, head: PageHead) -> Markup:
    """The page in place of those of ``site`` while its server cannot be reached."""
    style, script = asset_address("style.css"), asset_address("offline.js")
    return render("offline.html", "page", site=site, head=head.html(""), style=style, script=script)


def _describe(profile: CorpusProfile) -> dict[str, object]:
    """The web app manifest. Its addresses start from its own, so that it may stand below any folder of a site."""
    return {
        "name": profile.title,
        "short_name": profile.title,
        "description": profile.tagline,
        "lang": "en",
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        # What is shown while it starts; a manifest knows no light and dark. The page then says its own.
        "background_color": LIGHT,
        "theme_color": LIGHT,
        "icons": [
            {"src": asset_address(name), "sizes": sizes, "type": kind, "purpose": purpose}
            for name, sizes, kind, purpose in ICONS
        ],
    }
