"""A server that speaks OpenAI's protocol for chats (vLLM, Ollama, llama.cpp, providers), as a language model.

Nothing is read from the environment: no ``OPENAI_`` variable, no proxy, no password file. A redirection is not followed, so
neither the key nor a question goes anywhere but to the address that was set. Whatever comes back is bounded.
"""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from kin_assistant.errors import LanguageModelError
from kin_assistant.writing.events import bound, read_events, read_whole
from kin_assistant.writing.model import LONGEST_SENTENCE, MOST_KEYS, MOST_SENTENCES, Prompt

if TYPE_CHECKING:
    import httpx

__all__ = ["ChatServer", "is_loopback"]

_PATH: Final = "/chat/completions"
_CONNECT_SECONDS: Final = 10.0
_NOT_THIS_WAY: Final = frozenset({400, 415, 422, 500, 501})
"""What servers answer to a field that they do not know or cannot do."""
_ASKS_FOR_KEY: Final = frozenset({401, 403})
_BUSY: Final = frozenset({429, 503})
_REFUSED: Final = frozenset({400, 413, 422})
_DETAILS: Final = 500


class ChatServer:
    """One model on one server. Opening it reaches for nothing."""

    def __init__(self, address: str, model: str, key: str = "", *, seconds: float, insecure: bool = False) -> None:
        """``address`` is an http or https address without user and query; ``seconds`` bounds each wait for the server.

        Raises ``LanguageModelError`` if no ``model`` is named, and for plain http to another machine unless ``insecure``.
        """
        parts = urlsplit(address)
        self.name, self.host = model, parts.netloc
        if not model:
            raise LanguageModelError("KIN_LLM_URL is set and KIN_LLM_MODEL is not. Name the model that is to write.")
        if parts.scheme != "https" and not insecure and not is_loopback(parts.hostname or ""):
            raise LanguageModelError(
                "KIN_LLM_URL sends questions to another machine unencrypted. Use https, or set KIN_LLM_INSECURE to on."
            )
        self._address = address.rstrip("/").removesuffix(_PATH) + _PATH
        self._key, self._seconds = key, seconds

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """The reply as it comes. Raises ``LanguageModelError`` with a sentence for whatever can go wrong."""
        import httpx

        began = False
        until = time.monotonic() + self._seconds
        try:
            with self._client() as client:
                for payload in self._payloads(prompt):
                    with client.stream("POST", self._address, json=payload) as response:
                        if response.status_code in _NOT_THIS_WAY and "max_tokens" in payload:
                            continue  # asked for too much: the next one asks for less
                        self._check(response)
                        for piece in _pieces(response, self.host, until):
                            began = True
                            yield piece
                        return
        except httpx.TimeoutException as error:
            raise LanguageModelError(
                f"The language model’s server at {self.host} did not answer in time.", details=repr(error)
            ) from error
        except (httpx.ConnectError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            why = " Its certificate is not trusted here." if "CERTIFICATE_VERIFY" in str(error) else ""
            raise LanguageModelError(
                f"The language model’s server at {self.host} cannot be reached.{why}", details=repr(error)
            ) from error
        except httpx.TransportError as error:
            if began:
                raise LanguageModelError(
                    "The language model broke off in the middle of its reply.", details=repr(error)
                ) from error
            raise LanguageModelError(
                f"What answers at {self.host} is no language model’s server: it gives no answer in HTTP.",
                details=repr(error),
            ) from error

    def _client(self) -> httpx.Client:
        import ssl

        import httpx

        # The certificates that the system trusts, among them those of the office; httpx brings a list of its own.
        trusted = ssl.create_default_context() if self._address.startswith("https:") else True
        headers = {"accept": "text/event-stream, application/json", "accept-encoding": "identity"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        limits = httpx.Timeout(self._seconds, connect=min(_CONNECT_SECONDS, self._seconds))
        return httpx.Client(verify=trusted, trust_env=False, follow_redirects=False, timeout=limits, headers=headers)

    def _payloads(self, prompt: Prompt) -> Iterator[dict[str, Any]]:
        """What is sent: first with the form of the reply laid down; where a server refuses that, more and more plainly."""
        tokens = {"temperature": 0, "max_tokens": prompt.reply_tokens}
        yield {**self._asking(prompt, as_json=True), **tokens, "response_format": _response_format(prompt)}
        yield {**self._asking(prompt, as_json=False), **tokens}
        yield self._asking(prompt, as_json=False)

    def _asking(self, prompt: Prompt, *, as_json: bool) -> dict[str, Any]:
        rules = {"role": "system", "content": prompt.rules(as_json=as_json)}
        return {"model": self.name, "messages": [rules, {"role": "user", "content": prompt.data}], "stream": True}

    def _check(self, response: httpx.Response) -> None:
        """Raises ``LanguageModelError`` for a status that is no answer."""
        status = response.status_code
        if status == 200:
            return
        if status in _ASKS_FOR_KEY:
            why = "asks for another key than KIN_LLM_API_KEY" if self._key else "asks for a key: set KIN_LLM_API_KEY"
        elif status == 404:
            why = "knows no such address or model: look at KIN_LLM_URL and KIN_LLM_MODEL"
        elif status in _BUSY:
            why = "is busy. Please try again in a moment"
        elif status in _REFUSED:
            why = f"refuses the request (status {status}): look at KIN_LLM_MODEL and KIN_LLM_CONTEXT"
        elif 300 <= status < 400:
            why = "points to another address, which is not followed: look at KIN_LLM_URL"
        else:
            why = f"reports a fault (status {status})"
        details = ""
        for part in response.iter_raw(_DETAILS):
            details = part[:_DETAILS].decode("utf-8", "replace")
            break
        raise LanguageModelError(f"The language model’s server at {self.host} {why}.", details=details)


def is_loopback(host: str) -> bool:
    """Whether ``host``, a name or an address, is this machine itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _response_format(prompt: Prompt) -> dict[str, Any]:
    """A JSON schema in which nothing but the keys of the quotes can be named."""
    key = {"type": "string", "enum": list(prompt.keys)}
    named = {"type": "array", "items": key, "minItems": 1, "maxItems": MOST_KEYS}
    sentence = {
        "type": "object",
        "properties": {"keys": named, "text": {"type": "string", "maxLength": LONGEST_SENTENCE}},
        "required": ["keys", "text"],
        "additionalProperties": False,
    }
    schema = {
        "type": "object",
        "properties": {"sentences": {"type": "array", "items": sentence, "maxItems": MOST_SENTENCES}},
        "required": ["sentences"],
        "additionalProperties": False,
    }
    return {"type": "json_schema", "json_schema": {"name": "prose", "strict": True, "schema": schema}}


def _pieces(response: httpx.Response, host: str, until: float) -> Iterator[str]:
    """The text of a response that is a stream of events, or JSON from a server that does not stream."""
    body = bound(response.iter_raw(), until)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoded = response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")
    if kind == "text/event-stream" and not encoded:
        yield from read_events(body, host)
    elif kind == "application/json" and not encoded:
        yield from read_whole(body, host)
    else:
        raise LanguageModelError(
            f"What answers at {host} is no language model’s server: look at KIN_LLM_URL.",
            details=json.dumps(dict(response.headers))[:_DETAILS],
        )
