"""Settings come from the environment, are checked, and cannot change."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from kin_assistant.settings import Settings


def test_what_is_not_set_has_its_default() -> None:
    settings = Settings()
    assert (settings.corpus, settings.index) == (Path("corpus"), Path("index"))
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)
    assert settings.model == "bundled"
    assert (settings.metrics_readers, settings.log) == ("", "text"), "nobody reads figures until somebody says who"
    assert (settings.api, settings.api_origins) == ("off", ""), "no other program may ask until somebody says so"


@pytest.mark.parametrize(
    ("variable", "value", "field", "read"),
    [
        ("KIN_PORT", "8000", "port", 8000),
        ("KIN_CORPUS", "/some/folder", "corpus", Path("/some/folder")),
        ("kin_answer_words", "80", "answer_words", 80),
        ("KIN_ENGINE", "torch", "engine", "torch"),
        ("KIN_API", "on", "api", "on"),
        (
            "KIN_API_ORIGINS",
            "https://a.example, http://b.example:8000",
            "api_origins",
            "https://a.example, http://b.example:8000",
        ),
        ("KIN_LLM_URL", "http://127.0.0.1:11434/v1", "llm_url", "http://127.0.0.1:11434/v1"),
        ("KIN_LLM_CONTEXT", "32768", "llm_context", 32768),
        ("KIN_METRICS_READERS", "127.0.0.1, 10.0.0.0/8", "metrics_readers", "127.0.0.1, 10.0.0.0/8"),
        ("KIN_LOG", "json", "log", "json"),
        ("KIN_TRUSTED_PROXIES", "127.0.0.1, 2001:db8::/32", "trusted_proxies", "127.0.0.1, 2001:db8::/32"),
    ],
)
def test_the_environment_sets_them(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, field: str, read: object
) -> None:
    monkeypatch.setenv(variable, value)
    assert getattr(Settings(), field) == read


def test_what_is_given_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIN_PORT", "8000")
    assert Settings(port=9000).port == 9000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("port", 0),
        ("port", 65_536),
        ("port", "many"),
        ("engine", "magic"),
        ("answer_words", 29),
        ("answer_words", 1001),
        ("max_question_characters", 49),
        ("max_history_turns", -1),
        ("passages_per_document", 0),
        ("queue_size", 0),
        ("questions_per_minute", 0),
        ("connections_per_client", 3),
        ("trusted_proxies", "nginx"),
        ("trusted_proxies", "10.0.0.1/8"),
        ("trusted_proxies", "*"),
        ("session_idle_minutes", 0),
        ("session_hours", 0),
        ("proxy_user_header", "X-User: ada"),
        ("proxy_default_role", "curator"),
        ("metrics_readers", "on"),
        ("metrics_readers", "prometheus.example.org"),
        ("metrics_readers", "0.0.0.0/33"),
        ("log", "xml"),
        ("api", "yes"),
        ("llm_url", "llm.example.org/v1"),
        ("llm_url", "ftp://llm.example.org"),
        ("llm_url", "https://"),
        ("llm_url", "https://llm.example.org:port/v1"),
        ("llm_url", "https://llm.example.org:99999/v1"),
        ("llm_url", "https://user:secret@llm.example.org/v1"),
        ("llm_url", "https://llm.example.org/v1?key=secret"),
        ("llm_url", "https://llm.example.org/v1#top"),
        ("llm_url", "https://llm.example.org/v 1"),
        ("llm_api_key", "two\nlines"),
        ("llm_api_key", "with space"),
        ("llm_api_key", "schlüssel"),
        ("llm_context", 1023),
        ("llm_seconds", 0),
        ("llm_seconds", 601),
        ("llm_insecure", "yes"),
        ("api_origins", "*"),
        ("api_origins", "intranet.example.org"),
        ("api_origins", "https://intranet.example.org/app"),
    ],
)
def test_values_out_of_bounds_are_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        Settings(**{field: value})


def test_a_key_is_not_shown_by_accident() -> None:
    assert "own-secret" not in f"{Settings(llm_api_key='own-secret')!r} {Settings(llm_api_key='own-secret')}"
    with pytest.raises(ValidationError) as caught:
        Settings(llm_api_key="own-secret\n")
    assert "own-secret" not in f"{caught.value!r} {caught.value}"


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValidationError, match="portt"):
        Settings(portt=1)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1


def test_every_setting_is_described_and_every_number_has_bounds() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name
        if field.annotation is int:
            assert {type(bound).__name__ for bound in field.metadata} >= {"Ge", "Le"}, name


def test_no_settings_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("KIN_PORT=1234\n")
    monkeypatch.chdir(tmp_path)
    assert Settings().port == 7860
