"""The assistant as one object: open a built index, ask, search, look a document up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from kin_assistant.answer.composer import Composer
from kin_assistant.answer.evidence import Evidence, EvidenceNetwork, EvidenceReader
from kin_assistant.answer.pipeline import AnswerPipeline
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.answer.suggestions import suggest_questions
from kin_assistant.answer.talk import TalkResponder
from kin_assistant.answer.telling import DocumentTeller
from kin_assistant.briefs.anchors import QuoteFinder
from kin_assistant.briefs.brief import Brief, Quote, Span
from kin_assistant.briefs.maker import BriefMaker
from kin_assistant.briefs.package import PackageMaker
from kin_assistant.briefs.training import TrainingMaker
from kin_assistant.commitments.finder import CommitmentFinder
from kin_assistant.commitments.values import CommitmentQuery, Commitments
from kin_assistant.contributions.finder import ContributionFinder
from kin_assistant.contributions.values import ContributionQuery, Contributions
from kin_assistant.coverage.survey import MAX_READ, add_fields, survey_documents
from kin_assistant.coverage.values import Coverage
from kin_assistant.crosslingual.pipeline import open_pipeline
from kin_assistant.crosslingual.retrieval import QuestionEncoder
from kin_assistant.errors import ContributionError, IndexMissing, IndicatorError, LanguageModelError
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.snapshot import BuildInfo, OpenIndex, current_recipe, describe_build, open_published
from kin_assistant.indicators.finder import IndicatorFinder
from kin_assistant.indicators.values import IndicatorQuery, Indicators
from kin_assistant.models.embedder import Embedder, open_embedder, read_common_words
from kin_assistant.models.evidence_network import open_scorer
from kin_assistant.models.multilingual import open_multilingual
from kin_assistant.models.reranker import open_reranker
from kin_assistant.peers.finder import PeerFinder
from kin_assistant.peers.situation import check_situation
from kin_assistant.peers.values import PEERS, Peers
from kin_assistant.places.matching import Gazetteer, PlaceIndex
from kin_assistant.policy import AnswerPolicy
from kin_assistant.processes.watchdog import call_within
from kin_assistant.question.checks import check_question
from kin_assistant.question.kinds import KindClassifier
from kin_assistant.question.names import LibraryNames
from kin_assistant.question.query import QueryParser
from kin_assistant.records.asked import FieldMatcher
from kin_assistant.records.comparison import DEFAULT_COLUMNS, ComparisonMaker
from kin_assistant.records.reader import RecordReader
from kin_assistant.retrieval import Retriever
from kin_assistant.settings import Settings
from kin_assistant.types import (
    Answer,
    Citation,
    Comparison,
    Document,
    DocumentInfo,
    Filters,
    Record,
    RecordField,
    SearchResult,
    Sentence,
    WantedForm,
)

if TYPE_CHECKING:
    from kin_assistant.writing.model import LanguageModel
    from kin_assistant.writing.writer import ProseWriter

__all__ = ["Assistant"]

_WORDS = "waste"

_Result = TypeVar("_Result")


class Assistant:
    """Answers from one published build; safe to use from several threads. Close it to free the files."""

    def __init__(
        self,
        index: OpenIndex,
        embedder: Embedder,
        settings: Settings,
        *,
        kinds: KindClassifier,
        network: EvidenceNetwork | None = None,
        policy: AnswerPolicy | None = None,
        language_model: LanguageModel | None = None,
        multilingual: QuestionEncoder | None = None,
    ) -> None:
        """``multilingual`` is for questions in other languages. Raises ``ModelError`` for weights that are missing or damaged."""
        self._index, self._kinds, self._language_model, self._multilingual = index, kinds, language_model, multilingual
        self._embedder, self._settings, self._network = embedder, settings, network
        self.policy = policy = policy or AnswerPolicy()
        self.retriever = Retriever(
            index,
            embedder,
            policy=policy.retrieval,
            passages_per_document=settings.passages_per_document,
            reranker=open_reranker(settings.reranker),
        )
        profile = index.manifest.profile
        places = PlaceIndex(
            Gazetteer.load(), index.library.infos, index.vocabulary, profile.home, english=read_common_words()
        )
        sections = profile.compiler_sections
        self._records = RecordReader(index, embedder.name, compiler_sections=sections)
        fields = FieldMatcher(self._records, embedder.name)
        reader = EvidenceReader(index, network, fields=fields, policy=policy.evidence)
        self.sentence_search = search = SentenceSearch(index, embedder, self.retriever, reader, places, policy.search)
        talk = TalkResponder(embedder, index.library.infos, profile.examples, policy.talk)
        self._parser = parser = QueryParser(
            index,
            embedder,
            places,
            kinds,
            bodies=profile.bodies,
            names=LibraryNames(index, most_documents=policy.evidence.documents_of_name),
            max_characters=settings.max_question_characters,
            max_turns=settings.max_history_turns,
        )
        self._comparisons = ComparisonMaker(search, self._records, index.manifest.build_id, compiler_sections=sections)
        build_id, title = index.manifest.build_id, profile.title
        self._briefs = BriefMaker(
            search,
            self._records,
            self._comparisons,
            build_id,
            library=title,
            compiler_sections=sections,
        )
        self._trainings = TrainingMaker(
            search, self._records, self._comparisons, build_id, name=title, compiler_sections=sections
        )
        self._packages = PackageMaker(index.library, self._records, build_id, name=title)
        self._quotes = QuoteFinder(index.library, build_id, name=title, compiler_sections=sections)
        self._indicators = IndicatorFinder(search, index.manifest.build_id, compiler_sections=sections)
        self._contributions = ContributionFinder(
            search,
            self._records,
            self._comparisons,
            self._indicators.reader,
            build_id,
            compiler_sections=sections,
        )
        self._commitments = CommitmentFinder(
            search, self._records, self._comparisons, build_id, compiler_sections=sections
        )
        self._peers = PeerFinder(search, self._records, self._comparisons, build_id, compiler_sections=sections)
        self._pipeline = AnswerPipeline(
            index.library,
            index.manifest.build_id,
            parser,
            self.retriever,
            reader,
            Composer(search, talk, self._records.fields_of, policy),
            policy=policy,
            answer_words=settings.answer_words,
            compiler_sections=sections,
        )
        self._crosslingual = open_pipeline(index, multilingual, places, settings.answer_words, sections)

    @classmethod
    def open(
        cls,
        index: Path | str | None = None,
        *,
        settings: Settings | None = None,
        notices: Sequence[str] = (),
        policy: AnswerPolicy | None = None,
        language_model: LanguageModel | None = None,
    ) -> Assistant:
        """Open the published build of the folder ``index`` (by default the one that the settings name).

        ``notices`` are what a user should know about this build, a sentence each; ``policy`` is another one than ships;
        ``language_model`` writes in the place of the one that the settings name.

        Raises ``IndexMissing``, ``IndexStale`` or ``IndexDamaged``, ``ModelError`` if the embedding model is not there, and
        ``ResourceError`` if there is no room to open it.
        """
        settings = settings or Settings()
        root = Path(index) if index is not None else settings.index
        IndexFolder(root).published()  # before the model: without an index nothing else matters
        models = IndexFolder(root).models
        embedder = open_embedder(settings.model, engine=settings.engine, cache=models)
        network = open_scorer(settings.reader, engine=settings.engine, cache=models)
        kinds = KindClassifier(engine=settings.engine, cache=models)
        opened = open_published(root, current_recipe(embedder.name, embedder.dimension))
        opened = replace(opened, notices=(*opened.notices, *notices))
        second = open_multilingual(settings.languages, engine=settings.engine, cache=models)
        return cls(
            opened, embedder, settings, network=network, kinds=kinds, policy=policy, language_model=language_model,
            multilingual=second,
        )  # fmt: skip

    def warm(self) -> None:
        """Load the networks, which else happens at the first question. Raises ``ModelError`` if they cannot be."""
        self._within(self._run_networks, "Loading the networks")

    def newer_build(self) -> str | None:
        """Name of the published build, if another one answers here: somebody has synced since. Reads one small file."""
        folder = self._index.folder
        try:
            published = IndexFolder(folder.parent).published()
        except IndexMissing:
            return None
        return None if published == folder else published.name

    def reopened(self) -> Assistant:
        """Another assistant, with the same models, over what is published now. Raises as ``open`` does."""
        recipe = current_recipe(self._embedder.name, self._embedder.dimension)
        opened = open_published(self._index.folder.parent, recipe)
        return Assistant(
            opened,
            self._embedder,
            self._settings,
            network=self._network,
            kinds=self._kinds,
            policy=self.policy,
            language_model=self._language_model,
            multilingual=self._multilingual,
        )

    def ask(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        history: Sequence[str] = (),
        id: str | None = None,
        words: int | None = None,
        form: WantedForm | None = None,
    ) -> Answer:
        """Answer ``question`` with quoted sentences, or say why not. ``history`` holds the earlier questions in order.

        The quotes take at most ``words``, by default what the settings say; twice as many, where more are asked for. ``form``
        is a form to have the answer in; so is a message such as "as a table", which asks the last question again.

        A question in another language is answered as it stands, where the extra ``languages`` is installed. Raises
        ``QuestionError`` for a question that cannot be read, ``FilterError`` for an unknown filter value, and
        ``AnswerTimeout`` if it takes longer than the settings allow.
        """
        answer = partial(
            self._pipeline.answer, question, filters=filters, history=history, answer_id=id, max_words=words, form=form
        )
        if self._crosslingual:
            answer = partial(self._crosslingual.answer_otherwise, answer, question, filters, id, words)
        return self._within(answer, "The answer")

    def suggest(
        self,
        answer: Answer,
        *,
        filters: Filters | None = None,
        history: Sequence[str] = (),
        go_on: Callable[[], bool] = lambda: True,
    ) -> tuple[str, ...]:
        """At most three questions to go on with, each asked beforehand: ``suggest_questions``.

        ``history`` holds the questions up to that of ``answer``. Takes a few times as long as ``ask``, and raises as it does.
        """

        def ask_beforehand(question: str) -> Answer:
            asked = partial(self._pipeline.answer, question, filters=filters, history=history)
            return self._within(asked, "A question asked beforehand")

        headings = self._index.manifest.profile.section_questions
        return suggest_questions(answer, self._headings_of, headings, ask_beforehand, go_on=go_on)

    def _headings_of(self, document_id: str) -> tuple[DocumentInfo, list[str]]:
        document = self.document(document_id)
        blocks = (block for block in document.blocks if block.kind == "heading")
        return document.info, [document.text[block.start : block.end] for block in blocks]

    def read(self, question: str) -> Evidence:
        """What is found and read for ``question``, before it is refused or answered: for training and evaluation."""
        return self._pipeline.read(question)

    def open_teller(self, question: str) -> DocumentTeller:
        """What tells documents to who asks ``question``: for training."""
        return DocumentTeller(self._parser.understand(question), self.sentence_search, self._records.fields_of)

    def open_writer(self) -> ProseWriter:
        """What lets the language model write about answers: ``open_writer().write(answer)``. Reaches for nothing yet.

        Raises ``LanguageModelError`` if no language model is set up, or not as it should be.
        """
        from kin_assistant.writing.connection import ChatServer
        from kin_assistant.writing.writer import ProseWriter

        settings = self._settings
        if self._language_model is None and not settings.llm_url:
            raise LanguageModelError("No language model is set up. Set KIN_LLM_URL and KIN_LLM_MODEL.")
        model = self._language_model or ChatServer(
            settings.llm_url,
            settings.llm_model,
            settings.llm_api_key.get_secret_value(),
            seconds=settings.llm_seconds,
            insecure=settings.llm_insecure == "on",
        )
        return ProseWriter(model, context=settings.llm_context, seconds=settings.llm_seconds)

    def search(
        self, query: str, *, limit: int = 10, filters: Filters | None = None, id: str | None = None
    ) -> SearchResult:
        """The ``limit`` best passages for ``query``. Raises as ``ask`` does."""
        query = check_question(query, max_characters=self._settings.max_question_characters)
        hits = self._within(partial(self.retriever.search, query, limit=limit, filters=filters), "The search")
        return SearchResult(id=id, query=query, hits=hits)

    def record(self, document_id: str) -> Record:
        """A document as a good-practice record: the fields that it tells, each with its sentences. Raises ``KeyError``."""
        return self._records.read(document_id)

    def compare(
        self, topic: str, cities: Sequence[str] = (), columns: Sequence[RecordField] = DEFAULT_COLUMNS
    ) -> Comparison:
        """What ``cities``, or those best documented, did about ``topic``: a row a city, a column a field of their records.

        Raises ``QuestionError`` for a topic that cannot be read, ``ComparisonError`` for a city that no document is about
        and for too many, and ``AnswerTimeout`` as ``ask`` does.
        """
        topic = check_question(topic, max_characters=self._settings.max_question_characters)
        return self._within(partial(self._comparisons.compare, topic, cities, columns), "The comparison")

    def peers(self, situation: str, *, limit: int = PEERS) -> Peers:
        """What cities like the one of ``situation``, a few sentences, did: at most ``limit`` practices, the most alike first.

        Each has the traits that match and those that differ, and what was done, what came of it and what it cost in quoted
        sentences. What was read of the situation is told too. Raises ``QuestionError`` for words that cannot be read, and
        ``AnswerTimeout`` as ``ask`` does.
        """
        situation = check_situation(situation, max_characters=self._settings.max_question_characters)
        return self._within(partial(self._peers.find, situation, limit), "The search for peers")

    def propose_brief(
        self,
        title: str,
        *,
        cities: Sequence[str] = (),
        documents: Sequence[str] = (),
        left_out: Collection[Span] = (),
    ) -> Brief:
        """A brief on ``title`` with evidence by section; ``cities`` and ``documents``, by id, restrict where it comes from.

        ``left_out`` are quotes that it would hold otherwise. Raises ``BriefError`` for a title without a topic, for a topic
        of which nothing is known and where nothing is left, ``ComparisonError`` for a city that no document is about, and
        ``AnswerTimeout`` as ``ask`` does.
        """
        return self._within(partial(self._briefs.propose, title, cities, documents, left_out), "The brief")

    def package(self, document_id: str) -> Brief:
        """The know-how package of a practice: why, steps, partners, costs, results, conditions, contacts, sources; all quoted.

        Raises ``BriefError`` for an unknown document and for one that tells no field of a record, ``AnswerTimeout`` as ``ask``.
        """
        return self._within(partial(self._packages.make, document_id), "The package")

    def training_sheet(self, theme: str) -> Brief:
        """A training sheet: questions on ``theme`` with quoted answers, terms with their definitions, and what is left open.

        Raises ``BriefError`` for a theme that cannot be read or of which no practice is known, ``AnswerTimeout`` as ``ask``.
        """
        return self._within(partial(self._trainings.make, theme), "The training sheet")

    def reopen_brief(self, brief: Brief) -> Brief:
        """``brief`` with each of its quotes found again in these documents, or marked.

        Raises ``BriefError`` if it quotes another corpus, and ``AnswerTimeout`` as ``ask`` does.
        """
        return self._within(partial(self._quotes.find_again, brief), "The brief")

    def pin(self, citation: Citation) -> Quote:
        """What an answer, a record or a comparison cites, as a quote for a brief. Raises ``KeyError`` for an unknown document."""
        return Quote.of_citation(citation, self.document(citation.document_id).sha256)

    def find_quote(self, quote: Quote) -> Quote:
        """``quote`` as its document has it now; its state says whether it still stands there."""
        return self._quotes.find(quote)

    def indicators(self, query: IndicatorQuery | None = None) -> Indicators:
        """The figures that ``query`` asks for, by default all, each in its sentence; disputed ones are marked.

        Raises ``QuestionError`` for a topic that cannot be read, ``IndicatorError`` for an empty one, for an unknown city,
        country or unit and for years that run backwards, and ``AnswerTimeout`` as ``ask`` does.
        """
        query = query or IndicatorQuery()
        if query.topic is not None:
            if not query.topic.strip():
                raise IndicatorError("The topic is empty. Name one, or leave it out to see all figures.")
            topic = check_question(query.topic, max_characters=self._settings.max_question_characters)
            query = query.model_copy(update={"topic": topic})
        return self._within(partial(self._indicators.find, query), "The search for figures")

    def contributions(self, query: ContributionQuery | None = None) -> Contributions:
        """Who paid, what for, how much and as what, and who took part: all, or what ``query`` asks for, each in its sentence.

        Raises ``QuestionError`` for a topic that cannot be read, ``ContributionError`` for an empty one and for a funder that no
        document names, ``ComparisonError`` for a city that none is about, and ``AnswerTimeout`` as ``ask`` does.
        """
        query = query or ContributionQuery()
        query = query.model_copy(update={"topic": self._check_topic(query.topic)})
        return self._within(partial(self._contributions.find, query), "The search for money and partners")

    def commitments(self, query: CommitmentQuery | None = None) -> Commitments:
        """What cities and bodies said they would do, by when, and what sentences of later years say of it.

        Raises ``QuestionError`` for a topic that cannot be read, ``ContributionError`` for an empty one, ``ComparisonError`` for
        a city that no document is about, and ``AnswerTimeout`` as ``ask`` does.
        """
        query = query or CommitmentQuery()
        query = query.model_copy(update={"topic": self._check_topic(query.topic)})
        return self._within(partial(self._commitments.find, query), "The search for commitments")

    def _check_topic(self, topic: str | None) -> str | None:
        if topic is None:
            return None
        if not topic.strip():
            raise ContributionError("The topic is empty. Name one, or leave it out to see all that is known.")
        return check_question(topic, max_characters=self._settings.max_question_characters)

    def coverage(self, *, max_read: int = MAX_READ) -> Coverage:
        """What the documents cover and where nothing is known: themes by countries, cities and years, from their metadata.

        Of a library with ``max_read`` documents or fewer also which fields of a good-practice record each document tells. Raises
        ``AnswerTimeout`` as ``ask`` does.
        """
        manifest, library = self._index.manifest, self._index.library
        coverage = survey_documents(
            library.infos, Gazetteer.load(), build_id=manifest.build_id, built_in=manifest.built_at.year
        )
        if len(library.infos) > max_read:
            return coverage
        rows = [library.row_of(info.id) for info in library.infos]
        told = self._within(lambda: [set(self._records.fields_of(row).values()) for row in rows], "The coverage")
        return add_fields(coverage, library.infos, told)

    @property
    def documents(self) -> tuple[DocumentInfo, ...]:
        """All documents without their text, sorted by id."""
        return self._index.library.infos

    def document(self, document_id: str) -> Document:
        """A document with its text. Raises ``KeyError``."""
        return self._index.library.document(self._index.library.row_of(document_id))

    def sentences(self, document_id: str) -> tuple[Sentence, ...]:
        """What can be quoted of a document, in reading order. Raises ``KeyError``."""
        library = self._index.library
        passages = (library.passage(row) for row in library.passages_of(library.row_of(document_id)))
        return tuple(sentence for passage in passages for sentence in passage.sentences)

    @property
    def build(self) -> BuildInfo:
        """The build that answers."""
        return describe_build(self._index)

    def close(self) -> None:
        """Free the files."""
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

    def _run_networks(self) -> None:
        self.retriever.search(_WORDS, limit=1)
        self._kinds.classify(_WORDS)
        if self._network:
            self._network.score(_WORDS, [("", [_WORDS])])

    def _within(self, function: Callable[[], _Result], what: str) -> _Result:
        return call_within(self._settings.answer_seconds, function, what=what)
