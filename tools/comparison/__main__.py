"""Ours beside a plain pipeline on the same documents: ``python -m tools.comparison [--public FOLDER] [--most 100]``.

The plain pipeline splits with LlamaIndex's SentenceSplitter, embeds with all-MiniLM-L6-v2 in sentence-transformers and searches
with Chroma. Each side ingests and answers in fresh processes of its own, by turns; loading the networks is not timed. Ratios are
ours divided by the plain one's: machines are noisy, ratios less so.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from eval.errors import CannotRunError
from kin_assistant.errors import KinError
from tools.bench import CORPUS, QUESTIONS
from tools.comparison.copies import write_copies
from tools.comparison.documents import (
    Questions,
    corpus_files,
    find_split,
    own_questions,
    public_questions,
    read_texts,
    spread,
)
from tools.comparison.measuring import Bench, Plan
from tools.comparison.messages import SIDES, Workload
from tools.comparison.process import Deadline, OutOfTimeError, processors
from tools.comparison.report import NOTES, LeftOut, Measured, Outcome, as_json, draw_growth, lines_left_out, table

DONE, COULD_NOT_RUN, INTERRUPTED, TERMINATED = 0, 2, 130, 143
SIZES = (1, 10, 100)
MODELS = Path("index/models")
_MEGABYTE = 10**6
_LEAST_DISK = 1000 * _MEGABYTE
"""Bytes for the converted networks and the stores of a corpus such as ours."""
_ROOM = 1.5
"""Disk that a build needs for a while, beside what stays."""
_EXAMPLE = "---\nid: one\ntitle: A weighbridge\n---\n\n# A weighbridge\n\nThe weighbridge of 2001 cost 300 dollars.\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print, and write what was measured, however the run ends; gives the exit code."""
    options = _parser().parse_args(arguments)
    outcome, code = Outcome(), DONE
    try:
        for path in (options.plot, options.json):
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
        compare(options, outcome)
    except (CannotRunError, KinError) as error:
        print(f"The comparison cannot run. {error}", file=sys.stderr)
        code = COULD_NOT_RUN
    except OSError as error:
        code = _explain(error)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        code = INTERRUPTED
    if outcome.measured:
        try:
            draw_growth(outcome, options.plot)
            if options.json:
                options.json.write_text(as_json(outcome), "utf-8")
        except OSError as error:
            return _explain(error)
        print(f"The plot is in {options.plot}" + (f", all figures in {options.json}." if options.json else "."))
    return code


def _explain(error: OSError) -> int:
    where = f"{error.filename}: " if error.filename else ""
    print(f"The comparison cannot run. {where}{error.strerror or error}.", file=sys.stderr)
    return COULD_NOT_RUN


def compare(options: argparse.Namespace, outcome: Outcome) -> None:
    """Measure every size that there is time for, and the public set, into ``outcome``; each is printed when it is done.

    Raises ``CannotRunError``, ``OSError`` and ``KinError``.
    """
    deadline = Deadline(options.minutes)
    documents = {path.stem for path in corpus_files(options.corpus)}
    own = own_questions(QUESTIONS, documents)
    public, judged = _public(options)
    queries = spread(list(own.texts.values()), options.queries)
    print(f"{processors()} processors, as many threads on each side.\n\n{NOTES}", flush=True)
    with tempfile.TemporaryDirectory(prefix="kin-bench-", ignore_cleanup_errors=True) as name:
        bench = Bench(Path(name), deadline)
        try:
            _prepare(bench)
            _measure_size(bench, options.corpus, 1, outcome, queries, options.rounds, own)
            if public:
                _measure_public(bench, public, judged, outcome, options.queries)
        except OutOfTimeError:
            what = "the public set" if outcome.measured else "the first size"
            message = f"The {options.minutes:g} minutes were over before {what} was measured. Give more with --minutes."
            raise CannotRunError(message) from None
        for times in SIZES[1:]:
            if times <= options.most:
                grow(bench, options.corpus, times, outcome, queries)
    for line in lines_left_out(outcome.left_out):
        print(line)


def _public(options: argparse.Namespace) -> tuple[Workload | None, Questions]:
    """The public set that was named, and its queries. Raises ``CannotRunError`` if it is of another form."""
    if options.public is None:
        return None, Questions({}, {})
    split = find_split(options.public, options.split)
    public = Workload(name=f"Public set {options.public.resolve().name}", folder=options.public.resolve(), split=split)
    return public, public_questions(public)


def _prepare(bench: Bench) -> None:
    """Take the converted networks from the working tree, and convert what is missing."""
    free = shutil.disk_usage(bench.root).free
    if free < _LEAST_DISK:
        raise CannotRunError(
            f"{bench.root.parent} has {free // _MEGABYTE} MB left, and {_LEAST_DISK // _MEGABYTE} MB are needed."
            " TMPDIR names another folder."
        )
    if MODELS.is_dir():
        shutil.copytree(MODELS, bench.models, ignore=shutil.ignore_patterns("partial-*", "multilingual-*"))
    else:
        bench.models.mkdir()
    corpus = bench.root / "example"
    corpus.mkdir()
    (corpus / "one.md").write_text(_EXAMPLE, "utf-8")
    bench.convert(Workload(name="example", folder=corpus), "What did the weighbridge cost?")


def _measure_size(
    bench: Bench,
    corpus: Path,
    times: int,
    outcome: Outcome,
    queries: Sequence[str],
    rounds: int = 1,
    own: Questions | None = None,
) -> None:
    """Measure ``times`` as many documents as the corpus has; ``own`` are questions that judge rankings of them."""
    folder = bench.root / "corpus"
    try:
        count = write_copies(corpus, folder, times)
        workload = Workload(name=f"{times}x", folder=folder)
        plan = Plan(
            workload, sum(len(text) for _, text in read_texts(workload)), queries, rounds=rounds, answers=True,
            judged=own.texts if own else {}, grades=own.grades if own else {},
        )  # fmt: skip
        figures = bench.measure(plan)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    note = ", nDCG on questions of its own, with which ours was developed" if plan.grades else ""
    _show(outcome, Measured(f"The corpus {times}x{note}", count, figures, times))


def _measure_public(bench: Bench, public: Workload, judged: Questions, outcome: Outcome, queries: int) -> None:
    texts = [text for _, text in read_texts(public)]
    plan = Plan(
        public, sum(map(len, texts)), spread(list(judged.texts.values()), queries),
        judged=judged.texts, grades=judged.grades,
    )  # fmt: skip
    title = f"{public.name}, {public.split}: nDCG over {len(judged.grades):,} queries"
    _show(outcome, Measured(title, len(texts), bench.measure(plan)))


def grow(bench: Bench, corpus: Path, times: int, outcome: Outcome, queries: Sequence[str]) -> None:
    """Measure a larger size, or say why not: the time or the disk would not do, going by the size before."""
    before = [one for one in outcome.measured if one.times][-1]
    larger = times / (before.times or 1)
    seconds = {side: before.figures[side].ingest_seconds * larger for side in SIDES}
    room = sum(figures.disk_mb * 2**20 for figures in before.figures.values()) * larger * _ROOM
    free, left = shutil.disk_usage(bench.root).free, bench.deadline.seconds_left
    reason = ""
    if sum(seconds.values()) > left:
        reason = f"{sum(seconds.values()) / 60:.0f} minutes are needed and {left / 60:.0f} are left (--minutes)."
    elif room > free:
        reason = f"{room / _MEGABYTE:,.0f} MB of disk are needed and {free / _MEGABYTE:,.0f} are left."
    else:
        try:
            _measure_size(bench, corpus, times, outcome, queries)
        except OutOfTimeError:
            reason = "the time was over while it was measured (--minutes)."
        except CannotRunError as error:  # such as a full disk or too little memory, which costs this size alone
            reason = str(error)
    if reason:
        outcome.left_out.append(LeftOut(times, round(before.documents * larger), reason, seconds))


def _show(outcome: Outcome, measured: Measured) -> None:
    outcome.measured.append(measured)
    print("\n".join(table(measured)) + "\n", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.comparison", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="documents (default: %(default)s)")
    parser.add_argument("--public", type=Path, metavar="FOLDER", help="also a public set in BEIR layout, for its nDCG")
    parser.add_argument("--split", help="which of its judgements (default: the first by name)")
    parser.add_argument("--most", type=int, choices=SIZES, default=10, help="largest size (default: %(default)s)")
    parser.add_argument(
        "--minutes", type=_positive, default=30, help="for everything; sizes beyond are left out (default: %(default)s)"
    )
    parser.add_argument("--rounds", type=_count, default=3, help="of ingesting the first size (default: %(default)s)")
    parser.add_argument("--queries", type=_count, default=100, help="that are timed (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", default=Path("dist/growth.png"), help="(default: %(default)s)"
    )
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("a number above 0 is expected")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("a whole number from 1 on is expected")
    return value


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # temporary folders are removed on the way out
    sys.exit(main())
