"""The gate lets a product through that is as good as its baseline, and stops each way of breaking it, by name."""

from __future__ import annotations

import json
import subprocess
from dataclasses import fields, replace

import pytest

from eval.__main__ import main
from eval.results import Results
from kin_assistant.policy import AnswerPolicy
from tests.eval import doubles
from tests.eval.doubles import ToyProduct, means_for, write_questions, write_requests

GATES = """
judge_on = "test"
invariants = [
    "verbatim_quotes", "locators", "whole_quotes", "no_foreign_city", "reasoned_refusals", "determinism", "no_crash",
]
[metrics]
"retrieval.span.mrr@10" = { tolerance = 0.02, limit = 0.2 }
"retrieval.span.recall@5" = { tolerance = 0.02, limit = 0.2 }
"answers.vital_nuggets" = { tolerance = 0.02, limit = 0.2 }
"answers.gold_cited" = { tolerance = 0.02, limit = 0.2 }
"answers.right_documents" = { tolerance = 0.02, limit = 0.2 }
"answers.first_citation_right" = { tolerance = 0.02, limit = 0.2 }
"refusal.f1" = { tolerance = 0.02, limit = 0.2 }
"refusal.recall" = { tolerance = 0.02, limit = 0.2 }
"refusal.false_refusals" = { tolerance = 0.02, limit = 0.5, better = "lower" }
"followups.vital_nuggets" = { tolerance = 0.02, limit = 0.2 }
[timings]
peak_memory_mb = 4000
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with questions, gates and a baseline of the whole product."""
    folder = tmp_path_factory.mktemp("gate")
    write_questions(folder)
    write_requests(folder)
    (folder / "gates.toml").write_text(GATES)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CI", raising=False)
        assert run(folder, ToyProduct(), "baseline") == 0
    return folder


def run(folder, product, command="run", *, gates="gates.toml"):
    return main(
        [
            command,
            *("--questions", *map(str, sorted(folder.glob("*.jsonl")))),
            *("--gates", str(folder / gates)),
            *("--baseline", str(folder / "baseline.json")),
            *("--out", str(folder / "results")),
        ],
        means_for(product),
    )


def test_the_unchanged_product_passes(place, capsys):
    assert run(place, ToyProduct()) == 0
    assert "Passed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("breakage", "named"),
    [
        (doubles.ShuffledHits, "retrieval.span.mrr@10"),
        (doubles.NoLexicalSide, "retrieval.span.recall@5"),
        (doubles.WrongDocument, "answers.first_citation_right answers.right_documents answers.gold_cited"),
        (doubles.CutQuotes, "whole_quotes"),
        (doubles.LongQuotes, "locators"),
        (doubles.AnswersEverything, "refusal.recall"),
        (doubles.RefusesEverything, "refusal.false_refusals answers.vital_nuggets"),
        (doubles.Unmarked, "no_foreign_city"),
        (doubles.Moody, "determinism"),
        (doubles.Crashing, "no_crash"),
    ],
)
def test_a_broken_product_is_stopped_and_the_metric_named(place, capsys, breakage, named):
    assert run(place, breakage(ToyProduct())) == 1
    failures = [line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("FAILED")]
    assert {f"{name}:" for name in named.split()} <= set(failures)


def test_one_lost_must_pass_question_fails_though_every_mean_is_within_its_tolerance(place, capsys):
    loose = GATES.replace("tolerance = 0.02", "tolerance = 1").replace("limit = 0.2", "limit = 0")
    (place / "loose.toml").write_text(loose)

    class LosesOne(doubles.Broken):
        def ask(self, question, *, history=()):
            if question == "How many tonnes of glass were collected?":
                return doubles.make_answer(self, question, question, [], 0.0)
            return super().ask(question, history=history)

    assert run(place, LosesOne(ToyProduct()), gates="loose.toml") == 1
    out = capsys.readouterr().out
    assert "must_pass: Alba-1 is not answered" in out
    assert out.count("FAILED") == 1


def test_a_question_that_is_gone_fails_until_a_new_baseline_is_written(place, tmp_path, capsys):
    lines = (place / "toy.jsonl").read_text().splitlines()
    for name in ("gates.toml", "baseline.json", "wishes.jsonl"):
        (tmp_path / name).write_bytes((place / name).read_bytes())
    (tmp_path / "toy.jsonl").write_text("\n".join(lines[1:]))
    assert run(tmp_path, ToyProduct()) == 1
    assert "questions: 1 of the baseline were not asked in the same form (Alba-1)" in capsys.readouterr().out


def test_without_a_baseline_limits_and_invariants_are_judged(place, tmp_path, capsys):
    for name in ("gates.toml", "toy.jsonl"):
        (tmp_path / name).write_bytes((place / name).read_bytes())
    assert run(tmp_path, ToyProduct()) == 0
    assert run(tmp_path, doubles.RefusesEverything(ToyProduct())) == 1
    assert "is lower than the limit" in capsys.readouterr().out


@pytest.mark.parametrize("value", ["true", "1", "TRUE", "yes"])
def test_ci_never_writes_a_baseline(place, monkeypatch, capsys, value):
    monkeypatch.setenv("CI", value)
    before = (place / "baseline.json").read_bytes()
    assert run(place, ToyProduct(), "baseline") == 2
    assert (place / "baseline.json").read_bytes() == before
    assert "never in CI" in capsys.readouterr().err


def test_a_product_that_breaks_an_invariant_gives_no_baseline(place, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("CI", raising=False)
    for name in ("gates.toml", "toy.jsonl"):
        (tmp_path / name).write_bytes((place / name).read_bytes())
    assert run(tmp_path, doubles.CutQuotes(ToyProduct()), "baseline") == 2
    assert not (tmp_path / "baseline.json").exists()
    assert "whole_quotes" in capsys.readouterr().err


def test_bad_questions_end_with_2_and_leave_the_baseline_alone(place, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("CI", raising=False)
    for name in ("gates.toml", "baseline.json", "wishes.jsonl"):
        (tmp_path / name).write_bytes((place / name).read_bytes())
    (tmp_path / "toy.jsonl").write_text((place / "toy.jsonl").read_text() + '{"id": "broken", \n')
    for command in ("run", "baseline"):
        assert run(tmp_path, ToyProduct(), command) == 2
        assert f"toy.jsonl:{4 * len(doubles.THINGS) + 1}: not JSON" in capsys.readouterr().err
    assert (tmp_path / "baseline.json").read_bytes() == (place / "baseline.json").read_bytes()
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    "content", ["judge_on = 1", "judge_on = 'test'\ninvariants = []\n[metrics]\nx = {tolerence = 1, limit = 0}", "["]
)
def test_a_gate_file_that_cannot_be_read_ends_with_2(place, tmp_path, capsys, content):
    (tmp_path / "bad.toml").write_text(content)
    assert run(place, ToyProduct(), gates=str(tmp_path / "bad.toml")) == 2
    assert "bad.toml" in capsys.readouterr().err


def test_a_damaged_baseline_ends_with_2(place, tmp_path, capsys):
    for name in ("gates.toml", "toy.jsonl"):
        (tmp_path / name).write_bytes((place / name).read_bytes())
    (tmp_path / "baseline.json").write_text((place / "baseline.json").read_text()[:1000])
    assert run(tmp_path, ToyProduct()) == 2
    assert "baseline.json: not readable" in capsys.readouterr().err


def test_two_runs_differ_in_their_times_alone(place):
    seen = []
    for _ in range(2):
        assert run(place, ToyProduct()) == 0
        content = json.loads((place / "results" / "latest.json").read_text())
        seen.append({key: value for key, value in content.items() if key not in ("date", "timings", "latencies_ms")})
    assert seen[0] == seen[1]


def test_a_run_reports_where_git_does_not_look_and_a_baseline_where_it_does():
    from eval.__main__ import HERE, _parser

    assert _parser().parse_args(["run"]).out == HERE / "runs"
    assert _parser().parse_args(["baseline"]).out == HERE / "results"
    ignored = subprocess.run(
        ["git", "check-ignore", "eval/runs/latest.json", "eval/results/latest.json"],
        cwd=HERE.parent,
        capture_output=True,
        text=True,
    )
    if ignored.returncode == 128:
        pytest.skip("not a git checkout")
    assert ignored.stdout.split() == ["eval/runs/latest.json"]


def test_the_page_finds_the_committed_report_in_a_fresh_clone():
    from eval.__main__ import HERE
    from kin_assistant.ui.server import EVALUATION, read_evaluation

    stored = read_evaluation(HERE.parent / EVALUATION)
    assert stored is not None
    assert stored["headline"]


def test_the_committed_gates_name_metrics_that_exist(place):
    from eval.__main__ import HERE
    from eval.gates import read_gates

    gates = read_gates(HERE / "gates.toml")
    results = Results.read(place / "results" / "latest.json")
    assert set(gates.metrics) <= results.figures.keys()
    assert set(gates.invariants) == {item.name for item in results.invariants}
    assert set(gates.timings) <= results.timings.keys()


def test_a_product_with_another_policy_than_the_baselines_does_not_pass(place, capsys):
    """Whatever weight or limit is changed, by accident or not, the figures alone might not show it."""
    shipped = AnswerPolicy()
    for stage in fields(shipped):
        group = getattr(shipped, stage.name)
        for field in fields(group):
            changed = replace(group, **{field.name: 2 * getattr(group, field.name) + 1})
            assert run(place, ToyProduct(policy=replace(shipped, **{stage.name: changed}))) == 1
            assert f"policy: {stage.name}.{field.name} is" in capsys.readouterr().out
            break
