"""The project's own files agree with each other: packaging, locks, compose file, settings, sizes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from worker.settings import OF_COMPOSE, PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-service.lock")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
COMPOSE_ONLY = {PREFIX + name.upper() for name in OF_COMPOSE}
LONGEST_FILE = 400
SETTINGS = {PREFIX + name.upper(): setting for name, setting in Settings.model_fields.items()}


def pins(lock: str) -> dict[str, str]:
    """Package -> its pinned line, with the marker."""
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    return dict(re.match(r"([a-z0-9.-]+)==(.+?) ?\\$", line).groups() for line in lines if re.match(r"\w", line))


def test_the_compose_file_is_valid():
    checker = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    checked = subprocess.run(checker, cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_service_is_confined(name):
    service = COMPOSE["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service.get("read_only") or name == "postgres"
    assert service["logging"]["options"]["max-size"]
    assert "container_name" not in service  # would forbid --scale
    assert not [port for port in service.get("ports", ()) if not port.startswith("127.0.0.1:")]
    assert "healthcheck" in service or name == "init"


def test_the_compose_file_holds_no_secret():
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|AUTH|SECRET|TOKEN|_URL$", name):
                assert not value or re.search(r"\$\{DATELINE_[A-Z]+_PASSWORD:\?", value), name


def test_only_init_knows_the_password_of_the_schema_s_owner():
    for name, service in OURS.items():
        told = {
            key: value for key, value in service["environment"].items() if "DATELINE_POSTGRES_PASSWORD" in key + value
        }
        assert told.pop("DATELINE_POSTGRES_PASSWORD") == ""  # what .env says of it does not reach the container
        assert set(told) == ({"DATELINE_OWNER_URL"} if name == "init" else set()), name


def test_every_variable_of_the_compose_file_is_a_setting():
    given = {name for service in OURS.values() for name in service["environment"]}
    assert given <= SETTINGS.keys() | COMPOSE_ONLY
    interpolated = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    assert interpolated <= SETTINGS.keys() | COMPOSE_ONLY


@pytest.mark.parametrize("name", OURS)
def test_every_command_of_the_compose_file_exists(name):
    check = OURS[name].get("healthcheck", {"test": ["CMD", "dateline", *OURS[name]["command"]]})["test"]
    for words in (OURS[name]["command"], check[2:]):
        shown = subprocess.run([BIN / "dateline", *words, "--help"], capture_output=True, text=True)
        assert shown.returncode == 0, shown.stderr


def test_the_example_of_an_env_file_shows_every_setting():
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    shown = {
        line.lstrip("#").partition("=")[0]: number for number, line in enumerate(lines) if re.match(r"#?\w+=", line)
    }
    assert shown.keys() == SETTINGS.keys() | COMPOSE_ONLY
    for name, setting in SETTINGS.items():
        is_fixed = setting.default_factory is None and setting.default is not None
        default = str(setting.default).lower() if setting.annotation is bool else str(setting.default)
        assert lines[shown[name]] == f"#{name}={default if is_fixed else ''}"
        assert lines[shown[name] - 1] == f"# {setting.description}"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_names_no_place(lock):
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^-|\s/", text, re.MULTILINE)
    entries = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_agree(lock):
    assert pins(lock).items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("requirements-service.lock", []),
        ("requirements.lock", ["local"]),
        ("requirements-dev.lock", ["local", "dev"]),
    ],
)
def test_a_lock_has_what_the_project_asks_for(lock, extras):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in asked}
    assert names <= pins(lock).keys()


def test_no_lock_has_what_only_the_benchmark_compares_with():
    peers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["peers"]
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in peers}
    assert [lock for lock in LOCKS if names & pins(lock).keys()] == []


def test_every_import_is_a_declared_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["local"], *extras["export"]]
    declared = {re.match(r"[\w.-]+", line)[0].lower() for line in lines}
    known = sys.stdlib_module_names | {"worker", "scrapers", "_typeshed"}
    providers = packages_distributions()
    for module, path in sorted(imported_modules(), key=str):
        if module not in known:
            names = {re.sub(r"[-_.]+", "-", name).lower() for name in providers[module]}
            assert names & declared, f"{path} imports {module}, which pyproject.toml does not ask for"


def imported_modules() -> set[tuple[str, Path]]:
    """Pairs of a top-level module and a file that imports it."""
    found = set()
    for path in [path for package in ("worker", "scrapers") for path in (ROOT / package).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {(name.name.partition(".")[0], path) for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add((node.module.partition(".")[0], path))
    return found


@pytest.mark.parametrize("package", ["worker", "scrapers"])
def test_no_file_has_more_than_one_subject(package):
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in (ROOT / package).rglob("*.py")}
    assert {str(path): length for path, length in lengths.items() if length > LONGEST_FILE} == {}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """A wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run([BIN / "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, capture_output=True)
    assert built.returncode == 0, built.stderr.decode()
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_the_program_and_its_data(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"worker/schema.sql", "worker/sources.toml", "worker/catalogue.csv", "scrapers/py.typed"} <= names
    modules = {
        str(path.relative_to(ROOT)) for package in ("worker", "scrapers") for path in (ROOT / package).rglob("*.py")
    }
    assert modules <= names
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"worker", "scrapers"}
    assert any(name.endswith("licenses/LICENSE") for name in names)
