"""The report is one page that asks for nothing, says what changed, and shows text as text."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from eval.evaluation import evaluate_product
from eval.gates import Gates, judge_results
from eval.report import is_better_lower, render_html, render_markdown, shown, write_report
from eval.results import Results
from eval.summary import HEADLINES
from tests.eval import doubles
from tests.eval.doubles import ToyProduct, means_for, write_questions, write_requests

GATES = Gates(judge_on="test", invariants=(), metrics={})
HOSTILE = "<script>alert(1)</script> | **x** <img src=https://example.org/x>"


def evaluate(folder, product):
    path = write_questions(folder)
    path.write_text(path.read_text().replace("of glass were collected?", f"of glass were collected {HOSTILE}?"))
    paths = [path, write_requests(folder)]
    second = means_for(product).ask_again
    return evaluate_product(product, paths, judge_on="test", second=lambda: second(folder, paths), index_seconds=1.0)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return evaluate(tmp_path_factory.mktemp("whole"), ToyProduct())


@pytest.fixture(scope="module")
def worse(tmp_path_factory):
    return evaluate(tmp_path_factory.mktemp("broken"), doubles.WrongDocument(ToyProduct()))


@pytest.fixture(scope="module")
def page(results, worse):
    return render_html(worse, judge_results(worse, GATES, results), GATES)


class Page(HTMLParser):
    """Collects tags, what they refer to, and ids."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.references, self.ids = set(), [], []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action", "data", "srcset"):
                self.references.append(value)
            if name == "id":
                self.ids.append(value)


def test_the_page_asks_for_nothing_from_outside(page):
    read = Page(page)
    assert not read.tags & {"script", "link", "iframe", "img", "form", "object", "embed"}
    assert all(reference.startswith("#") for reference in read.references)
    assert not re.search(r"url\((?!#)|@import", page)
    assert "default-src 'none'" in page


def test_text_of_questions_and_documents_is_shown_as_text(page):
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "<img" not in page


def test_ids_of_the_plots_are_unique(page):
    ids = Page(page).ids
    assert len(ids) == len(set(ids))
    assert page.count("<svg") == 3


def test_changed_answers_are_shown_before_and_after_with_what_answers_them(page):
    assert "Worse" in page
    assert "The city collected 101 tonnes of paper in one year." in page
    assert page.count("<strong>Before</strong>") == page.count("<strong>Now</strong>") > 10


def test_the_verdict_and_the_headline_come_first(page, results):
    assert page.index("In short") < page.index("What changed since the baseline")
    for line in results.headline:
        assert line.name in page
        assert line.meaning in page


def test_the_same_results_give_the_same_page(results, worse, page):
    assert render_html(worse, judge_results(worse, GATES, results), GATES) == page


def test_markdown_says_the_same_in_short(results, worse):
    text = render_markdown(worse, judge_results(worse, GATES, results))
    assert "| Facts given |" in text
    assert "**worse** `Alba-1`" in text
    assert "There is no baseline" in render_markdown(results, judge_results(results, GATES, None))
    # Bars within cells would break the tables.
    assert all(line.count(" | ") <= 12 for line in text.splitlines() if line.startswith("|"))


def test_the_stored_results_have_the_headline_that_the_page_shows(tmp_path, results):
    write_report(tmp_path, results, judge_results(results, GATES, None), GATES)
    stored = json.loads((tmp_path / "latest.json").read_text())
    assert {"date", "build", "headline"} <= stored.keys()
    assert [line["metric"] for line in stored["headline"]] == list(HEADLINES)
    assert all({"name", "value", "low", "high", "meaning"} <= line.keys() for line in stored["headline"])
    assert Results.read(tmp_path / "latest.json") == results


def test_figures_that_are_true_by_construction_are_no_headline(results):
    invariants = {item.name for item in results.invariants}
    assert not invariants & {line.metric.rpartition(".")[2] for line in results.headline}


def test_the_risk_curve_ends_with_every_question_answered(results):
    last = results.risk[-1]
    judged = [record for record in results.records if record.split == "test" and not record.is_request]
    assert last.coverage == 1
    assert last.unanswerable == pytest.approx(sum(not item.answerable for item in judged) / len(judged), abs=1e-6)
    assert [point.coverage for point in results.risk] == sorted(point.coverage for point in results.risk)


def test_figures_are_of_the_test_part_and_follow_ups_are_set_apart(results):
    judged = [record for record in results.records if record.split == "test" and not record.is_request]
    plain = [record for record in judged if record.answerable and not record.follow_up]
    assert results.figures["answers.vital_nuggets"].questions == len(plain)
    turns = [record for record in judged if record.answerable and record.follow_up]
    assert results.figures["followups.vital_nuggets"].questions == len(turns)
    assert set(results.followups) == {"in conversation", "as a standalone question", "without its history"}
    assert results.followups["without its history"]["vital_nuggets"].value == 0
    assert results.followups["in conversation"]["vital_nuggets"].value == 1


def test_every_method_is_in_the_ablation_table(results):
    table = results.ablation
    assert set(table) == {"shipped", "convex", "rrf", "lexical", "dense"}
    assert table["dense"]["span.recall@1"].value < table["lexical"]["span.recall@1"].value
    assert table["shipped"]["span.recall@5"].value == results.figures["retrieval.span.recall@5"].value


def test_slices_cover_every_judged_question(results):
    judged = [record for record in results.records if record.split == "test"]
    assert sum(item.questions for item in results.slices if item.by == "kind") == len(judged)
    assert {item.by for item in results.slices} == {"kind", "set", "tag", "city", "document"}


def test_requests_are_measured_apart_from_the_questions_and_by_kind(results, page):
    requests = [record for record in results.records if record.is_request]
    assert len(requests) == 3 * len(doubles.THINGS) + 1
    assert results.figures["requests.form"].questions == 2 * len(doubles.THINGS) + 1
    assert set(results.requests) == {"fact", "list", "talk"}
    assert results.requests["fact"]["form"].value == 1
    assert results.requests["talk"]["kind"].value == 0
    assert "orphans" in results.requests["list"]
    assert "Requests by kind" in page


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.500"), (1, "1.000"), (2.44, "2.4"), (61.3, "61")])
def test_shares_have_three_decimals_small_counts_one_and_large_ones_none(value, text):
    assert shown(value) == text


def test_more_words_orphans_and_cut_lists_are_worse():
    lower = ["answers.words", "requests.words.fact", "requests.orphans", "followups.refusal.false_refusals"]
    assert all(is_better_lower(metric) for metric in lower)
    assert not is_better_lower("requests.form")
