"""Child processes: what they see, what they may take, and that nothing of them outlives their parent."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kin_assistant.processes.sandbox import Child, ChildLimits, Outcome, remove_leftovers, run_child

MEGABYTE = 1024 * 1024
ROOMY = ChildLimits(memory=1024 * MEGABYTE)
SECONDS = 60.0
"""Far more than anything here takes."""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files, of this test alone; every child's own must be gone from it in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def run(*arguments: str, limits: ChildLimits = ROOMY, seconds: float = SECONDS, **more: object) -> Outcome:
    return run_child("tests.sandboxed", arguments, seconds=seconds, limits=limits, **more)


def told(*arguments: str, **more: object) -> dict[str, object]:
    outcome = run(*arguments, **more)
    assert outcome.ending.code == 0, outcome.errors
    return dict(json.loads(outcome.output))


# What it sees


def test_a_child_sees_no_setting_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = (
        "KIN_CURATOR_PASSWORD",
        "KIN_LLM_API_KEY",
        "KIN_HOST",
        "HF_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "LC_SECRET",
        "OMP_TOKEN",
    )
    for name in (*secrets, "LD_PRELOAD_KEY", "PYTHONSTARTUP", "PYTHONHOME_KEY", "GIT_ASKPASS", "SSH_AUTH_SOCK"):
        monkeypatch.setenv(name, "swordfish")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    environment = told("environment")
    assert "swordfish" not in environment.values()
    assert (environment["LC_ALL"], environment["OMP_NUM_THREADS"]) == ("C.UTF-8", "1")
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert environment["PATH"] == os.environ["PATH"]


def test_the_home_folder_and_the_temporary_folder_are_the_childs_own(temporary: Path) -> None:
    environment, place = told("environment"), told("place")
    for folder in (environment["HOME"], environment["TMPDIR"], place["folder"], place["temporary"]):
        assert Path(str(folder)).is_relative_to(temporary)


def test_a_child_imports_from_where_its_parent_does_and_not_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    documents, more = tmp_path / "documents", tmp_path / "more"
    for folder in (documents, more):
        folder.mkdir()
    monkeypatch.chdir(documents)
    for entry in ("", ".", str(documents), str(more)):
        monkeypatch.syspath_prepend(entry)
    path = [Path(str(entry)) for entry in list(told("place")["path"])]  # type: ignore[call-overload]
    assert documents not in path
    assert not [entry for entry in path if not entry.is_absolute()]
    assert {more, repository} <= set(path)


@pytest.mark.parametrize("name", ["json", "numpy", "runpy", "tests", "kin_assistant", "sitecustomize", "encodings"])
def test_modules_in_the_working_folder_are_not_executed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    documents, mark = tmp_path / "documents", tmp_path / "mark"
    documents.mkdir()
    (documents / f"{name}.py").write_text(f"open({str(mark)!r}, 'w').close()")
    monkeypatch.chdir(documents)
    monkeypatch.syspath_prepend("")
    told("place")
    assert not mark.exists()


# What it may take


def test_the_limits_are_set_for_good() -> None:
    limits = told("limits", limits=ChildLimits(memory=1024 * MEGABYTE, cpu_seconds=30, file_bytes=MEGABYTE))
    assert limits == {
        "RLIMIT_DATA": [1024 * MEGABYTE] * 2,
        "RLIMIT_CPU": [30, 31],
        "RLIMIT_CORE": [0, 0],
        "RLIMIT_FSIZE": [MEGABYTE] * 2,
    }


def test_too_much_memory_ends_it() -> None:
    ending = run("swell", limits=ChildLimits(memory=512 * MEGABYTE)).ending
    assert (ending.out_of_memory, ending.expired, str(ending)) == (True, False, "took too much memory")


@pytest.mark.parametrize(
    ("what", "limits", "seconds"), [("sleep", ROOMY, 2), ("spin", ROOMY, 2), ("spin", ChildLimits(cpu_seconds=1), 60)]
)
def test_too_much_time_ends_it(what: str, limits: ChildLimits, seconds: float) -> None:
    started = time.monotonic()
    ending = run(what, limits=limits, seconds=seconds).ending
    assert (ending.expired, ending.out_of_memory, str(ending)) == (True, False, "took too long")
    assert time.monotonic() - started < 50


def test_a_flood_of_output_is_cut_off() -> None:
    outcome = run("flood", most_output=MEGABYTE)
    assert outcome.output == b"x" * MEGABYTE
    assert outcome.ending.name == "SIGKILL"


def test_a_flood_of_errors_stops_nobody_and_its_end_is_kept() -> None:
    outcome = run("say", "1000000")
    assert (outcome.output, outcome.ending.code) == (b"said\n", 0)
    assert outcome.errors.endswith("an error\nan error\n\n")
    assert len(outcome.errors) <= 2000


def test_large_inputs_and_outputs_pass_each_other() -> None:
    data = os.urandom(8 * MEGABYTE)
    assert run("echo", given=data, most_output=len(data)).output == data


def test_input_that_nobody_takes_does_no_harm() -> None:
    assert run("exit", "3", given=bytes(8 * MEGABYTE)).ending.code == 3
    assert run("sleep", given=bytes(8 * MEGABYTE), seconds=2).ending.expired


@pytest.mark.parametrize(
    ("arguments", "words"), [(("exit", "3"), "ended with exit code 3"), (("segfault",), "ended with SIGSEGV")]
)
def test_how_it_ended_is_told(arguments: tuple[str, ...], words: str) -> None:
    assert str(run(*arguments).ending) == words


def test_what_a_child_raises_is_among_its_errors() -> None:
    outcome = run("nonsense")
    assert outcome.ending.code == 1
    assert "ValueError: nonsense" in outcome.errors


# What is left of it


def test_what_a_child_has_started_ends_with_it(tmp_path: Path) -> None:
    run("start", str(tmp_path / "outlived"))
    time.sleep(4)
    assert not (tmp_path / "outlived").exists()


def test_a_process_that_escapes_and_holds_the_output_open_keeps_nobody_waiting() -> None:
    started = time.monotonic()
    with Child("tests.sandboxed", ["escape"], limits=ROOMY) as child, child.deadline(SECONDS):
        child.wait()
        ended = time.monotonic()
        with pytest.raises(EOFError):
            child.receive(1)
        assert time.monotonic() - ended < 6
    assert time.monotonic() - started < SECONDS


def test_leaving_the_context_removes_what_it_wrote(temporary: Path) -> None:
    with Child("tests.sandboxed", ["litter"], limits=ROOMY) as child, child.deadline(SECONDS):
        assert child.receive_line(100) == b"littered\n"
        assert len(list(temporary.rglob("left-over*"))) == 2
    assert not child.is_alive()


def test_a_child_may_be_closed_twice_and_from_another_thread() -> None:
    child = Child("tests.sandboxed", ["sleep"], limits=ROOMY)
    child.close()
    child.close()
    assert not child.is_alive()


SCRIPT = (
    "import time\n"
    "from kin_assistant.processes.sandbox import Child, ChildLimits\n"
    "child = Child('tests.sandboxed', ['litter'], limits=ChildLimits())\n"
    "with child.deadline(60): child.receive_line(100)\n"
    "print(child._process.pid, flush=True)\n"
    "time.sleep(60)\n"
)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_ends_with_its_parent_and_its_folder_goes(
    repository: Path, temporary: Path, by: signal.Signals
) -> None:
    parent, child = start_parent(repository, temporary)
    parent.send_signal(by)
    parent.communicate()
    wait_until_gone(child)
    deadline = time.monotonic() + 10
    while list(temporary.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(temporary.iterdir()) == []


def test_what_is_left_where_all_were_killed_is_removed_by_the_next(repository: Path, temporary: Path) -> None:
    parent, child = start_parent(repository, temporary)
    remove_leftovers()
    assert len(list(temporary.rglob("left-over*"))) == 2, "its owner is there"
    os.kill(parent.pid, signal.SIGSTOP)  # so that it does not see the end of its child
    os.killpg(child, signal.SIGKILL)
    parent.kill()
    parent.communicate()
    assert len(list(temporary.rglob("left-over*"))) == 2
    remove_leftovers()
    assert list(temporary.iterdir()) == []


def test_only_folders_of_ours_that_nobody_holds_are_removed(temporary: Path, tmp_path: Path) -> None:
    def folder(name: str, *, lock: bool, age: float = 0.0) -> Path:
        made = temporary / name
        made.mkdir()
        if lock:
            (made / "owner").touch()
        os.utime(made, (time.time() - age,) * 2)
        return made

    abandoned = folder("kin-child-a", lock=True)
    just_made = folder("kin-child-b", lock=False)
    never_locked = folder("kin-child-c", lock=False, age=7200)
    of_others = folder("kin-other-d", lock=True)
    held = folder("kin-child-e", lock=True)
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "owner").touch()
    (temporary / "kin-child-f").symlink_to(linked)
    with (held / "owner").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        remove_leftovers()
        assert not abandoned.exists()
        assert not never_locked.exists()
        assert all(path.is_dir() for path in (just_made, of_others, held, linked))
    remove_leftovers()
    assert not held.exists()
    for path in (just_made, of_others):
        path.joinpath("owner").unlink(missing_ok=True)
        path.rmdir()
    (temporary / "kin-child-f").unlink()


def start_parent(repository: Path, temporary: Path) -> tuple[subprocess.Popen[str], int]:
    """A process with a child that has written into its folder, and the child's number."""
    parent = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        cwd=repository, stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(temporary)},
    )  # fmt: skip
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
        if state.stdout.startswith("Z"):
            return
        time.sleep(0.05)
    raise AssertionError("it outlived its parent")
