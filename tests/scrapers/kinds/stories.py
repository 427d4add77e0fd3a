"""Pages that are articles though they look otherwise, and live blogs, videos and galleries."""

from __future__ import annotations

from scrapers.article import Kind
from tests.scrapers.kinds.texts import HOST, SENTENCES, TITLES, Written, frame, ld, paragraphs, teasers

NEWS = ld(at_type="NewsArticle", headline=TITLES["en"][0], datePublished="2025-03-04T10:00:00Z")
OG = "<meta property='og:type' content='article'>"
TIME = "<time datetime='2025-03-04T10:00'>4 March 2025</time>"

LANGUAGES = ("en", "es", "zh")  # of videos and galleries


def stories() -> list[Written]:
    """All of them."""
    return [*_plain(), *_short(), *_odd(), *_walled(), *_media()]


def _plain() -> list[Written]:
    made = []
    for language in SENTENCES:
        title = TITLES[language][0]
        content = f"<h1>{title}</h1>{paragraphs(language, 4)}"
        rail = f"<h3>More</h3><ul>{teasers(language, 12, 'wrapped', 1)}</ul>"
        made.append(Written(f"bare-{language}", Kind.ARTICLE, frame(content, language, title)))
        made.append(Written(f"long-rail-{language}", Kind.ARTICLE, frame(content + TIME, language, title, "", rail)))
    return made


def _short() -> list[Written]:
    made = []
    for language, head in (("en", ""), ("de", OG), ("ja", ""), ("ar", ""), ("ru", NEWS)):
        title, text = TITLES[language][0], SENTENCES[language][:2]
        content = f"<h1>{title}</h1>{TIME}<p>{text[0]}</p><p>{text[1]}</p>"
        rail = teasers(language, 8, "article", 0)
        made.append(Written(f"brief-{language}", Kind.ARTICLE, frame(content, language, title, head, rail)))
    flash = f"<h1>{TITLES['en'][4]}</h1>{TIME}<p>The Karsk road is closed between Lundby and the pass. Drivers should take the ferry.</p>"
    made.append(Written("flash-of-18-words", Kind.ARTICLE, frame(flash, title=TITLES["en"][4])))
    return made


def _odd() -> list[Written]:
    title = "The 10 best bakeries on the coast"
    items = "".join(
        f"<h2>{n}. Bakery Number {n}, Lundby</h2><p>{SENTENCES['en'][n % 6]} {SENTENCES['en'][(n + 2) % 6]}</p>"
        for n in range(10, 0, -1)
    )
    linked = "".join(
        f"<section><h3><a href='https://bakery{n}.example/'>Bakery of Captain Number {n}</a></h3><p>{SENTENCES['en'][n % 6]}</p></section>"
        for n in range(10)
    )
    rows = "".join(f"<tr><td>{n}.<td>Runner Number {n}<td>Lundby SK<td>1:0{n}:12</tr>" for n in range(1, 9))
    recipe = (
        "<ul><li>200 g rye flour<li>2 eggs<li>a pinch of salt from Karsk<li>100 g butter</ul><ol><li>Mix flour, salt and butter with "
        "cold hands.<li>Add the eggs and let the dough rest in the cellar for an hour.<li>Bake it at 200 degrees until it sings.</ol>"
    )
    event = "<p>Saturday 8 pm, Harbour Hall, Lundby. Tickets 12 crowns at the door.</p><p>The four sisters Amdal play sea songs on saws, spoons and one very old accordion, as they did at their mother's wedding.</p>"
    related = "".join(
        f"{paragraphs('en', 1, n)}<p>Also read: <a href='/news/{n}/x-y-z-of-the-day'>{TITLES['en'][n]}</a></p>"
        for n in range(6)
    )
    consent = "<div id='cmp' class='consent-overlay' role='dialog'><h2>We value your privacy</h2><p>We and our 812 partners store cookies on your device for personalised advertising. You can withdraw consent at any time.</p><button>Accept all</button><button>Settings</button></div>"
    story = f"<h1>{TITLES['en'][0]}</h1>{paragraphs('en', 5)}"
    lost = f"<h1>Page not found: how old newspapers vanish</h1>{TIME}{paragraphs('en', 6)}"
    login = "<div class='modal'><form><h3>Log in</h3><input type=email><input type=password><button>Log in</button></form></div>"
    listed = ld(
        at_type="ItemList",
        itemListElement=[{"@type": "ListItem", "position": n, "url": f"{HOST}/n/{n}"} for n in range(5)],
    )
    return [
        Written("ten-best", Kind.ARTICLE, frame(f"<h1>{title}</h1>{TIME}{items}", title=title)),
        Written("ten-best-linked", Kind.ARTICLE, frame(f"<h1>{title}</h1>{TIME}{linked}", title=title)),
        Written("results", Kind.ARTICLE, frame(f"<h1>{TITLES['en'][3]}</h1>{paragraphs('en', 2)}<table>{rows}</table>", title=TITLES["en"][3])),
        Written("recipe", Kind.ARTICLE, frame(f"<h1>Salt bread of Karsk</h1>{paragraphs('en', 1)}{recipe}", title="Salt bread of Karsk")),
        Written("event", Kind.ARTICLE, frame(f"<h1>The Amdal Sisters</h1>{event}", title="The Amdal Sisters", rail=teasers("en", 8, "article", 0)), f"{HOST}/events/541-the-amdal-sisters"),
        Written("also-read", Kind.ARTICLE, frame(f"<h1>{TITLES['en'][1]}</h1>{TIME}{related}", title=TITLES["en"][1], head=OG)),
        Written("consent-overlay", Kind.ARTICLE, frame(consent + story, title=TITLES["en"][0])),
        Written("story-of-missing-pages", Kind.ARTICLE, frame(lost, title="Page not found: how old newspapers vanish")),
        Written("login-modal", Kind.ARTICLE, frame(story + login, title=TITLES["en"][0])),
        Written("rail-as-item-list", Kind.ARTICLE, frame(story, title=TITLES["en"][0], head=NEWS + listed)),
    ]  # fmt: skip


def _walled() -> list[Written]:
    """Stories that are whole, with a wall or an offer somewhere."""
    story = f"<h1>{TITLES['en'][0]}</h1>{TIME}<div class='paywall-content'>{paragraphs('en', 8)}</div>"
    locked = ld(at_type="NewsArticle", headline=TITLES["en"][0], isAccessibleForFree="False",
                hasPart={"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywall-content"})  # fmt: skip
    part = ld(
        at_type="NewsArticle",
        headline=TITLES["en"][0],
        hasPart=[{"isAccessibleForFree": "False", "cssSelector": ".paywall-content"}],
    )
    metered = "<meta property='article:content_tier' content='metered'>"
    offer = "<div class='offer'><p>Already a subscriber? Log in. Subscribe to continue reading.</p></div>"
    return [
        Written("locked-but-whole", Kind.ARTICLE, frame(story, title=TITLES["en"][0], head=locked), access="subscriber"),
        Written("part-is-locked", Kind.ARTICLE, frame(story, title=TITLES["en"][0], head=part), access="subscriber"),
        Written("metered", Kind.ARTICLE, frame(story, title=TITLES["en"][0], head=NEWS + metered), access="metered"),
        Written("offer-under-a-whole-story", Kind.ARTICLE, frame(story + offer, title=TITLES["en"][0], head=NEWS), access="free"),
        Written("brief-under-an-offer-in-the-header", Kind.ARTICLE, frame(f"{offer}<h1>{TITLES['en'][4]}</h1>{TIME}<p>{SENTENCES['en'][0]}</p><p>{SENTENCES['en'][1]}</p>", title=TITLES["en"][4], head=NEWS), access="free"),
    ]  # fmt: skip


def _media() -> list[Written]:
    return [*_live_blogs(), *(page for language in LANGUAGES for page in _videos(language)), *_galleries()]


def _live_blogs() -> list[Written]:
    made = []
    entries = "".join(
        f"<div class='e'><div class='t'>1{n % 10}:2{n % 6}</div><div class='x'>{text}</div></div>"
        for n, text in enumerate(SENTENCES["en"])
    )
    live = f"<h1>Harbour vote live: council decides on the lighthouse</h1><div>{entries}</div>"
    made.append(
        Written(
            "live-of-divs",
            Kind.LIVE,
            frame(live, title="Harbour vote live"),
            f"{HOST}/news/live/harbour-vote-on-the-lighthouse",
        )
    )
    ticker = "".join(f"<div><b>{9 + n}.15 Uhr</b><p>{text}</p></div>" for n, text in enumerate(SENTENCES["de"]))
    made.append(
        Written(
            "live-ticker-de",
            Kind.LIVE,
            frame(f"<h1>Liveticker: Der Rat berät über das Freibad</h1>{ticker}", "de", "Liveticker"),
            f"{HOST}/freibad-liveticker-100.html",
        )
    )
    made.append(
        Written(
            "live-json-ld",
            Kind.LIVE,
            frame(
                live,
                title="Harbour vote",
                head=ld(at_type="LiveBlogPosting", headline="Harbour vote", coverageEndTime="2025-03-04T22:00Z"),
            ),
        )
    )
    return made


def _videos(language: str) -> list[Written]:
    title, text = TITLES[language][1], " ".join(SENTENCES[language][:3])
    head = ld(at_type="VideoObject", name=title, uploadDate="2025-03-04", description=text[:80])
    player = f"<h1>{title}</h1><div class='player'><video src='/v.mp4'></video></div><p>{text}</p>"
    og = "<meta property='og:type' content='video.other'>"
    address = f"{HOST}/video/ferry-fares-rise-again-in-may"
    return [
        Written(f"video-{language}", Kind.VIDEO, frame(player, language, title, head), address),
        Written(f"video-og-{language}", Kind.VIDEO, frame(player, language, title, og), f"{HOST}/clip/3101"),
    ]


def _galleries() -> list[Written]:
    made = []
    for language in LANGUAGES:
        title = TITLES[language][1]
        page = frame(f"<h1>{title}</h1><p>{SENTENCES[language][0]}</p>{_slides(language)}", language, title)
        made.append(Written(f"gallery-{language}", Kind.GALLERY, page, f"{HOST}/galleries/snow-on-the-pier-2025"))
    title = "In pictures: snow on the pier"
    page = frame(f"<h1>{title}</h1><p>{SENTENCES['en'][0]}</p>{_slides('zh')}", title=title)
    return [*made, Written("gallery-by-name", Kind.GALLERY, page)]


def _slides(language: str) -> str:
    return "".join(
        f"<figure><img src='/i/{n}.jpg'><figcaption>{SENTENCES[language][n % 3]}</figcaption></figure>"
        for n in range(8)
    )
