"""Take the README's picture of the running page: ``python -m tools.screenshot [URL]``, with ``kin serve`` running."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

QUESTION = "How did Surabaya cut its household waste, and by how much?"
PICTURE = Path("docs/images/page.png")


def main(url: str = "http://127.0.0.1:7860/") -> None:
    """Ask the question on the page at 1280 by 1000 pixels and keep what is seen."""
    from playwright.sync_api import sync_playwright

    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(url)
        page.get_by_role("textbox", name="Your question").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator("blockquote.kin-quote").first.wait_for()
        page.wait_for_timeout(1500)
        page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_timeout(500)
        page.screenshot(path=str(PICTURE))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:2])
