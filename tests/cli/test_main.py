"""The command line: what it prints, what it ends with, and that a fault is a sentence."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from kin_assistant import Assistant
from kin_assistant.cli.main import main
from kin_assistant.index.layout import IndexFolder
from kin_assistant.rendering import answer_text
from kin_assistant.types import Answer, SearchResult
from tests.conftest import Write, write_corpus
from tests.doubles import SOURCES

DONE, FAILED, WRONG_USE, IN_PART = 0, 1, 2, 3
WASTE = "How did Surabaya cut its household waste?"

Run = Callable[..., "Result"]


class Result:
    """How a command ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> object:
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process."""

    def run_command(*arguments: object) -> Result:
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:  # argparse's way to end
            code = int(end.code or 0)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return Result(code, printed.out, printed.err)

    return run_command


@pytest.fixture
def kin(run: Run, shipped_index: Path, shipped_corpus: Path) -> Run:
    """Runs a command on the shipped corpus and its index."""

    def run_command(name: str, *arguments: object) -> Result:
        words = name.split()
        return run(*words, "--index", shipped_index, "--corpus", shipped_corpus, *arguments)

    return run_command


@pytest.fixture
def empty_root(prepared_root: Path, tmp_path: Path) -> Path:
    """An index folder that has the converted model and nothing else."""
    shutil.copytree(prepared_root / "models", tmp_path / "index" / "models")
    return tmp_path / "index"


@pytest.fixture
def spoilt_index(shipped_index: Path, tmp_path: Path) -> Path:
    root = Path(shutil.copytree(shipped_index, tmp_path / "spoilt"))
    (IndexFolder(root).published() / "vectors.npy").write_bytes(b"x")
    return root


def in_process(
    repository: Path, *arguments: object, environment: Mapping[str, str] | None = None, **options: object
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kin_assistant", *map(str, arguments)],
        cwd=repository, env={**os.environ, **(environment or {})}, capture_output=True, text=True, timeout=120,
        check=False, **options,
    )  # fmt: skip


# Starting


@pytest.mark.parametrize(
    "arguments",
    [["-c", "import kin_assistant"], ["-m", "kin_assistant", "--help"], ["-m", "kin_assistant", "--version"]],
)
def test_starting_is_instant(repository: Path, arguments: list[str]) -> None:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=repository, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.5


@pytest.mark.parametrize(
    "command",
    [
        "",
        "sync",
        "verify",
        "backup",
        "restore",
        "ask",
        "search",
        "docs",
        "docs list",
        "docs show",
        "records",
        "records show",
        "compare",
        "serve",
    ],
)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.code == DONE
    assert result.out.startswith("usage: kin")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["docs"],
        ["ask", "--unknown", "x"],
        ["ask", "--form", "poem", "x"],
        ["search", "--limit", "0", "x"],
        ["search", "--limit", "many", "x"],
        ["docs", "show"],
        ["records", "show"],
        ["compare"],
        ["compare", "--json", "--csv", "x"],
        ["serve", "--port", "many"],
    ],
)
def test_wrong_use_ends_with_two(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.code == WRONG_USE
    assert "usage: kin" in result.err


def test_an_unknown_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIN_PROT", "8000")
    result = run("docs", "list")
    assert (result.code, result.err) == (FAILED, "kin: There is no setting KIN_PROT. The README lists them.\n")


@pytest.mark.parametrize(("name", "value"), [("KIN_PORT", "0"), ("KIN_ENGINE", "magic"), ("KIN_ANSWER_WORDS", "few")])
def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    result = run("docs", "list")
    assert result.code == FAILED
    assert f"The setting {name.removeprefix('KIN_').lower()} is wrong" in result.err


# Asking


ANSWER_KEYS = {
    *("id", "question", "standalone_question", "abstained", "reason", "notes", "text", "sentences", "citations"),
    *("also_retrieved", "nearest", "confidence", "build_id", "elapsed_ms"),
    *("kind", "kinds", "form", "said", "caveats", "sections", "entries"),
    *("leans", "carried", "wanted_form", "other_forms"),
}
CITATION_KEYS = {
    *(
        "number",
        "page_label",
        "recognised",
        "why",
        "passage_id",
        "document_id",
        "title",
        "cities",
        "countries",
        "years",
        "heading",
        "page",
        "start",
        "end",
    ),
    *("quote", "sources", "origin", "lead_in", "answering"),
}


def answer_of(fields: dict[str, object]) -> Answer:
    """The answer that was printed; its text is made of its other fields."""
    return Answer.model_validate({name: value for name, value in fields.items() if name != "text"})


def test_an_answer_is_printed_with_its_quotes_and_where_they_stand(kin: Run) -> None:
    result = kin("ask", *WASTE.split())
    assert result.code == DONE
    assert "[1]" in result.out
    assert "Surabaya" in result.out
    assert result.err == ""


def test_the_json_of_an_answer_keeps_its_contract(kin: Run, assistant: Assistant) -> None:
    result = kin("ask", "--json", WASTE)
    assert result.code == DONE
    fields = result.json
    assert fields.keys() == ANSWER_KEYS == Answer.model_fields.keys() | {"text"}
    assert fields["elapsed_ms"].keys() == {"retrieve", "answer", "total"}
    for citation in fields["citations"]:
        assert citation.keys() == CITATION_KEYS
        assert (
            assistant.document(citation["document_id"]).text[citation["start"] : citation["end"]] == citation["quote"]
        )
    answer = answer_of(fields)
    assert fields["text"] == answer_text(answer)
    assert answer.model_dump(exclude={"elapsed_ms"}) == assistant.ask(WASTE).model_dump(exclude={"elapsed_ms"})


def test_a_refusal_is_an_answer(kin: Run) -> None:
    result = kin("ask", "--json", "What did Lahore do about floods?")
    assert result.code == DONE
    assert result.json["abstained"]
    assert "Lahore" in result.json["reason"]
    printed = kin("ask", "What did Lahore do about floods?")
    assert printed.code == DONE
    assert "Lahore" in printed.out


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", "The question is empty."),
        ("   ", "The question is empty."),
        ("x" * 10_000, "10,000 characters; at most 2,000"),
        ("waste\x07 in Surabaya", "control characters"),
        ("\x1b[31mwaste\x1b[0m", "control characters"),
        ("\u6cd7\u6c34\u5982\u4f55\u51cf\u5c11\u5783\u573e\uff1f", "ask in English"),
        ("\u00bfC\u00f3mo redujo Surabaya sus residuos dom\u00e9sticos?", "ask in English"),
    ],
    ids=["empty", "blank", "long", "bell", "escape", "Chinese", "Spanish"],
)
def test_a_question_that_cannot_be_asked_is_a_sentence(kin: Run, question: str, words: str) -> None:
    result = kin("ask", question)
    assert result.code == FAILED
    assert result.err.startswith("kin: ")
    assert result.err.count("\n") == 1
    assert words in result.err
    assert "\x1b" not in result.err
    assert result.out == ""


def test_a_question_can_come_from_standard_input(kin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(WASTE + "\n"))
    assert kin("ask", "--json", "-").json["question"] == WASTE


def test_history_is_given_oldest_first(kin: Run) -> None:
    result = kin(
        "ask", "--json", "--history", "How is waste collected in Bangkok?", "--history", WASTE, "What did it cost?"
    )
    assert result.json["standalone_question"] == "What did it cost? (Surabaya, cut, household waste)"


def test_filters_restrict_the_documents(kin: Run, assistant: Assistant) -> None:
    countries = {info.id: info.countries for info in assistant.documents}
    result = kin(
        "ask", "--json", "--country", "indonesia", "--country", "Japan", "--years", "1990-2020", "How was waste cut?"
    )
    assert result.code == DONE
    assert result.json["citations"]
    for citation in result.json["citations"]:
        assert {"Indonesia", "Japan"} & set(countries[citation["document_id"]])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--city", "Surabya"], 'No document carries the city "Surabya". Did you mean Surabaya'),
        (["--city", "Gotham"], "Run kin docs list"),
        (["--years", "long ago"], '"long ago" is not a span of years'),
        (["--years", "2010-2000"], "run backwards"),
    ],
)
@pytest.mark.parametrize("command", ["ask", "search", "docs list"])
def test_a_filter_that_names_nothing_is_a_sentence(kin: Run, command: str, options: list[str], words: str) -> None:
    result = kin(command, *options, *([] if command == "docs list" else ["waste"]))
    assert result.code == FAILED
    assert words in result.err


def test_two_processes_give_the_same_json(repository: Path, shipped_index: Path) -> None:
    answers = []
    for seed in ("1", "2"):
        result = in_process(
            repository, "ask", "--index", shipped_index, "--json", WASTE, environment={"PYTHONHASHSEED": seed}
        )
        assert result.returncode == DONE, result.stderr
        answers.append({name: value for name, value in json.loads(result.stdout).items() if name != "elapsed_ms"})
    assert json.dumps(answers[0]) == json.dumps(answers[1])


def test_another_locale_and_time_zone_change_nothing(repository: Path, shipped_index: Path) -> None:
    environment = {"LC_ALL": "C", "LANG": "C", "TZ": "Pacific/Kiritimati", "HOME": "/nonexistent"}
    result = in_process(repository, "ask", "--index", shipped_index, WASTE, environment=environment)
    assert result.returncode == DONE, result.stderr
    assert "[1]" in result.stdout


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_terminal_that_knows_few_letters_gets_its_answer(
    repository: Path, shipped_index: Path, options: list[str]
) -> None:
    question = "How is waste recycled in \u0110\u00e0 N\u1eb5ng?"
    result = in_process(
        repository, "ask", "--index", shipped_index, *options, question, environment={"PYTHONIOENCODING": "ascii"}
    )
    assert result.returncode == DONE, result.stderr
    assert not options or json.loads(result.stdout)["question"] == question


# Searching and looking up


def test_a_search_prints_passages(kin: Run) -> None:
    result = kin("search", "household", "waste", "--limit", "3")
    assert result.code == DONE
    assert [line[:2] for line in result.out.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3."]


def test_the_json_of_a_search_keeps_its_contract(kin: Run) -> None:
    fields = kin("search", "--json", "--limit", "2", "household waste").json
    assert fields.keys() == {"id", "query", "hits"}
    assert fields["hits"][0].keys() == {"passage_id", "document_id", "score", "text", "heading", "page", "start", "end"}
    assert len(SearchResult.model_validate(fields).hits) == 2


def test_documents_are_listed_and_shown(kin: Run, assistant: Assistant) -> None:
    listed = kin("docs list")
    assert len(listed.out.splitlines()) == len(assistant.documents)
    document = assistant.documents[0]
    assert listed.out.startswith(document.id)
    shown = kin("docs show", document.id)
    assert document.title in shown.out
    assert shown.out.endswith(assistant.document(document.id).text + "\n")
    assert kin("docs show", "--json", document.id).json["id"] == document.id
    in_surabaya = kin("docs list", "--json", "--city", "Surabaya").json
    assert in_surabaya
    assert all("Surabaya" in info["cities"] for info in in_surabaya)


def test_an_unknown_document_is_a_sentence(kin: Run) -> None:
    result = kin("docs show", "nothing")
    assert (result.code, result.out) == (FAILED, "")
    assert 'There is no document "nothing".' in result.err


# Batches


def batch(tmp_path: Path, *lines: str | bytes) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return path


def test_every_line_of_a_batch_has_its_answer(kin: Run, tmp_path: Path, assistant: Assistant) -> None:
    lines = [
        {"id": "one", "question": WASTE},
        {"question": "What did it cost?", "history": [WASTE]},
        {"id": "three", "question": "How was waste cut?", "filters": {"city": "Surabaya", "years": [1990, 2020]}},
        {"id": "four", "question": WASTE, "form": "shorter"},
    ]
    source, target = batch(tmp_path, *map(json.dumps, lines), ""), tmp_path / "out.jsonl"
    result = kin("ask", "--batch", source, "--out", target)
    assert (result.code, result.out, result.err) == (DONE, "", "")
    answers = [answer_of(json.loads(line)) for line in target.read_text().splitlines()]
    assert [answer.id for answer in answers] == ["one", None, "three", "four"]
    assert answers[1].standalone_question == "What did it cost? (Surabaya, cut, household waste)"
    assert {city for citation in answers[2].citations for city in citation.cities} >= {"Surabaya"}
    assert answers[0].citations == assistant.ask(WASTE).citations
    assert len(answers[3].citations) < len(answers[0].citations)


BAD_LINES = [
    ("not json", "not valid JSON"),
    ('{"id": "a"}', 'no "question"'),
    ('{"id": "a", "question": 7}', 'no "question"'),
    ("[1]", "not a JSON object"),
    ("null", "not a JSON object"),
    ('{"id": 7, "question": "waste"}', '"id" that is not a text'),
    ('{"id": "a", "question": ""}', "empty"),
    ('{"id": "a", "question": "waste", "history": "x"}', '"history" that is not a list'),
    ('{"id": "a", "question": "waste", "history": [1]}', '"history" that is not a list'),
    ('{"id": "a", "question": "waste", "form": "poem"}', '"form" that is none of shorter, more, list, table'),
    ('{"id": "a", "question": "waste", "form": ["list"]}', '"form" that is none of'),
    ('{"id": "a", "question": "waste", "filters": []}', None),
    ('{"id": "a", "question": "waste", "filters": "Surabaya"}', '"filters" must be an object'),
    ('{"id": "a", "question": "waste", "filters": {"town": "x"}}', 'no filter "town"'),
    ('{"id": "a", "question": "waste", "filters": {"city": 7}}', 'filter "city" must be'),
    ('{"id": "a", "question": "waste", "filters": {"city": "\\ud800"}}', ""),
    ('{"id": "a", "question": "waste", "filters": {"years": "x"}}', "is not a span of years"),
    ('{"id": "a", "question": "waste", "filters": {"years": {}}}', "is not a span of years"),
    ('{"id": "a", "question": "\\ud800 waste"}', ""),
    ('{"id": "\\ud800", "question": "waste"}', ""),
    ('{"id": "a", "question": "' + "x" * 3000 + '"}', "at most 2,000"),
    (b'{"id": "a", "question": "\xff\xfe"}', ""),
    ("[" * 100_000, "not valid JSON"),
    ('{"id": "a", "question": "waste", "answer": NaN}', None),
]


def answers_of(
    kin: Run, command: str, source: object, target: Path, *options: object
) -> tuple[Result, list[dict[str, object]]]:
    """Run a batch into ``target``; how it ended, and the lines."""
    result = kin(command, "--batch", source, "--out", target, *options)
    return result, [json.loads(line) for line in target.read_text("utf-8").splitlines()]


def test_a_bad_line_becomes_an_error_line_and_the_others_are_answered(kin: Run, tmp_path: Path) -> None:
    good = json.dumps({"id": "good", "question": WASTE})
    source = batch(tmp_path, *(line for bad, _ in BAD_LINES for line in (bad, good)))
    result, lines = answers_of(kin, "ask", source, tmp_path / "out.jsonl")
    assert result.code == IN_PART
    assert len(lines) == 2 * len(BAD_LINES)
    assert all(line["id"] == "good" and line["citations"] for line in lines[1::2])
    failed = 0
    for number, (found, (bad, words)) in enumerate(zip(lines[::2], BAD_LINES, strict=True)):
        if words is None:
            assert "error" not in found, bad
            continue
        failed += 1
        assert found.keys() == {"id", "line", "error"}, bad
        assert found["line"] == 2 * number + 1
        assert words in found["error"], bad
    assert f"{failed} lines could not be answered" in result.err


def test_a_batch_of_searches_takes_queries_or_questions(kin: Run, tmp_path: Path) -> None:
    source = batch(tmp_path, '{"id": "q", "query": "waste"}', '{"id": "r", "question": "water"}', '{"id": "s"}')
    result, lines = answers_of(kin, "search", source, tmp_path / "out.jsonl", "--limit", "2")
    assert result.code == IN_PART
    assert [(line["id"], line.get("query")) for line in lines] == [("q", "waste"), ("r", "water"), ("s", None)]


def test_a_batch_can_come_from_standard_input_and_leaves_the_streams_open(
    kin: Run, shipped_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed, screen = io.StringIO(json.dumps({"id": "a", "question": WASTE})), io.StringIO()
    monkeypatch.setattr(sys, "stdin", typed)
    monkeypatch.setattr(sys, "stdout", screen)
    code = main(["ask", "--batch", "-", "--index", str(shipped_index)])
    monkeypatch.undo()
    assert code == DONE
    assert not typed.closed
    assert not screen.closed
    assert json.loads(screen.getvalue())["id"] == "a"


@pytest.mark.parametrize(
    "options", [["--batch", "nowhere.jsonl"], ["--batch", "."], ["--batch", "in.jsonl", "--out", "no/such/folder"]]
)
def test_files_of_a_batch_that_cannot_be_opened_are_named(
    kin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    batch(tmp_path, "{}")
    monkeypatch.chdir(tmp_path)
    result = kin("ask", *options)
    assert result.code == FAILED
    assert "cannot be opened" in result.err


def test_earlier_results_stay_where_a_batch_cannot_begin(run: Run, tmp_path: Path) -> None:
    source, target = batch(tmp_path, json.dumps({"question": WASTE})), tmp_path / "out.jsonl"
    target.write_text("earlier results\n")
    assert run("ask", "--index", tmp_path / "nowhere", "--batch", source, "--out", target).code == FAILED
    assert target.read_text() == "earlier results\n"


def test_a_batch_does_not_overwrite_what_it_reads(kin: Run, tmp_path: Path) -> None:
    source = batch(tmp_path, json.dumps({"id": "a", "question": WASTE}))
    before = source.read_bytes()
    result = kin("ask", "--batch", source, "--out", source)
    assert result.code == FAILED
    assert source.read_bytes() == before


# Syncing and verifying


def test_sync_reports_and_verify_agrees(run: Run, write: Write, empty_root: Path) -> None:
    corpus = write({**SOURCES, "broken.md": "---\ntitle: [\n---\n", "image.png": "x"})
    options = ("--corpus", corpus, "--index", empty_root)
    first = run("sync", "--json", *options)
    assert first.code == IN_PART, "a file could not be read"
    assert first.json["totals"] | {"passages": 0, "embedded": 0} == {
        "found": 5, "read": 3, "new": 3, "changed": 0, "renamed": 0, "unchanged": 0, "skipped": 1, "failed": 1,
        "removed": 0, "pages": 0, "pages_without_text": 0, "passages": 0, "embedded": 0,
    }  # fmt: skip
    (corpus / "broken.md").unlink()
    (corpus / "meeting.txt").unlink()
    second = run("sync", *options)
    assert second.code == DONE
    assert "removed: broken.md" in second.out
    assert "removed: meeting.txt" in second.out
    assert "skipped: image.png: no reader for .png files" in second.out
    assert "3 files: 0 read (0 new, 0 changed, 0 renamed), 2 unchanged, 1 skipped, 0 failed; 2 removed." in second.out
    third = run("sync", *options)
    assert third.out.startswith("skipped: image.png")
    assert "The index is up to date." in third.out
    verified = run("verify", "--json", *options)
    assert verified.code == DONE
    facts = verified.json
    assert facts.keys() == {
        *("build_id", "built_at", "documents", "passages", "whole", "deep", "current", "differences"),
    }
    assert (facts["documents"], facts["whole"], facts["current"]) == (2, True, True)
    write_corpus(corpus, {"new.txt": "New words."})
    assert "has changed since. Run: kin sync" in run("verify", *options).out


def test_a_file_name_that_is_not_text_is_reported_in_every_form(run: Run, write: Write, empty_root: Path) -> None:
    corpus = write({"a.md": "Some words."})
    (corpus / os.fsdecode(b"caf\xe9.md")).write_text("Words.")
    options = ("--corpus", corpus, "--index", empty_root)
    result = run("sync", "--json", *options)
    assert result.code == DONE
    (skipped,) = [file for file in result.json["files"] if file["status"] == "skipped"]
    assert skipped["reason"] == "file name is not valid text"
    assert "file name is not valid text" in run("sync", *options).out


def test_control_characters_of_documents_and_names_never_reach_the_terminal(
    run: Run, write: Write, empty_root: Path
) -> None:
    corpus = write(
        {
            "a\x1b]52;c;x\x07.txt": "Waste \x1b]52;c;cHduZWQ=\x07 is collected \x1b[31mdaily in the town.",
            "b.md": '---\nid: b\ntitle: "T\\e[31m"\nthemes: ["\\e[2J"]\nfoo\x7f: 1\n---\nWater is clean in the town.',
            "c\x1b[2J.bin": "x",
        }
    )
    options = ("--corpus", corpus, "--index", empty_root)
    printed = [
        run("sync", *options),
        run("docs", "list", *options),
        run("ask", *options, "How is waste collected in the town?"),
    ]
    printed += [run("search", *options, "waste in the town"), run("docs", "show", *options, "b")]
    for result in printed:
        text = result.out + result.err
        assert text
        assert not [char for char in text if (ord(char) < 32 and char not in "\n\t") or ord(char) == 127]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "There is nothing to read in"),
        ({"a.png": "x"}, "of kinds that are not read"),
        ({"a.md": "# Heading"}, "no sentence"),
    ],
)
def test_a_corpus_without_documents_is_a_sentence(
    run: Run, write: Write, empty_root: Path, files: dict[str, str], words: str
) -> None:
    result = run("sync", "--corpus", write(files), "--index", empty_root)
    assert result.code == FAILED
    assert words in result.err
    assert result.err.count("\n") == 1


def test_a_missing_corpus_is_a_sentence(run: Run, empty_root: Path, tmp_path: Path) -> None:
    result = run("sync", "--corpus", tmp_path / "nowhere", "--index", empty_root)
    assert result.code == FAILED
    assert "There is no corpus folder at" in result.err


@pytest.mark.parametrize("index", ["a-file", "/proc/no-such-folder"])
def test_an_index_folder_that_cannot_be_written_is_a_sentence(
    run: Run, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a-file").write_text("x")
    result = run("sync", "--corpus", write({"a.md": "Some words."}), "--index", index)
    assert result.code == FAILED
    assert result.err.startswith("kin: ")
    assert "cannot be written" in result.err


def test_a_second_sync_is_told_that_one_is_running(run: Run, write: Write, empty_root: Path) -> None:
    with IndexFolder(empty_root).locked():
        result = run("sync", "--corpus", write({"a.md": "Some words."}), "--index", empty_root)
    assert (result.code, result.err) == (FAILED, "kin: Another build of this index is running. Wait for it to end.\n")


def test_every_file_has_an_entry_in_the_json_of_a_sync(run: Run, write: Write, empty_root: Path) -> None:
    corpus = write({"a.md": "Some words.", "b.md": "Some words.", "broken.md": "---\ntitle: [\n---\n"})
    for status in ("read", "unchanged"):
        result = run("sync", "--json", "--corpus", corpus, "--index", empty_root).json
        assert {"build_id", "files", "totals"} <= result.keys()
        wanted = (
            "path",
            "document_id",
            "status",
            "reason",
            "pages",
            "pages_without_text",
            "passages",
            "warnings",
            "seconds",
        )
        assert all(set(wanted) <= entry.keys() for entry in result["files"])
        found = {entry["path"]: (entry["status"], entry["passages"]) for entry in result["files"]}
        assert found == {"a.md": (status, 1), "b.md": ("skipped", 0), "broken.md": ("failed", 0)}
        totals = result["totals"]
        assert totals["found"] == sum(totals[name] for name in ("read", "unchanged", "skipped", "failed")) == 3


def test_failed_files_are_tried_again_when_that_is_asked_for(run: Run, write: Write, empty_root: Path) -> None:
    options = ("--corpus", write({"a.md": "Some words.", "broken.md": "---\ntitle: [\n---\n"}), "--index", empty_root)
    assert run("sync", *options).code == IN_PART
    again = run("sync", "--retry-failed", *options)
    assert again.code == IN_PART
    assert "failed: broken.md: " in again.out
    assert "The index is up to date." in again.out


def test_the_deep_check_names_what_has_changed_in_the_corpus(run: Run, write: Write, empty_root: Path) -> None:
    corpus = write({"a.md": "Some words.", "b.md": "Other words."})
    options = ("--corpus", corpus, "--index", empty_root)
    run("sync", *options)
    verified = run("verify", "--deep", "--json", *options)
    assert verified.code == DONE, verified.err
    assert (verified.json["deep"], verified.json["current"], verified.json["differences"]) == (True, True, [])
    write({"a.md": "Changed words.", "c.md": "New words."})
    (corpus / "b.md").unlink()
    assert run("verify", "--deep", "--json", *options).json["differences"] == [
        "changed: a.md",
        "gone: b.md",
        "new: c.md",
    ]
    assert "gone: b.md" in run("verify", "--deep", *options).out


def test_a_backup_can_be_restored_elsewhere(
    run: Run, shipped_index: Path, shipped_corpus: Path, tmp_path: Path
) -> None:
    file = tmp_path / "kin.zip"
    written = run("backup", file, "--index", shipped_index)
    assert (written.code, written.err) == (DONE, "")
    assert str(file) in written.out
    again = run("backup", file, "--index", shipped_index)
    assert (again.code, again.err) == (FAILED, f"kin: {file} exists already. A backup does not overwrite anything.\n")
    restored = run("restore", file, "--json", "--index", tmp_path / "new", "--corpus", shipped_corpus)
    assert (restored.code, restored.err) == (DONE, "")
    assert restored.json["build_id"] == run("verify", "--json", "--index", tmp_path / "new").json["build_id"]
    assert "[1]" in run("ask", "--index", tmp_path / "new", WASTE).out
    broken = run("restore", __file__, "--index", tmp_path / "other")
    assert (broken.code, broken.err) == (FAILED, f"kin: {__file__} is no backup, or is damaged.\n")


def test_watching_syncs_after_every_change_and_outlives_failures(
    repository: Path, tmp_path: Path, empty_root: Path
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    command = [
        sys.executable,
        "-m",
        "kin_assistant",
        "sync",
        "--watch",
        "--json",
        "--corpus",
        corpus,
        "--index",
        empty_root,
    ]
    process = subprocess.Popen(
        command, cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
        # A shell that runs the tests in the background has its children ignore Ctrl+C.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        assert "There is nothing to read in" in process.stderr.readline(), "a sync that fails is told"
        assert "Ctrl+C ends" in process.stderr.readline()
        for number in range(2):
            write_corpus(corpus, {f"{number}.md": f"Words of document {number}."})
            assert json.loads(process.stdout.readline())["totals"]["found"] == number + 1
            assert "Ctrl+C ends" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (DONE, "Watching ended.\n")
    finally:
        process.kill()
        process.communicate()


# Without a whole index


COMMANDS = [
    *(["verify"], ["ask", "waste"], ["search", "waste"], ["docs", "list"], ["docs", "show", "x"]),
    *(["records", "show", "x"], ["compare", "waste"]),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command))
def test_without_an_index_the_command_that_makes_one_is_named(run: Run, tmp_path: Path, command: list[str]) -> None:
    result = run(*command, "--index", tmp_path / "nowhere")
    assert (result.code, result.out) == (FAILED, "")
    assert "There is no index yet. Run: kin sync" in result.err
    assert not (tmp_path / "nowhere").exists(), "asking makes no folder"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command))
def test_a_damaged_index_is_a_sentence_that_names_the_file(run: Run, spoilt_index: Path, command: list[str]) -> None:
    result = run(*command, "--index", spoilt_index)
    assert (result.code, result.out) == (FAILED, "")
    assert "The index is damaged: its file vectors.npy was changed." in result.err
    assert "kin sync" in result.err, "and says what to do"


def test_a_fallback_is_told_on_the_side_and_answers(run: Run, shipped_index: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(shipped_index, tmp_path / "index"))
    index = IndexFolder(root)
    newer = Path(shutil.copytree(index.published(), root / "build-newer-1"))
    index.publish(newer)
    (newer / "library.sqlite").write_bytes(b"")
    result = run("ask", "--index", root, WASTE)
    assert result.code == DONE
    assert "The newest index cannot be used" in result.err
    assert "[1]" in result.out


def test_serving_without_corpus_and_index_is_a_sentence(run: Run, tmp_path: Path) -> None:
    result = run("serve", "--corpus", tmp_path / "nowhere", "--index", tmp_path / "index")
    assert result.code == FAILED
    assert "There is no corpus folder" in result.err
    assert "There is no index yet" in result.err


def test_a_model_that_is_not_there_is_a_sentence(
    run: Run, shipped_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIN_MODEL", str(tmp_path))
    result = run("ask", "--index", shipped_index, "waste")
    assert result.code == FAILED
    assert "There is no sentence-transformers model in" in result.err


# As a process


def test_a_reader_that_goes_away_is_no_fault(repository: Path, shipped_index: Path) -> None:
    command = [sys.executable, "-m", "kin_assistant", "docs", "list", "--json", "--index", shipped_index]
    process = subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(10)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) in (DONE, FAILED)
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err


def test_a_fault_in_a_process_is_a_sentence_and_an_exit_code(repository: Path, tmp_path: Path) -> None:
    result = in_process(repository, "ask", "waste", environment={"KIN_INDEX": str(tmp_path)})
    assert (result.returncode, result.stdout) == (FAILED, "")
    assert result.stderr == "kin: There is no index yet. Run: kin sync\n"


def test_what_is_printed_for_others_goes_to_standard_output_alone(repository: Path, shipped_index: Path) -> None:
    result = in_process(repository, "ask", "--json", "--index", shipped_index, WASTE)
    assert result.stderr == ""
    json.loads(result.stdout)
