"""The command: ``python -m eval [run|baseline|ablation|qa|beir|conversations|feedback|ratings|claims|llm]``.

Exit codes: 0 passed, 1 the quality gate failed, 2 could not run.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

from eval.errors import CannotRunError
from eval.product import ROOT, SecondRun, ask_again, index_corpus, index_documents, open_product, print_digests
from eval.results import Results, replace_text
from eval.runner import Product
from kin_assistant.types import Document
from kin_assistant.writing.model import LanguageModel

__all__ = ["Means", "main"]

PASSED, FAILED, COULD_NOT_RUN = 0, 1, 2
HERE = ROOT / "eval"
COMMANDS = (
    "run",
    "baseline",
    "ablation",
    "qa",
    "beir",
    "conversations",
    "feedback",
    "ratings",
    "claims",
    "llm",
    "digests",
)
REQUESTS = HERE / "questions" / "requests.jsonl"


@dataclass(frozen=True, slots=True)
class Means:
    """How the product is reached; tests put their own here."""

    open_product: Callable[[Path], Product] = open_product
    ask_again: Callable[[Path, Sequence[Path]], SecondRun] = ask_again
    index_corpus: Callable[[Path, Path], AbstractContextManager[tuple[Product, float]]] = index_corpus
    index_documents: Callable[[Iterable[Document], Path], AbstractContextManager[tuple[Product, float]]] = (
        index_documents
    )


def main(arguments: Sequence[str] | None = None, means: Means | None = None) -> int:
    """Run a command and return its exit code."""
    from kin_assistant.errors import KinError

    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)  # some libraries set a lower level for themselves
    logging.basicConfig(handlers=[handler], format="%(levelname)s %(name)s: %(message)s")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0] not in COMMANDS and words[0] not in ("-h", "--help")):
        words.insert(0, "run")
    options = _parser().parse_args(words)
    try:
        return int(_COMMANDS[options.command](options, means or Means()))
    except CannotRunError as error:
        for reason in error.reasons:
            print(reason, file=sys.stderr)
    except KinError as error:
        print(error, file=sys.stderr)
    except Exception:  # the entry point: whatever else went wrong, nothing was judged, and CI must see that
        logging.getLogger("eval").exception("the evaluation ended early")
    return COULD_NOT_RUN


def _run(options: argparse.Namespace, means: Means) -> int:
    from eval.evaluation import evaluate
    from eval.gates import judge_results, read_gates
    from eval.report import write_report

    gates = read_gates(options.gates)
    baseline = Results.read(options.baseline) if options.baseline.exists() else None
    results = evaluate(
        options.index, _question_files(options), means.open_product, means.ask_again,
        judge_on=gates.judge_on, time_indexing=_index_clock(options, means),
    )  # fmt: skip
    if options.conversations:
        from eval.conversations import score_folders

        tables = score_folders(options.conversations, _document_index(options, means))
        results = results.model_copy(update={"conversations": tables})
    verdict = judge_results(results, gates, baseline)
    write_report(options.out, results, verdict, gates)
    _print_summary(results)
    for failure in verdict.failures:
        print(f"FAILED  {failure}")
    print(f"{'Passed' if verdict.passed else 'Failed'}. Report: {options.out / 'latest.html'}")
    return PASSED if verdict.passed else FAILED


def _baseline(options: argparse.Namespace, means: Means) -> int:
    from eval.evaluation import evaluate
    from eval.gates import judge_results, read_gates
    from eval.report import write_report

    if os.environ.get("CI", "").strip().lower() not in ("", "0", "false", "no"):
        raise CannotRunError("A baseline is written by hand and reviewed, never in CI (the environment has CI set).")
    gates = read_gates(options.gates)
    results = evaluate(
        options.index, _question_files(options), means.open_product, means.ask_again,
        judge_on=gates.judge_on, time_indexing=_index_clock(options, means),
    )  # fmt: skip
    verdict = judge_results(results, gates, None)
    if not verdict.passed:
        raise CannotRunError("No baseline was written: these results would not pass without one.", *verdict.failures)
    results.model_copy(update={"timings": {}, "latencies_ms": (), "slices": (), "risk": ()}).write(options.baseline)
    write_report(options.out, results, judge_results(results, gates, results), gates)
    _print_summary(results)
    print(f"Baseline written: {options.baseline}. Look at the difference, and commit it.")
    return PASSED


def _qa(options: argparse.Namespace, means: Means) -> int:
    from eval.evaluation import evaluate_product
    from eval.gates import Verdict
    from eval.report import render_html

    with means.index_corpus(options.corpus, options.index / "models") as (product, seconds):
        results = evaluate_product(product, [options.questions], judge_on=None, second=None, index_seconds=seconds)
    if options.html:
        replace_text(options.html, render_html(results, Verdict((), None), None))
    if options.json:
        print(results.model_dump_json(exclude=set() if options.records else {"records", "latencies_ms", "slices"}))
    else:
        _print_summary(results)
    broken = [item for item in results.invariants if not item.holds]
    for item in broken:
        print(f"FAILED  {item.name}: {item.failed} of {item.checked}, such as {item.failures[0]}", file=sys.stderr)
    return FAILED if broken else PASSED


def _beir(options: argparse.Namespace, means: Means) -> int:
    import json

    from eval.beir import read_collection, score_collection

    collection = read_collection(options.folder, options.split)
    with means.index_documents(collection.documents, options.index / "models") as (product, seconds):
        scores = score_collection(product, collection)
    if options.json:
        print(json.dumps({method: dict(row.figures) for method, row in scores.items()}))
        return PASSED
    print(f"{len(collection.documents)} documents, {len(collection.queries)} queries, indexed in {seconds:.0f} s")
    names = list(next(iter(scores.values())).figures)
    print("".join(f"{head:>14}" for head in ("method", *names, "queries/s")))
    for method, row in scores.items():
        print(
            f"{method:>14}"
            + "".join(f"{row.figures[name]:14.4f}" for name in names)
            + f"{row.queries_per_second:14.1f}"
        )
    return PASSED


def _conversations(options: argparse.Namespace, means: Means) -> int:
    import json

    from eval.conversations import render_text, score_folders

    tables = score_folders(options.folders, _document_index(options, means))
    if options.json:
        values = {
            name: {way: {column: figure.value for column, figure in row.items()} for way, row in table.items()}
            for name, table in tables.items()
        }
        print(json.dumps(values))
        return PASSED
    print(render_text(tables))
    return PASSED


def _ablation(options: argparse.Namespace, means: Means) -> int:
    from eval.ablation import ablate, open_with_scorer, render_table
    from eval.evaluation import text_lookup
    from eval.gates import read_gates
    from eval.questions import read_cases

    with closing(means.open_product(options.index)) as product:
        cases = read_cases(_question_files(options), text_lookup(product))
    rows = []
    for name, figures in ablate(open_with_scorer(options.index), cases, read_gates(options.gates).judge_on):
        print(f"{name} ...", file=sys.stderr)
        rows.append((name, figures))
    print(render_table(rows))
    return PASSED


def _feedback(options: argparse.Namespace, _: Means) -> int:
    from eval.feedback import collect_feedback
    from eval.questions import read_questions

    known = [question.question for path in _question_files(options) for question in read_questions(path)]
    collected = collect_feedback(options.feedback / "feedback.jsonl", options.pending, known)
    print(
        f"{collected.verdicts} verdicts read; {collected.added} questions added,"
        f" {collected.waiting} wait in {options.pending};"
        f" {collected.known} verdicts were on questions that the sets hold already."
    )
    return PASSED


def _ratings(options: argparse.Namespace, means: Means) -> int:
    from eval.lines import Request
    from eval.questions import read_questions
    from eval.sheets import choose_requests, make_sheet, read_sheets, render_summary

    requests = [item for item in read_questions(options.requests) if isinstance(item, Request)]
    if options.read:
        print(render_summary(read_sheets(options.read, {request.id: request.kind for request in requests})))
        return PASSED
    chosen = choose_requests(requests, options.count)
    with closing(means.open_product(options.index)) as product:
        make_sheet(options.make, chosen, product)
    print(f"{len(chosen)} answers to rate: {options.make}")
    return PASSED


def _claims(options: argparse.Namespace, _: Means) -> int:
    from eval.claims import read_claims, render_scores, score_claims, scores_json
    from kin_assistant.writing.verifier import load_verifier

    scores = score_claims(read_claims(options.file), load_verifier())
    print(scores_json(scores) if options.json else render_scores(scores))
    return PASSED


def _llm(options: argparse.Namespace, means: Means) -> int:
    import json
    from dataclasses import asdict

    from eval.lines import Request
    from eval.llm import Recorder, Replay, read_replies, render_scores, score_prose
    from eval.questions import read_questions

    requests = [item for item in read_questions(options.requests) if isinstance(item, Request)]
    recorder = None
    if options.replay:
        replies = {reply.id: reply for reply in read_replies(options.replay)}
        if unknown := sorted(replies.keys() - {request.id for request in requests}):
            raise CannotRunError(f"{options.requests} holds no request of the id {unknown[0]}.")
    else:
        recorder = Recorder(_language_model())

    def model_of(request: Request) -> LanguageModel | None:
        if recorder is None:
            return Replay(replies[request.id]) if request.id in replies else None
        recorder.id = request.id
        return recorder

    with closing(means.open_product(options.index)) as product:
        scores = score_prose(product, requests, model_of)
    if recorder and options.record:
        recorder.write(options.record)
    print(json.dumps(asdict(scores)) if options.json else render_scores(scores))
    return PASSED


def _language_model() -> LanguageModel:
    """The one that the settings name. Raises ``CannotRunError`` if they name none."""
    from kin_assistant.settings import Settings
    from kin_assistant.writing.connection import ChatServer

    settings = Settings()
    if not settings.llm_url:
        raise CannotRunError("No language model is set up: set KIN_LLM_URL and KIN_LLM_MODEL, or give --replay FILE.")
    key, insecure = settings.llm_api_key.get_secret_value(), settings.llm_insecure == "on"
    return ChatServer(settings.llm_url, settings.llm_model, key, seconds=settings.llm_seconds, insecure=insecure)


def _digests(options: argparse.Namespace, means: Means) -> int:
    from eval.evaluation import text_lookup
    from eval.questions import read_cases

    product = means.open_product(options.index)
    print_digests(product, read_cases(options.questions, text_lookup(product)))
    return PASSED


_COMMANDS: dict[str, Callable[[argparse.Namespace, Means], int]] = {
    "run": _run, "baseline": _baseline, "ablation": _ablation, "qa": _qa, "beir": _beir, "conversations": _conversations,
    "feedback": _feedback, "ratings": _ratings, "claims": _claims, "llm": _llm, "digests": _digests,
}  # fmt: skip


def _question_files(options: argparse.Namespace) -> list[Path]:
    """The sets, by name; pending questions are no set."""
    return options.questions or sorted(
        path for path in (HERE / "questions").glob("*.jsonl") if path.name != "pending.jsonl"
    )


def _document_index(
    options: argparse.Namespace, means: Means
) -> Callable[[Iterable[Document]], AbstractContextManager[tuple[Product, float]]]:
    return lambda documents: means.index_documents(documents, options.index / "models")


def _index_clock(options: argparse.Namespace, means: Means) -> Callable[[], float] | None:
    if options.no_index_time:
        return None

    def seconds() -> float:
        with means.index_corpus(options.corpus, options.index / "models") as (_, taken):
            return taken

    return seconds


def _print_summary(results: Results) -> None:
    for line in results.headline:
        print(f"{line.name:28} {line.value:6.3f}  ({line.low:.3f} to {line.high:.3f})  {line.meaning}")
    for item in results.invariants:
        print(f"{item.name:28} {item.checked - item.failed} of {item.checked}")
    print(", ".join(f"{name} {value:.1f}" for name, value in sorted(results.timings.items())))


def _parser() -> argparse.ArgumentParser:
    from kin_assistant.settings import Settings

    settings = Settings()
    parser = argparse.ArgumentParser(
        prog="python -m eval", description="How good the answers are, and whether a change may land."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    opened = argparse.ArgumentParser(add_help=False)
    opened.add_argument("--index", type=Path, default=settings.index, help="folder of the index (default: %(default)s)")
    sets = argparse.ArgumentParser(add_help=False)
    sets.add_argument("--questions", type=Path, nargs="+", help="question files (default: all in eval/questions)")
    judged = argparse.ArgumentParser(add_help=False)
    judged.add_argument(
        "--corpus", type=Path, default=settings.corpus, help="folder of the documents, to time indexing"
    )
    judged.add_argument("--gates", type=Path, default=HERE / "gates.toml", help="the gate's limits")
    judged.add_argument("--baseline", type=Path, default=HERE / "baseline.json", help="the results to compare with")
    judged.add_argument("--no-index-time", action="store_true", help="do not time indexing")
    run = commands.add_parser(
        "run", parents=[opened, sets, judged], help="ask everything, report, and judge (the default)"
    )
    run.add_argument("--conversations", type=Path, nargs="+", help="folders of public conversations, for the report")
    run.add_argument("--out", type=Path, default=HERE / "runs", help="folder for the report; git ignores the default")
    baseline = commands.add_parser(
        "baseline", parents=[opened, sets, judged], help="the same, and keep the results to compare with"
    )
    baseline.add_argument("--out", type=Path, default=HERE / "results", help="folder for the report that is committed")
    ablation = commands.add_parser("ablation", parents=[opened, sets], help="what each part of answering is worth")
    ablation.add_argument("--gates", type=Path, default=HERE / "gates.toml", help="says which questions are judged")
    qa = commands.add_parser("qa", parents=[opened], help="another question set on another folder of documents")
    qa.add_argument("questions", type=Path, help="question file")
    qa.add_argument("--corpus", type=Path, required=True, help="folder of documents")
    qa.add_argument("--json", action="store_true", help="print the figures as JSON")
    qa.add_argument("--records", action="store_true", help="with --json: each question and its answer too")
    qa.add_argument("--html", type=Path, help="write the report to this file")
    beir = commands.add_parser("beir", parents=[opened], help="retrieval on a collection in BEIR layout")
    beir.add_argument("folder", type=Path, help="folder with corpus.jsonl, queries.jsonl and qrels/")
    beir.add_argument("--split", default="test", help="which judgements (default: %(default)s)")
    beir.add_argument("--json", action="store_true", help="print the figures as JSON")
    conversations = commands.add_parser(
        "conversations", parents=[opened], help="standalone questions on conversations in the layout of CAsT or MTRAG"
    )
    conversations.add_argument("folders", type=Path, nargs="+", help="folders with the conversations")
    conversations.add_argument("--json", action="store_true", help="print the figures as JSON")
    feedback = commands.add_parser(
        "feedback", parents=[sets], help="turn readers' verdicts into questions for a curator"
    )
    feedback.add_argument("--feedback", type=Path, default=settings.feedback, help="folder of the verdicts")
    feedback.add_argument(
        "--pending", type=Path, default=HERE / "questions" / "pending.jsonl", help="file of waiting questions"
    )
    ratings = commands.add_parser("ratings", parents=[opened], help="sheets on which a reader rates answers")
    what = ratings.add_mutually_exclusive_group(required=True)
    what.add_argument("--make", type=Path, metavar="FILE", help="write a sheet (CSV) to fill in")
    what.add_argument("--read", type=Path, nargs="+", metavar="FILE", help="summarise filled sheets")
    ratings.add_argument("--count", type=int, default=60, help="number of answers on a sheet (default: %(default)s)")
    ratings.add_argument("--requests", type=Path, default=REQUESTS, help="file of the requests (default: %(default)s)")
    claims = commands.add_parser("claims", help="the check of written sentences, on claims that people judged")
    claims.add_argument("file", type=Path, help='lines of {"id", "claim", "evidence": [...], "supported"}')
    claims.add_argument("--json", action="store_true", help="print the figures as JSON")
    llm = commands.add_parser("llm", parents=[opened], help="what a language model makes of answers")
    llm.add_argument("--replay", type=Path, metavar="FILE", help="play recorded replies; ask no language model")
    llm.add_argument("--record", type=Path, metavar="FILE", help="write down what the language model says")
    llm.add_argument("--requests", type=Path, default=REQUESTS, help="file of the requests (default: %(default)s)")
    llm.add_argument("--json", action="store_true", help="print the figures as JSON")
    digests = commands.add_parser(
        "digests", parents=[opened], help="print a digest of every answer (the evaluation's second process)"
    )
    digests.add_argument("questions", type=Path, nargs="+", help="question files")
    return parser


if __name__ == "__main__":
    sys.exit(main())
