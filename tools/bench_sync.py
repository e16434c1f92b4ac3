"""Timings of a sync of many documents: ``python -m tools.bench_sync [--documents N] [--profile]``.

The documents are made up, and the vectors those of hashed words, so that what is timed is everything but the embedding
model: with one document changed, that has next to nothing to do anyway.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from kin_assistant.index.build import sync
from tests.embedders import HashingEmbedder

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DIMENSION = 384


def main() -> None:
    """Time a build from nothing, an unchanged sync, and one with a single changed document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument(
        "--profile", action="store_true", help="show where the sync of one changed document spends its time"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kin-bench-") as folder:
        corpus, index = Path(folder) / "corpus", Path(folder) / "index"
        write_corpus(corpus, options.documents)
        whole = measure("from nothing", lambda: bring_up_to_date(corpus, index))
        measure("unchanged", lambda: bring_up_to_date(corpus, index))
        document = min(corpus.iterdir())
        document.write_text(document.read_text("utf-8") + "\nOne more sentence about a weighbridge.\n", "utf-8")
        profile = cProfile.Profile()
        one = measure(
            "one document changed", lambda: bring_up_to_date(corpus, index, profile if options.profile else None)
        )
    if options.profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
    wall, used = (100 * part / of for part, of in zip(one, whole, strict=True))
    print(f"{'one of all':<24} {wall:6.0f} % ({used:.0f} % of processor time)")  # machines are noisy, ratios less so
    print(f"{'peak memory':<24} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def write_corpus(folder: Path, count: int) -> None:
    """``count`` Markdown documents of four sections of about 120 words."""
    folder.mkdir()
    draws = random.Random(20261121)  # noqa: S311 (made-up texts, no secrets)
    vocabulary = ["".join(draws.choices("abcdefghijklmnoprstuvw", k=draws.randint(3, 9))) for _ in range(20_000)]
    for number in range(count):
        sections = [
            f"## Section {section}\n\n"
            + " ".join(" ".join(draws.choices(vocabulary, k=15)).capitalize() + "." for _ in range(8))
            for section in range(4)
        ]
        (folder / f"{number:05}.md").write_text(f"# Document {number}\n\n" + "\n\n".join(sections) + "\n", "utf-8")


def bring_up_to_date(corpus: Path, index: Path, profile: cProfile.Profile | None = None) -> dict[str, float]:
    """Seconds of each step of a sync."""
    steps: dict[str, float] = {}
    last = time.perf_counter()

    def progress(step: str, done: int, total: int) -> None:
        nonlocal last
        now = time.perf_counter()
        name = f"{step} {done}/{total}" if step == "Storing" else step
        steps[name] = steps.get(name, 0.0) + now - last
        last = now

    embedder = HashingEmbedder(dimension=DIMENSION)
    if profile:
        profile.enable()
    sync(corpus, index, embedder, now=NOW, progress=progress)
    if profile:
        profile.disable()
    return steps


def measure(name: str, action: Callable[[], dict[str, float]]) -> tuple[float, float]:
    """Seconds that ``action`` takes, and seconds of the processors; both are printed, with its steps."""
    started, before = time.perf_counter(), processor_seconds()
    steps = action()
    wall, used = time.perf_counter() - started, processor_seconds() - before
    print(f"{name:<24} {wall:6.1f} s ({used:.1f} s of processor time)", flush=True)
    for step, seconds in steps.items():
        print(f"    {step:<20} {seconds:6.2f} s", flush=True)
    return wall, used


def processor_seconds() -> float:
    """Of this process and of the children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main()
