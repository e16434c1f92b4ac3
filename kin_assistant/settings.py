"""Settings, read once from the environment (prefix ``KIN_``) by the entry points and then taken apart."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


class Settings(BaseSettings):
    """Everything that can be set. Each field is also an environment variable: ``KIN_PORT=8000``."""

    model_config = SettingsConfigDict(env_prefix="KIN_", frozen=True, extra="forbid", hide_input_in_errors=True)

    corpus: Path = Field(
        Path("corpus"), description="Folder with the documents; the page adds files to its folder added/."
    )
    index: Path = Field(Path("index"), description="Folder for what is derived from them; may be deleted.")
    model: str = Field(
        "bundled",
        description="Embedding model: 'bundled' (all-MiniLM-L6-v2) or a local folder in sentence-transformers layout.",
    )
    engine: str = Field(
        "auto",
        pattern="^(auto|openvino|torch)$",
        description="What runs the model: 'openvino', 'torch', or 'auto' for the faster one that is installed.",
    )
    reader: str = Field(
        "bundled",
        description="What reads question and passage together: 'bundled', 'off', or a file of weights.",
    )
    reranker: str = Field(
        "",
        description="Cross-encoder that ranks the best passages again: a folder, or a name on a model hub; empty for none.",
    )
    languages: str = Field(
        "auto",
        pattern="^(auto|off)$",
        description="Questions in other languages: 'auto' answers them where the extra languages is installed; 'off' does not.",
    )
    host: str = Field("127.0.0.1", description="Address the page listens on.")
    port: int = Field(7860, ge=1, le=65535, description="Port the page listens on.")
    trusted_proxies: str = Field(
        "",
        description="Web servers in front of the page, as addresses or networks with commas between; only these are believed "
        "who asks.",
    )
    connections_per_client: int = Field(
        64, ge=4, le=4096, description="Connections that one client may have open at once."
    )
    read_seconds: int = Field(
        120, ge=10, le=3600, description="Reading one file may take so long; then it is given up."
    )
    read_memory_mb: int = Field(1024, ge=256, le=65_536, description="Memory that reading one file may take.")
    read_characters: int = Field(
        10_000_000, ge=100_000, le=100_000_000, description="Documents with more characters of text are not read."
    )
    read_workers: int = Field(2, ge=1, le=64, description="Files read at the same time.")
    curator_password: str = Field(
        "",
        description="Asked for before documents can be changed on the page; empty: only on this machine, without one.",
    )
    accounts: str = Field(
        "",
        description="File with accounts, made by kin accounts add: the page asks everybody to log in; empty: nobody is asked.",
    )
    session_idle_minutes: int = Field(
        60, ge=1, le=10_080, description="Whoever logged in and does nothing for so long is logged out."
    )
    session_hours: int = Field(
        12, ge=1, le=720, description="Whoever logged in is logged out after so long in any case."
    )
    proxy_user_header: str = Field(
        "",
        pattern="^[A-Za-z0-9-]*$",
        description="Header in which a server of KIN_TRUSTED_PROXIES names who is logged in there, such as X-Auth-Request-Email.",
    )
    proxy_default_role: Literal["none", "reader"] = Field(
        "reader", description="Role of whom it names and who has no account: 'reader', or 'none' to refuse them."
    )
    feedback: Path = Field(Path("feedback"), description="Folder for the readers' verdicts; stays on this machine.")
    practices: Path = Field(
        Path("practices"), description="Folder for practices that were submitted on the page and wait for a curator."
    )
    page_texts: str = Field(
        "",
        description="Folder with tables of the page's texts in other languages, beside those of the program; empty for none.",
    )
    max_question_characters: int = Field(2000, ge=50, le=20_000, description="Longer questions are refused.")
    max_history_turns: int = Field(8, ge=0, le=50, description="Earlier questions taken into account.")
    answer_seconds: int = Field(
        60, ge=1, le=3600, description="An answer may take so long; a page that does not come back soon after ends."
    )
    answer_words: int = Field(150, ge=30, le=1000, description="Quoted words in an answer, at most.")
    passages_per_document: int = Field(3, ge=1, le=50, description="Passages of one document in a result, at most.")
    queue_size: int = Field(32, ge=1, le=1000, description="Questions that may wait on the page.")
    questions_per_minute: int = Field(20, ge=1, le=10_000, description="Questions a minute from one client.")
    api: str = Field(
        "off",
        pattern="^(on|off)$",
        description="Whether other programs may ask at the page's address: 'on' or 'off'; docs/api.md says how.",
    )
    api_origins: str = Field(
        "",
        description="Web origins whose scripts may ask too, such as https://intranet.example.org, with commas between.",
    )

    metrics_readers: str = Field(
        "",
        description="Who may read figures for monitoring at /metrics, as addresses or networks with commas between; empty: "
        "nobody.",
    )
    log: Literal["text", "json"] = Field(
        "text",
        description="Form of the log on standard error: 'text', or 'json' for a line of JSON each, for each question too.",
    )

    llm_url: str = Field(
        "",
        description="Address of a language model's server that speaks OpenAI's protocol, such as http://127.0.0.1:11434/v1; "
        "empty for none.",
    )
    llm_model: str = Field("", max_length=200, description="Name of the model there.")
    llm_api_key: SecretStr = Field(SecretStr(""), description="Key for that server; it is sent nowhere else.")
    llm_context: int = Field(
        8192, ge=1024, le=10_000_000, description="Tokens that the model takes in and gives, together."
    )
    llm_seconds: int = Field(60, ge=1, le=600, description="Writing may take so long; then it is given up.")
    llm_insecure: str = Field(
        "off",
        pattern="^(on|off)$",
        description="Whether question, quotes and key may go to another machine unencrypted (http): 'on' or 'off'.",
    )

    @field_validator("trusted_proxies", "metrics_readers")
    @classmethod
    def _names_networks(cls, value: str) -> str:
        for part in value.split(","):
            if part.strip():
                ipaddress.ip_network(part.strip())
        return value

    @field_validator("api_origins")
    @classmethod
    def _names_origins(cls, value: str) -> str:
        for part in value.split(","):
            if part.strip() and not re.fullmatch(r"https?://[a-z0-9.:\[\]-]+", part.strip()):
                raise ValueError(f"{part.strip()} is no web origin, such as https://intranet.example.org")
        return value

    @field_validator("llm_url")
    @classmethod
    def _names_server(cls, value: str) -> str:
        if value:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname or not _has_port(value):
                raise ValueError("it is no address of a server, such as http://127.0.0.1:11434/v1")
            if parts.username is not None or parts.query or parts.fragment or not value.isprintable() or " " in value:
                raise ValueError("it holds more than a server, a port and a path; a key belongs into KIN_LLM_API_KEY")
        return value

    @field_validator("llm_api_key")
    @classmethod
    def _fits_a_header(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value()
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("it holds characters that no key has")
        return value


def _has_port(address: str) -> bool:
    """Whether the port of ``address`` is a number, if it has one."""
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False
