"""One spelling for each address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.urls import bare_host, host_of, is_home, normalise, same_site, site_of


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Www.Example.COM:80/a/../b/./c?b=2&a=%7e%2f#f", "http://www.example.com/b/c?b=2&a=~%2F"),
        ("https://münchen.example/straße?q=ü", "https://xn--mnchen-3ya.example/stra%C3%9Fe?q=%C3%BC"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com:8443/?", "https://example.com:8443/"),
        ("http://[::1]:80/a", "http://[::1]/a"),
        ("https://user:secret@example.com/a b", "https://example.com/a%20b"),
        ("https://example.com/a?utm_source=x&id=1&fbclid=2&UTM_Medium=y", "https://example.com/a?id=1"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("  https://example.com/a\n", "https://example.com/a"),
        ("https://example.com/..", "https://example.com/"),
        ("https://example.com/a/", "https://example.com/a/"),
    ],
)
def test_normalise(url, expected):
    assert normalise(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mailto:a@example.com",
        "javascript:void(0)",
        "//example.com/a",
        "ftp://example.com/",
        "http://a b.com/",
        "https://example.com:99999/",
        "http://[::1",
        "http://..com/",
        "https:///a",
        "https://example.com/" + "a" * 5000,
    ],
)
def test_unusable_addresses_are_none(url):
    assert normalise(url) is None


def test_relative_links_are_resolved():
    assert normalise("../x?y", "https://example.com/a/b/c") == "https://example.com/a/x?y"


@given(st.text(max_size=80) | st.text("htps:/?#%&=.ab1@[]é", max_size=60).map("http://e.com/".__add__))
def test_normal_form_is_its_own_normal_form(text):
    url = normalise(text)

    assert url is None or normalise(url) == url


@given(st.text(max_size=80))
def test_hosts_of_anything_are_text(text):
    assert isinstance(host_of(text), str)
    assert isinstance(site_of(text), str)
    assert isinstance(bare_host(text), str)


def test_hosts_and_sites():
    assert host_of("https://WWW.Example.com:443/") == "www.example.com"
    assert host_of("http://example.com:8080/") == "example.com:8080"
    assert site_of("http://news.bbc.co.uk/1") == "bbc.co.uk"
    assert site_of("127.0.0.1:80") == "127.0.0.1"
    assert same_site("https://a.example.com/", "example.com")
    assert not same_site("example.com", "example.org")
    assert bare_host("www.m.example.com") == "example.com"
    assert bare_host("www.com") == "www.com"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://e.com/", True),
        ("https://e.com/index.html", True),
        ("https://e.com/a", False),
        ("https://e.com/?id=1", False),
    ],
)
def test_home(url, expected):
    assert is_home(url) is expected
