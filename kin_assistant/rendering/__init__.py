"""From values to safe text: the only way an answer or a document reaches a screen or a file.

HTML is written in ``templates/`` and nowhere else, and every word in it is escaped there. Links leave the page only for
``http`` and ``https`` addresses that a document names as its source. What a quote says is compared with the stored
document once more by ``verified`` before it is shown or exported.
"""

from kin_assistant.rendering.answers import answer_html, evidence_html, refusal_html
from kin_assistant.rendering.briefs.markdown import brief_markdown
from kin_assistant.rendering.briefs.page import brief_html
from kin_assistant.rendering.briefs.pdf import brief_pdf
from kin_assistant.rendering.briefs.proposal import proposal_html
from kin_assistant.rendering.briefs.word import brief_docx
from kin_assistant.rendering.commitments import commitments_csv, commitments_html, commitments_text
from kin_assistant.rendering.contributions import (
    ROLE_NAMES,
    contributions_csv,
    contributions_html,
    contributions_text,
)
from kin_assistant.rendering.coverage.page import coverage_html
from kin_assistant.rendering.coverage.tables import coverage_csv
from kin_assistant.rendering.coverage.text import coverage_text
from kin_assistant.rendering.documents import document_html, section_at
from kin_assistant.rendering.figures import figures_html
from kin_assistant.rendering.indicators import figure_text, indicators_csv, indicators_text
from kin_assistant.rendering.library import FoundPassages, documents_csv, hits_html
from kin_assistant.rendering.markdown import answer_json, answer_markdown, answer_text, reference_list, what_is_read
from kin_assistant.rendering.passages import search_text
from kin_assistant.rendering.peers import peers_csv, peers_html, peers_markdown
from kin_assistant.rendering.practices import practice_form_html, practice_preview_html, waiting_practices_html
from kin_assistant.rendering.prose import prose_html, waiting_html
from kin_assistant.rendering.standing import change_html, review_markdown
from kin_assistant.rendering.tables import comparison_csv, comparison_html, comparison_markdown, record_markdown
from kin_assistant.rendering.tabs import reason_html
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.transcripts.clipboard import Copies, copy_answer
from kin_assistant.rendering.transcripts.files import TRANSCRIPT_FORMATS, transcript_file
from kin_assistant.rendering.transcripts.transcript import Transcript, TranscriptAnswer
from kin_assistant.rendering.verification import (
    verified,
    verified_commitments,
    verified_contributions,
    verified_hits,
    verified_indicators,
    verified_table,
)
from kin_assistant.rendering.words import (
    count,
    day,
    describe_filters,
    document_link,
    external_link,
    fingerprint,
    period,
    places,
    plain,
)
from kin_assistant.rendering.workbook import (
    commitments_xlsx,
    comparison_xlsx,
    contributions_xlsx,
    coverage_xlsx,
    indicators_xlsx,
)

__all__ = [
    "ROLE_NAMES",
    "TRANSCRIPT_FORMATS",
    "Copies",
    "FoundPassages",
    "Transcript",
    "TranscriptAnswer",
    "answer_html",
    "answer_json",
    "answer_markdown",
    "answer_text",
    "brief_docx",
    "brief_html",
    "brief_markdown",
    "brief_pdf",
    "change_html",
    "commitments_csv",
    "commitments_html",
    "commitments_text",
    "commitments_xlsx",
    "comparison_csv",
    "comparison_html",
    "comparison_markdown",
    "comparison_xlsx",
    "contributions_csv",
    "contributions_html",
    "contributions_text",
    "contributions_xlsx",
    "copy_answer",
    "count",
    "coverage_csv",
    "coverage_html",
    "coverage_text",
    "coverage_xlsx",
    "day",
    "describe_filters",
    "document_html",
    "document_link",
    "documents_csv",
    "evidence_html",
    "external_link",
    "figure_text",
    "figures_html",
    "fingerprint",
    "hits_html",
    "indicators_csv",
    "indicators_text",
    "indicators_xlsx",
    "peers_csv",
    "peers_html",
    "peers_markdown",
    "period",
    "places",
    "plain",
    "practice_form_html",
    "practice_preview_html",
    "proposal_html",
    "prose_html",
    "reason_html",
    "record_markdown",
    "reference_list",
    "refusal_html",
    "render",
    "review_markdown",
    "search_text",
    "section_at",
    "transcript_file",
    "verified",
    "verified_commitments",
    "verified_contributions",
    "verified_hits",
    "verified_indicators",
    "verified_table",
    "waiting_html",
    "waiting_practices_html",
    "what_is_read",
]
