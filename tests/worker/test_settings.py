"""Settings: what the environment says, named when it is wrong."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from importlib.util import find_spec

import pytest

from worker.settings import VERSION, Settings, SettingsError, settings

NEEDS_S3 = pytest.mark.skipif(find_spec("s3fs") is None, reason="s3fs is not installed")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    """No setting from outside the test, no .env file, a data folder of its own."""
    for name in os.environ:
        if name.startswith("DATELINE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATELINE_DATA_DIR", str(tmp_path / "data"))


WRONG = {
    "DATABASE_URL": ["nonsense", "postgresql://u:p@w@h/d"],
    "OWNER_URL": ["nonsense"],
    "REDIS_URL": ["localhost", "redis://:p@w@h/0"],
    "HTTP_PROXY": ["socks5://h:1", "h o s t"],
    "USER_AGENT": ["two\nlines", "Zeitungsarchiv f\u00fcr alle"],
    "CONTACT": ["two\nlines"],
    "DELAY": ["-1", "soon", "nan", "inf"],
    "CONCURRENCY": ["0", "1001", "1.5"],
    "PROCESSES": ["0", "257"],
    "TICK": ["0", "inf"],
    "LEASE": ["0", "inf", "1e300"],
    "VISIT_SECONDS": ["0", "inf"],
    "VISIT_REQUESTS": ["0", "9" * 30],
    "POLL_FLOOR": ["0", "inf"],
    "POLL_CEILING": ["-5", "1e12"],
    "ALLOW_PRIVATE_HOSTS": ["perhaps"],
    "KEEP_FETCHES_DAYS": ["0", "99999999"],
    "KEEP_ARCHIVE_DAYS": ["-1", "99999999"],
    "ARCHIVE": ["pages", "s3://key:secret@bucket/pages"],
    "KEEP_EVENTS_DAYS": ["0", "99999999"],
    "STREAM_LENGTH": ["-1", "9" * 30],
    "LOG_LEVEL": ["LOUD"],
}
ANY_PATH = {"DATA_DIR", "SOURCES"}  # whoever opens them says what is wrong


def test_every_setting_has_wrong_values_but_the_paths():
    assert {name.upper() for name in Settings.model_fields} == WRONG.keys() | ANY_PATH


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_named_with_its_variable_and_what_it_takes(monkeypatch, name, value):
    monkeypatch.setenv(f"DATELINE_{name}", value)
    with pytest.raises(SettingsError, match=f"^DATELINE_{name}: (Input should be|is no|takes)") as caught:
        settings()
    assert ";" not in str(caught.value)


@pytest.mark.parametrize("content", [b"DATELINE_CONTACT=f\xfcr", b"\xff\xfe\x00"])
def test_an_env_file_that_is_no_text_is_named(tmp_path, content):
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SettingsError, match=r"\.env cannot be read as UTF-8"):
        settings()


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("/srv/pages/", "file:///srv/pages"),
        ("file:///srv/my pages", "file:///srv/my pages"),
        pytest.param("s3://pages/", "s3://pages", marks=NEEDS_S3),
        pytest.param("s3://pages/of/us", "s3://pages/of/us", marks=NEEDS_S3),
    ],
)
def test_a_place_for_bytes_has_one_spelling(monkeypatch, given, taken):
    monkeypatch.setenv("DATELINE_ARCHIVE", given)
    assert settings().archive == taken


def test_all_wrong_values_are_named_at_once(monkeypatch):
    monkeypatch.setenv("DATELINE_DELAY", "soon")
    monkeypatch.setenv("DATELINE_TICK", "0")
    with pytest.raises(SettingsError) as caught:
        settings()
    assert "DATELINE_DELAY: " in str(caught.value)
    assert "DATELINE_TICK: " in str(caught.value)


def test_every_setting_has_a_default_that_is_valid():
    assert settings().delay == 1.0
    assert settings().lease_for == timedelta(minutes=5)


def test_every_setting_is_explained():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_settings_are_read_once(monkeypatch):
    first = settings()
    monkeypatch.setenv("DATELINE_DELAY", "7")
    assert settings() is first


def test_the_environment_comes_before_the_env_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("DATELINE_DELAY=3\nDATELINE_TICK=9\nOTHER=1\n")
    monkeypatch.setenv("DATELINE_DELAY", "2")
    assert (settings().delay, settings().tick) == (2.0, 9.0)


@pytest.mark.parametrize(
    ("variables", "agent"),
    [
        pytest.param({}, f"Dateline/{VERSION} (news archive; operator has set no contact)", id="unset"),
        pytest.param(
            {"CONTACT": "mailto:desk@archive.example"},
            f"Dateline/{VERSION} (+mailto:desk@archive.example)",
            id="contact",
        ),
        pytest.param(
            {"CONTACT": "x", "USER_AGENT": "Archive/1 (+https://archive.example/)"},
            "Archive/1 (+https://archive.example/)",
            id="whole",
        ),
    ],
)
def test_the_user_agent_says_who_asks(monkeypatch, variables, agent):
    for name, value in variables.items():
        monkeypatch.setenv(f"DATELINE_{name}", value)
    assert settings().agent == agent


@pytest.mark.parametrize(("ask", "variable"), [("database", "DATELINE_DATABASE_URL"), ("broker", "DATELINE_REDIS_URL")])
def test_without_a_server_the_message_says_both_ways_to_have_one(ask, variable):
    with pytest.raises(SettingsError, match="dateline up") as caught:
        getattr(settings(), ask)()
    assert f"{variable} is not set" in str(caught.value)
    assert str(settings().data_dir) in str(caught.value)


@pytest.mark.parametrize("content", ["", "{", "{}"])
def test_a_broken_servers_file_is_as_good_as_none(tmp_path, content):
    (tmp_path / "data").mkdir()
    settings().servers_file.write_text(content)
    with pytest.raises(SettingsError, match="DATELINE_DATABASE_URL"):
        settings().database()


def test_embedded_servers_that_run_are_used(tmp_path):
    (tmp_path / "data").mkdir()
    settings().servers_file.write_text(
        json.dumps({"database_url": "postgresql://here/one", "redis_url": "redis://here"})
    )
    assert settings().database() == "postgresql://here/one"
    assert settings().broker() == "redis://here"


def test_an_address_that_was_set_comes_before_the_embedded_server(monkeypatch, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "servers.json").write_text(json.dumps({"database_url": "postgresql://here/one"}))
    monkeypatch.setenv("DATELINE_DATABASE_URL", "postgresql://there/two")
    assert settings().database() == "postgresql://there/two"


def test_addresses_with_passwords_do_not_show_in_the_settings(monkeypatch):
    for name, scheme in (("DATABASE_URL", "postgresql"), ("REDIS_URL", "redis"), ("HTTP_PROXY", "http")):
        monkeypatch.setenv(f"DATELINE_{name}", f"{scheme}://user:secret@host/")
    assert "secret" not in repr(settings())
