"""What runs the page elsewhere is held to the code: files, commands, settings and addresses that it names exist.

No container is built here.
"""

from __future__ import annotations

import fnmatch
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from packaging.version import Version

from kin_assistant.cli import main as cli
from kin_assistant.monitoring.metrics import Metrics, PageState
from kin_assistant.settings import Settings
from kin_assistant.ui.guard import Guard
from tests.conftest import NOW

ROOT = Path(__file__).resolve().parent.parent
STATE = "/var/lib/kin-assistant"
SETTINGS = {f"KIN_{name.upper()}" for name in Settings.model_fields}


class Instruction(NamedTuple):
    """A line of the Dockerfile, with those that go on from it."""

    name: str
    words: str


def read_dockerfile() -> list[Instruction]:
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = [line for line in re.sub(r"\\\n\s*", " ", text).splitlines() if line.strip()]
    return [Instruction(*line.split(maxsplit=1)) for line in lines]


DOCKERFILE = read_dockerfile()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICE: dict[str, Any] = COMPOSE["services"]["kin"]
UNITS = sorted((ROOT / "deploy").iterdir())


def instructions(name: str, *, last_stage: bool = False) -> list[str]:
    begins = max(i for i, each in enumerate(DOCKERFILE) if each.name == "FROM") if last_stage else 0
    return [each.words for each in DOCKERFILE[begins:] if each.name == name]


def environment_of_the_image() -> dict[str, str]:
    words = [word for line in instructions("ENV", last_stage=True) for word in shlex.split(line)]
    return dict(word.split("=", 1) for word in words)


def lines_of(unit: Path) -> Iterator[tuple[str, str]]:
    for line in unit.read_text("utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield name, value


def check_settings(values: dict[str, str]) -> None:
    """They exist, and take these values."""
    named = {name: value for name, value in values.items() if name.startswith("KIN_")}
    assert set(named) <= SETTINGS
    Settings(**{name[4:].lower(): value for name, value in named.items()})


# The image


def test_everything_that_is_copied_into_the_image_is_there_and_not_left_out() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
    for line in instructions("COPY"):
        words = shlex.split(line)
        if words[0].startswith("--from="):
            continue
        for source in words[:-1]:
            assert (ROOT / source).exists(), source
            parts = Path(source).parts
            above = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
            left_out = True  # by the first rule, which is "*"
            for rule in rules:
                if any(fnmatch.fnmatch(path, rule.removeprefix("!")) for path in above):
                    left_out = not rule.startswith("!")
            assert not left_out, source


def test_of_what_is_private_or_derived_nothing_is_sent_to_the_builder() -> None:
    rules = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert rules[1] == "*"
    let_in = {rule[1:].split("/")[0] for rule in rules if rule.startswith("!")}
    assert let_in.isdisjoint({".git", ".venv", "index", "feedback", "practices", "eval", "tests"})
    assert "corpus/added" in rules


def test_the_image_is_made_with_the_locked_packages_by_modules_that_exist() -> None:
    modules = [module for line in instructions("RUN") for module in re.findall(r"-m (\S+)", line)]
    assert "tools.install" in modules
    assert all(find_spec(module) for module in modules)
    assert "tools.install --no-project runtime" in " ".join(instructions("RUN")), (
        "what only development needs is left out"
    )
    (line,) = [line for line in instructions("ARG") if line.startswith("PYTHON=")]
    assert Version("3.11") <= Version(line.partition("=")[2]) <= Version("3.13")


def test_the_container_runs_as_nobody_who_could_change_the_program() -> None:
    (user,) = instructions("USER", last_stage=True)
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)
    assert str(SERVICE["user"]) == user
    assert f"chown -R {user} {STATE}" in instructions("RUN", last_stage=True)
    after = [each.name for each in DOCKERFILE[DOCKERFILE.index(Instruction("USER", user)) :]]
    assert not {"COPY", "RUN", "ADD"}.intersection(after)


def test_the_container_starts_the_page_over_its_four_folders() -> None:
    (entry,), (command,) = instructions("ENTRYPOINT"), instructions("CMD")
    words = [*yaml.safe_load(entry), *yaml.safe_load(command)]
    assert words[0] == "kin"
    assert cli._parser().parse_args(words[1:])
    environment = environment_of_the_image()
    check_settings(environment)
    folders = {environment[name] for name in ("KIN_CORPUS", "KIN_INDEX", "KIN_FEEDBACK", "KIN_PRACTICES")}
    (volumes,) = instructions("VOLUME")
    assert set(yaml.safe_load(volumes)) == folders
    assert all(folder.startswith(f"{STATE}/") for folder in folders)
    assert instructions("EXPOSE") == [environment["KIN_PORT"]]


class _Answering(BaseHTTPRequestHandler):
    """Answers whatever is asked with one status."""

    status = 200
    asked: str = ""

    def do_GET(self) -> None:
        type(self).asked = self.path
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_fails_where_the_page_cannot_answer(status: int, code: int) -> None:
    (check,) = instructions("HEALTHCHECK")
    command = yaml.safe_load(check.partition("CMD ")[2])
    answering = type("Answering", (_Answering,), {"status": status})
    with HTTPServer(("127.0.0.1", 0), answering) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        here = f"127.0.0.1:{server.server_address[1]}"
        code_here = command[2].replace(f"127.0.0.1:{environment_of_the_image()['KIN_PORT']}", here)
        assert code_here != command[2]
        run = subprocess.run([sys.executable, command[1], code_here], capture_output=True, timeout=60)
    assert run.returncode == code
    assert Guard(None)._methods(answering.asked)  # type: ignore[arg-type]


# Compose


def test_compose_gives_the_container_no_more_than_it_needs() -> None:
    assert SERVICE["read_only"] is True
    assert SERVICE["cap_drop"] == ["ALL"]
    assert SERVICE["security_opt"] == ["no-new-privileges:true"]
    assert SERVICE["tmpfs"][0].startswith("/tmp:")
    assert environment_of_the_image()["HOME"] == "/tmp", "libraries look for their folders there"
    assert "privileged" not in SERVICE


def test_compose_keeps_what_is_written_and_names_settings_that_exist() -> None:
    environment = environment_of_the_image()
    mounted = dict(reversed(volume.split(":")) for volume in SERVICE["volumes"])
    assert set(mounted) == {environment[name] for name in ("KIN_CORPUS", "KIN_INDEX", "KIN_FEEDBACK", "KIN_PRACTICES")}
    assert set(mounted.values()) == set(COMPOSE["volumes"])
    check_settings({name: value for name, value in SERVICE["environment"].items() if not value.startswith("$")})
    assert set(SERVICE["environment"]) <= SETTINGS


def test_compose_offers_the_page_to_this_machine_alone_and_believes_its_gateway() -> None:
    assert SERVICE["ports"] == [f"127.0.0.1:7860:{environment_of_the_image()['KIN_PORT']}"]
    (network,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    assert SERVICE["environment"]["KIN_TRUSTED_PROXIES"] == network["gateway"]
    assert SERVICE["environment"]["KIN_METRICS_READERS"] == network["gateway"]


# systemd


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd is not installed on this machine")
    for each in UNITS:  # a timer is looked at with its service
        text = each.read_text("utf-8").replace("/opt/kin-assistant/.venv/bin/kin", sys.executable)
        (tmp_path / each.name).write_text(text.replace("=/opt/kin-assistant", f"={tmp_path}"), "utf-8")
    run = subprocess.run([verify, "verify", "--man=no", tmp_path / unit.name], capture_output=True, text=True)
    assert (run.returncode, [line for line in run.stderr.splitlines() if str(tmp_path / unit.name) in line]) == (0, [])


def test_units_run_commands_and_set_settings_that_exist() -> None:
    ran = []
    for unit in UNITS:
        lines = list(lines_of(unit))
        check_settings(dict(value.split("=", 1) for name, value in lines if name == "Environment"))
        for value in (value for name, value in lines if name == "ExecStart"):
            words = shlex.split(value.replace("%%", "%"))
            if words[1] == "-c":
                words = shlex.split(words[2].removeprefix("exec "))
            assert words[0] == "/opt/kin-assistant/.venv/bin/kin"
            options = cli._parser().parse_args(words[1:])
            ran.append(options.run.__name__)
    assert ran == ["back_up", "_serve"]


def test_the_service_comes_back_after_an_answer_that_hung_and_may_write_into_its_state_alone() -> None:
    lines = dict(lines_of(ROOT / "deploy" / "kin.service"))
    assert lines["Restart"] == "on-failure"
    assert cli.HUNG != 0
    assert lines["ProtectSystem"] == "strict"
    assert lines["StateDirectory"] == Path(STATE).name
    folders = [
        value.split("=", 1)[1] for name, value in lines_of(ROOT / "deploy" / "kin.service") if name == "Environment"
    ]
    assert all(folder.startswith(f"{STATE}/") for folder in folders)


# The page for administrators


def test_every_figure_that_the_operations_page_names_exists() -> None:
    metrics = Metrics()
    metrics.watch(lambda: PageState("0.1.0", "b1", NOW, documents=3, passages=6, waiting=0, places=32))
    names = set(re.findall(r"^# TYPE (\w+) ", metrics.write().decode(), re.MULTILINE))
    names |= {f"{name}{ending}" for name in names for ending in ("_bucket", "_count", "_sum")}
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    named = set(re.findall(r"\b(?:kin_[a-z_]+|process_[a-z_]+)\b", text)) - {"kin_assistant"}
    assert named <= names
    own = {name for name in names if name.startswith("kin_") and not name.endswith(("_bucket", "_count", "_sum"))}
    assert own <= named, "each of our own is explained"


def test_every_setting_and_file_that_the_operations_page_names_exists() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert set(re.findall(r"\bKIN_[A-Z_]+\b", text)) <= SETTINGS
    assert all((ROOT / name).is_file() for name in re.findall(r"\bdeploy/[\w.-]+", text))
