"""Bot walls: whose challenge or block page an answer is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LARGEST_PAGE = 65_536  # bytes: no wall's page is longer, while most stories are
ERROR_STATUSES = frozenset({401, 402, 403, 405, 406, 429, 503})  # that walls answer with


@dataclass(frozen=True, slots=True)
class Marks:
    """Texts that give a wall away."""

    wall: str
    anywhere: tuple[bytes, ...] = ()  # only the wall's own pages have them, and some come with status 200
    on_errors: tuple[bytes, ...] = ()  # these name the wall too, but stand in ordinary pages of its customers as well


MARKS = (
    Marks(
        "Cloudflare",
        (b"window._cf_chl_opt", b"/orchestrate/chl_page/", b"<title>Attention Required! | Cloudflare</title>"),
        (b"<title>Just a moment...</title>", b"cf-error-details", b"cf-chl-"),
    ),
    Marks("DataDome", (b"geo.captcha-delivery.com/captcha", b"ct.captcha-delivery.com/"), (b"captcha-delivery.com",)),
    Marks(
        "PerimeterX",
        (b'id="px-captcha"', b"id='px-captcha'", b"window._pxBlockScript", b"captcha.px-cloud.net"),
        (b"_pxAppId", b"px-captcha"),
    ),
    Marks(
        "Incapsula",
        (b"Incapsula incident ID", b'id="main-iframe" src="/_Incapsula_Resource'),
        (b"_Incapsula_Resource",),
    ),
    Marks("AWS WAF", (b"window.gokuProps",), (b".awswaf.com/",)),
    Marks(
        "Akamai",
        (b'id="sec-if-cpt-container"', b"/_sec/cp_challenge/", b'"bm-verify"', b"?bm-verify="),
        (b"errors.edgesuite.net", b"Reference&#32;&#35;"),
    ),
    Marks("Sucuri", (b"sucuri_cloudproxy_js",), (b"Sucuri WebSite Firewall", b"Sucuri Website Firewall")),
    Marks("Kasada", (b"window.KPSDK={};",)),
    Marks("Vercel", (b"<title>Vercel Security Checkpoint</title>",)),
    Marks("Anubis", (b'id="anubis_challenge"',)),
    Marks("DDoS-Guard", (b"<title>DDoS-Guard</title>",), (b"ddos-guard",)),
    Marks("Imperva", (), (b"Pardon Our Interruption", b"distil_r_captcha")),
    Marks("F5", (), (b"The requested URL was rejected. Please consult with your administrator",)),
)
HEADERS = {  # name: the wall, and the words in the value which say that this very answer is a challenge or a block
    "cf-mitigated": ("Cloudflare", ("challenge", "block")),
    "x-amzn-waf-action": ("AWS WAF", ("challenge", "captcha")),
    "x-vercel-mitigated": ("Vercel", ("challenge", "deny")),
}
ERROR_HEADERS = {"x-datadome": "DataDome", "x-dd-b": "DataDome", "x-kpsdk-ct": "Kasada", "x-px-block": "PerimeterX"}
HOSTS = {"captcha-delivery.com": "DataDome", "perfdrive.com": "Radware"}


def wall_of(status: int, headers: Mapping[str, str], body: bytes) -> str | None:
    """The name of the bot wall that sent this answer instead of the page, None if it is none.

    `headers` with lower-case names. A success needs a mark that no other page carries; an error is judged by less.
    """
    for name, (wall, words) in HEADERS.items():
        value = headers.get(name, "").lower()
        if any(word in value for word in words):
            return wall
    is_error = status in ERROR_STATUSES
    if is_error:
        for name, wall in ERROR_HEADERS.items():
            if name in headers:
                return wall
    if len(body) > LARGEST_PAGE:
        return None
    for marks in MARKS:
        if any(mark in body for mark in marks.anywhere) or (is_error and any(mark in body for mark in marks.on_errors)):
            return marks.wall
    return None


def wall_at(url: str) -> str | None:
    """The name of the bot wall that a redirect to this address leads to, None if it leads to none."""
    host = urlsplit(url).hostname or ""
    return next((wall for name, wall in HOSTS.items() if host == name or host.endswith(f".{name}")), None)
