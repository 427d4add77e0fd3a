"""Encodings as they are declared, rightly and wrongly, and text that was encoded twice."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.markup import decode
from scrapers.mojibake import mended
from scrapers.text import clean

TEXT = "<p>Żółw przy molo — çà et là</p>"


@pytest.mark.parametrize(
    ("body", "header", "words"),
    [
        pytest.param("<p>né</p>".encode("utf-16-le") * 3, None, "né", id="utf-16-le-without-a-mark"),
        pytest.param("<p>né</p>".encode("utf-16-be") * 3, None, "né", id="utf-16-be-without-a-mark"),
        pytest.param(gzip.compress("<p>né</p>".encode()), None, "né", id="gzip"),
        pytest.param(b"\x1f\x8bno gzip", None, "no gzip", id="no-gzip"),
        pytest.param("<p>n\0é</p>".encode(), None, "né", id="zeros"),
        pytest.param("<meta charset=utf8mb4><p>né</p>".encode(), None, "né", id="utf8mb4"),
        pytest.param("<meta charset=X-SJIS><p>日本の港".encode("cp932"), None, "日本の港", id="x-sjis-in-capitals"),
        pytest.param("<meta charset=euc-kr><p>똠방각하".encode("cp949"), None, "똠방각하", id="euc-kr-is-cp949"),
        pytest.param("<meta charset=gb2312><p>朱镕基".encode("gb18030"), None, "朱镕基", id="gb2312-is-gb18030"),
        pytest.param("<meta charset=windows-1250><p>žluťoučký".encode("cp1250"), None, "žluťoučký", id="windows-1250"),
        pytest.param(
            b"<meta http-equiv=Content-Type content=text/html;charset=iso-8859-2><p>\xbf\xf3\xb3w",
            None, "żółw", id="http-equiv-unquoted",
        ),
        pytest.param(b'<?xml version="1.0" encoding="iso-8859-2"?><p>\xbf\xf3\xb3w', None, "żółw", id="xml-prolog"),
        pytest.param(b" " * 9000 + b"<meta charset='iso-8859-2'><p>\xbf\xf3\xb3w", None, "żółw", id="declared-late"),
        pytest.param("<meta charset=utf-8><p>пристань".encode("cp1251"), "text/html; charset=windows-1251", "пристань",
                     id="header-before-meta"),
        pytest.param("<meta charset=utf-8><meta charset=windows-1251><p>пристань, пароход".encode("cp1251"), None,
                     "пристань", id="second-meta-where-the-first-lies"),
    ],
)  # fmt: skip
def test_declared(body, header, words):
    assert words in decode(body, header).text


@pytest.mark.parametrize("label", ["utf-8", "cp1250", "iso-8859-2"])
def test_text_comes_back(label):
    text = f"<meta charset={label}><p>żółw przy molo</p>"

    assert decode(text.encode(label)).text == text


MEANT = ["café – “quay”", "naïve façade, à la carte", "it’s 5 €", "привет, пристань", "日本の港の話。", "🙂 ok é"]


@pytest.mark.parametrize("text", MEANT)
@pytest.mark.parametrize("times", [1, 2])
def test_text_encoded_twice_is_mended(text, times):
    wrong = text
    for _ in range(times):
        wrong = "".join(_as_windows_reads(byte) for byte in wrong.encode())

    assert mended(wrong) == text


@pytest.mark.parametrize(
    "text",
    [
        *MEANT,
        "AMANHÃ\xa0à noite",
        "«\xa0privé\xa0»",
        "privé»\xa0",
        "CHÂTEAU",
        "Â», dit-elle",
        "ÁÉÍ",
        "señor Ñ",
        "",
        "x",
    ],
)
def test_sound_text_stays(text):
    assert mended(text) == text


@given(st.text(max_size=100))
def test_any_text(text):
    assert isinstance(mended(text), str)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" two\n\twords ", "two words"),
        ("two \x00 words", "two words"),
        ("two \ufffc words", "two words"),
        ("two\xa0\u200b words", "two words"),
        ("wo\xadrd", "word"),
        ("\ud800", ""),
        ("\u200b \u200b", ""),
    ],
)
def test_clean_text_is_one_line_of_what_can_be_seen(text, line):
    assert clean(text) == line


def _as_windows_reads(byte):
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)
