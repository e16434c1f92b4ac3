"""Timings of the product on this machine: ``python -m tools.bench [--beir DIR]``.

Machines are noisy, so what is compared is timed in one run and given as a ratio. With ``--beir`` a collection in BEIR
layout is embedded with plain fp32 sentence-transformers too, and the rankings of both are compared by nDCG@10.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from kin_assistant.assistant import Assistant
from kin_assistant.models.embedder import Embedder, find_model, open_embedder
from kin_assistant.settings import Settings

CORPUS = Path("corpus")
QUESTIONS = sorted(Path("eval/questions").glob("*.jsonl"))


def main() -> None:
    """Run every measurement and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beir", type=Path, help="also compare rankings on this collection")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kin-bench-") as folder:
        root = Path(folder)
        measure_start()
        measure_build(root)
        measure_cold_ask(root / "index")
        measure_ask(root / "index")
    measure_embedding()
    if options.beir:
        compare_rankings(options.beir)


def measure_start() -> None:
    """Time until help is shown and until the package is imported; the best of five."""
    for name, command in (
        ("kin --help", ["-m", "kin_assistant", "--help"]),
        ("import", ["-c", "import kin_assistant"]),
    ):
        seconds = min(timed(partial(run, command)) for _ in range(5))
        show(name, f"{seconds:.2f} s")


def measure_build(root: Path) -> None:
    """Time a build from nothing, an unchanged sync, and one with a single changed document."""
    corpus = root / "corpus"
    shutil.copytree(CORPUS, corpus)
    index = root / "index"
    arguments = ["-m", "kin_assistant", "sync", "--corpus", str(corpus), "--index", str(index)]
    show("build from nothing", f"{timed(lambda: run(arguments)):.1f} s")
    show("unchanged sync", f"{timed(lambda: run(arguments)):.1f} s")
    document = min(corpus.glob("*-*.md"))
    document.write_text(document.read_text("utf-8") + "\nOne more sentence about a weighbridge.\n", "utf-8")
    show("sync, one document changed", f"{timed(lambda: run(arguments)):.1f} s")


def measure_cold_ask(index: Path) -> None:
    """Time `kin ask` from its start to its end; the best of five."""
    arguments = ["-m", "kin_assistant", "ask", "--index", str(index), "Who paid for composting in Dhaka?"]
    run(arguments)  # converts the networks
    show("kin ask", f"{min(timed(partial(run, arguments)) for _ in range(5)):.2f} s")


def measure_ask(index: Path) -> None:
    """Time every development question on a warm assistant."""
    rows = [json.loads(line) for file in QUESTIONS for line in file.read_text("utf-8").splitlines()]
    questions = [row["question"] for row in rows if "question" in row]
    with Assistant.open(index, settings=Settings()) as assistant:
        assistant.ask(questions[0])
        times = [timed(partial(assistant.ask, question)) * 1000 for question in questions]
    show(
        f"warm ask, {len(times)} questions",
        f"p50 {np.percentile(times, 50):.0f} ms, p95 {np.percentile(times, 95):.0f} ms",
    )


def measure_embedding() -> None:
    """Embedding speed beside plain fp32 sentence-transformers, alternating on the same passages."""
    embedder = open_embedder(cache=Path("index/models"))
    texts = long_passages(256)
    baseline = baseline_encoder()
    embedder.encode(texts[:16])
    baseline(texts[:16])
    ratios = []
    for _ in range(3):
        ours = timed(lambda: embedder.encode(texts))
        ratios.append(timed(lambda: baseline(texts)) / ours)
    agreement = np.sum(embedder.encode(texts) * baseline(texts), axis=1)
    show("embedding, times the speed of fp32", f"{np.median(ratios):.2f} ({len(texts) / ours:.0f} passages/s)")
    show("least cosine with fp32", f"{agreement.min():.5f}")


def compare_rankings(folder: Path) -> None:
    """nDCG@10 of exact dense search with both encoders on a BEIR collection."""
    import ir_measures

    corpus = {row["_id"]: f"{row['title']}\n{row['text']}" for row in read_lines(folder, "corpus.jsonl")}
    queries = {row["_id"]: row["text"] for row in read_lines(folder, "queries.jsonl")}
    (qrels_file,) = sorted((folder / "qrels").glob("*.tsv"))[:1]
    judged = [line.split("\t") for line in qrels_file.read_text("utf-8").splitlines()[1:]]
    qrels = [ir_measures.Qrel(query, document, int(grade)) for query, document, grade in judged]
    asked = sorted({qrel.query_id for qrel in qrels})
    ids = list(corpus)
    embedder: Embedder = open_embedder(cache=Path("index/models"))
    for name, encode in (("product", embedder.encode), ("fp32", baseline_encoder())):
        started = time.perf_counter()
        documents = np.vstack([encode(list(corpus.values())[i : i + 512]) for i in range(0, len(ids), 512)])
        scores = encode([queries[query] for query in asked]) @ documents.T
        runs = [
            ir_measures.ScoredDoc(query, ids[j], float(scores[i, j]))
            for i, query in enumerate(asked)
            for j in np.argsort(-scores[i], kind="stable")[:100]
        ]
        value = ir_measures.calc_aggregate([ir_measures.nDCG @ 10], qrels, runs)[ir_measures.nDCG @ 10]
        show(f"dense nDCG@10, {name}", f"{value:.4f} ({time.perf_counter() - started:.0f} s)")


def baseline_encoder() -> Callable[[list[str]], np.ndarray]:
    """Plain ``SentenceTransformer.encode`` in fp32."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    model = SentenceTransformer(str(find_model("bundled")), device="cpu", local_files_only=True)
    return lambda texts: np.asarray(model.encode(texts, normalize_embeddings=True, show_progress_bar=False))


def long_passages(count: int) -> list[str]:
    """Runs of 140 words of the corpus: about 220 word pieces."""
    words = [
        word for file in sorted(CORPUS.glob("*-*.md")) for word in file.read_text("utf-8").split("---", 2)[-1].split()
    ]
    return [" ".join(words[i * 140 : (i + 1) * 140]) for i in range(count)]


def read_lines(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """Rows of a JSON Lines file that may be gzipped."""
    path = folder / name
    data = path.read_bytes() if path.exists() else gzip.decompress(Path(f"{path}.gz").read_bytes())
    yield from map(json.loads, data.splitlines())


def run(arguments: list[str]) -> None:
    """Run Python with ``arguments``, quietly."""
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def timed(action: Callable[[], object]) -> float:
    """Seconds that ``action`` takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def show(name: str, value: str) -> None:
    """Print one result."""
    print(f"{name:<40} {value}", flush=True)


if __name__ == "__main__":
    main()
