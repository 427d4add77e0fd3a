"""Pages that are no article: lists, fronts, block pages, missing pages, stubs before a wall, and the rest."""

from __future__ import annotations

from scrapers.article import Kind
from tests.scrapers.kinds.texts import HOST, SENTENCES, SITE, TITLES, Written, frame, ld, paragraphs, teasers

LEGAL = (
    "The publisher protects this service against automated access. By continuing you accept the terms of use, under which copying, "
    "mining and any systematic retrieval of content are reserved. Personal data such as the address of your connection and the "
    "signature of your browser are processed for the security of the service, on the ground of legitimate interest, and kept for "
    "thirty days. You may object at any time in writing. "
)


def others() -> list[Written]:
    """All of them."""
    return [*_lists(), *_fronts(), *_challenges(), *_consents(), *_gates(), *_gone(), *_searches(), *_stubs(), *_rest()]


def _lists() -> list[Written]:
    made = []
    styles = ("article", "div", "wrapped", "table")
    paths = (
        "/tag/lighthouse",
        "/author/mira-solano",
        "/2025/03/",
        "/category/island/page/2",
        "/island/news/",
        "/culture",
    )
    for number, language in enumerate(SENTENCES):
        style, path = styles[number % 4], paths[number % 6]
        content = f"<h1>Island</h1>{teasers(language, 8, style, 1)}"
        made.append(Written(f"list-{language}-{style}", Kind.LISTING, frame(content, language, "Island"), HOST + path))
    long = f"<h1>Island</h1>{teasers('en', 8, 'article', 4)}"
    of_divs = f"<h1>Kultur</h1>{teasers('de', 6, 'div', 4)}"
    lead = f"<div><h2><a href='/news/1/the-lead-of-the-day'>{TITLES['en'][0]}</a></h2>{paragraphs('en', 3)}</div>{teasers('en', 8, 'article', 0)}"
    author = f"<h1>Mira Solano</h1><p>Mira Solano has written about the sea for this paper since 1998 and keeps bees.</p>{teasers('en', 6)}"
    stories = [
        {"@type": "NewsArticle", "headline": title, "url": f"{HOST}/news/{n}"} for n, title in enumerate(TITLES["en"])
    ]
    in_list = ld(at_type="ItemList", itemListElement=stories)
    og = "<meta property='og:type' content='article'>"
    return [
        *made,
        Written("list-of-long-teasers", Kind.LISTING, frame(long, title="Island"), f"{HOST}/island/"),
        Written("list-of-long-teasers-in-divs", Kind.LISTING, frame(of_divs, "de", "Kultur"), f"{HOST}/kultur"),
        Written("front-with-a-long-lead", Kind.LISTING, frame(f"<h1>Sport</h1>{lead}", title="Sport"), f"{HOST}/sport/"),
        Written("author", Kind.LISTING, frame(author, title="Mira Solano"), f"{HOST}/people/mira-solano"),
        Written("list-with-stories-in-json-ld", Kind.LISTING, frame(f"<h1>Island</h1>{teasers('en', 8)}", title="Island", head=in_list), f"{HOST}/island"),
        Written("list-that-calls-itself-article", Kind.LISTING, frame(f"<h1>Island</h1>{teasers('en', 8)}", title="Island", head=og, body_class="archive category category-island"), f"{HOST}/c/island"),
        Written("collection", Kind.LISTING, frame(f"<h1>Island</h1>{teasers('en', 3, 'div', 2)}", title="Island", head=ld(at_type="CollectionPage", name="Island")), f"{HOST}/dossier/island"),
        Written("search-results", Kind.LISTING, frame(f"<h1>Results for ferry</h1>{teasers('en', 6)}", title="Search"), f"{HOST}/find?q=ferry"),
    ]  # fmt: skip


def _fronts() -> list[Written]:
    made = []
    for path, language in (
        ("/", "en"),
        ("/en/", "en"),
        ("/index.html", "de"),
        ("/fr/index.php", "fr"),
        ("/pt-br/", "es"),
        ("/home.html", "it"),
    ):
        content = f"<h1>{SITE[language]}</h1>{teasers(language, 10, 'article', 2)}"
        made.append(Written(f"home{path}", Kind.HOME, frame(content, language, SITE[language]), HOST + path))
    return made  # fmt: skip


def _challenges() -> list[Written]:
    bare = "<!doctype html><html lang=en><head><title>{}</title><meta name=robots content=noindex,nofollow>{}</head><body>{}</body></html>"
    pages = {
        "like-cloudflare": ("Just a moment...", "<script>window._cf_chl_opt={cvId:'3',cZone:'www.courier.example'};</script>", "<div class=main-wrapper><h1 class=zone-name-title>www.courier.example</h1><h2>Checking if the site connection is secure</h2><noscript>Enable JavaScript and cookies to continue</noscript><p>www.courier.example needs to review the security of your connection before proceeding.</p></div>"),
        "like-cloudflare-1020": ("Access denied | www.courier.example used Cloudflare to restrict access", "", "<h1>Error 1020</h1><h2>Access denied</h2><p>What happened? This website is using a security service to protect itself from online attacks.</p>"),
        "like-akamai": ("Access Denied", "", "<h1>Access Denied</h1>You don't have permission to access this page on this server.<p>Reference&#32;&#35;18&#46;2d5c<p>https://errors.edgesuite.net/18.2d5c"),
        "like-akamai-proof": ("", "<script src='/_sec/cp_challenge/abc-1.js'></script>", "<div id='sec-if-cpt-container'><p>Powered and protected</p></div>"),
        "like-datadome": ("courier.example", "<style>#cmsg{animation:A 1.5s}</style>", "<p id=cmsg>Please enable JS and disable any ad blocker</p><script>var dd={'host':'geo.captcha-delivery.com'}</script><script src='https://ct.captcha-delivery.com/c.js'></script>"),
        "like-perimeterx": ("Access to this page has been denied", "<script>window._pxAppId='PX1';</script>", "<h1>Press &amp; Hold to confirm you are a human (and not a bot).</h1><div id='px-captcha'></div><p>Reference ID 01</p>"),
        "like-incapsula": ("", "", "<iframe id=\"main-iframe\" src=\"/_Incapsula_Resource?X=1\">Request unsuccessful. Incapsula incident ID: 1-2</iframe>"),
        "like-sucuri": ("You are being redirected...", "", "<noscript>Javascript is required.</noscript><script>var s={};sucuri_cloudproxy_js='';</script>"),
        "like-imperva": ("Pardon Our Interruption", "", "<h1>Pardon Our Interruption...</h1><p>As you were browsing something about your browser made us think you were a bot.</p>"),
        "challenge-with-legal-text": ("Security check", "", f"<h1>Security check</h1><p>Please confirm that you are not a robot.</p>{''.join(f'<p>{LEGAL}</p>' for _ in range(5))}"),
        "challenge-de": ("Sicherheitsüberprüfung", "", f"<h1>Sicherheitsüberprüfung</h1><p>Bitte bestätigen Sie, dass Sie ein Mensch sind. {LEGAL}</p>"),
        "challenge-ru": ("Проверка браузера", "", "<h1>Проверка браузера перед переходом на сайт</h1><p>Это займёт несколько секунд. Подождите, пожалуйста.</p>"),
        "challenge-zh": ("安全验证", "", "<h1>安全验证</h1><p>请完成以下验证后继续访问本网站。</p>"),
        "rate-limit": ("Too many requests", "", "<h1>Too many requests</h1><p>You have sent too many requests in a short time. Please slow down and try again in a few minutes, or write to our service desk.</p>"),
        "rate-limit-es": ("Demasiadas solicitudes", "", "<h1>Demasiadas solicitudes</h1><p>Vuelva a intentarlo dentro de unos minutos.</p>"),
        "geo-block": ("Not available in your region", "", "<h1>This content is not available in your region</h1><p>We recognise that you are visiting from a country in the European Economic Area and cannot grant you access at this time. For any issues, call the newsroom at Lundby 12.</p>"),
        "legal-reasons": ("451: Unavailable for legal reasons", "", "<h1>451: Unavailable due to legal reasons</h1><p>We cannot grant access from countries where the regulation applies.</p>"),
    }  # fmt: skip
    return [Written(name, Kind.BLOCK, bare.format(*parts)) for name, parts in pages.items()]


def _consents() -> list[Written]:
    texts = {
        "en": ("Before you continue", "We and our partners use cookies and similar techniques to show personalised advertising and to measure its success.", "With your consent we may process your device's address and reading habits. Read our privacy policy.", "Accept all"),
        "de": ("Weiter mit Werbung", "Besuchen Sie unsere Seite wie gewohnt mit Werbung und Tracking. Ihre Zustimmung können Sie jederzeit im Datenschutz-Center widerrufen.", "Oder nutzen Sie das Pur-Abo ohne Werbung und ohne Cookies für 3,99 Euro im Monat.", "Einwilligen und weiter"),
        "fr": ("Le respect de votre vie privée", "Avec votre accord, nos partenaires et nous utilisons des cookies ou traceurs pour afficher des publicités personnalisées.", "Vous pouvez retirer votre consentement à tout moment dans notre politique de cookies.", "Accepter et fermer"),
        "es": ("Su privacidad es importante", "Con su consentimiento, nosotros y nuestros socios usamos cookies para mostrar publicidad personalizada.", "Puede retirar su consentimiento en la página de privacidad en cualquier momento.", "Aceptar"),
        "it": ("Informativa", "Noi e i nostri partner usiamo cookie per la pubblicità personalizzata, con il tuo consenso.", "Puoi cambiare le scelte sulla privacy in ogni momento, oppure abbonarti per leggere senza cookie.", "Accetta"),
    }  # fmt: skip
    return [
        Written(f"consent-{language}", Kind.BLOCK, f"<html lang={language}><head><title>{title} - {SITE[language]}</title></head><body><div id=cmp><h1>{title}</h1><p>{one}</p><p>{two}</p><button>{button}</button></div></body></html>")
        for language, (title, one, two, button) in texts.items()
    ]  # fmt: skip


def _gates() -> list[Written]:
    form = "<form action=/login><h1>{}</h1><label>E-mail<input type=email></label><input type=password><button>OK</button><p>{}</p></form>"
    texts = (("en", "Sign in", "No account yet? Register for free."), ("de", "Anmelden", "Noch kein Konto? Jetzt registrieren."),
             ("fr", "Se connecter", "Mot de passe oublié ?"), ("ja", "ログイン", "パスワードをお忘れの方はこちら"), ("ar", "تسجيل الدخول", "هل نسيت كلمة المرور؟"))  # fmt: skip
    return [
        Written(f"login-{code}", Kind.BLOCK, frame(form.format(title, text), code, title))
        for code, title, text in texts
    ]


def _gone() -> list[Written]:
    texts = {
        "en": ("Page not found", "The page you are looking for does not exist or has been moved."),
        "de": ("Seite nicht gefunden", "Die gewünschte Seite existiert leider nicht mehr."),
        "fr": ("Page introuvable", "La page demandée n'existe plus ou a été déplacée."),
        "es": ("Página no encontrada", "La página que busca ya no existe."),
        "it": ("Pagina non trovata", "La pagina che cerchi non esiste più."),
        "ru": ("Страница не найдена", "Возможно, она была удалена или перенесена."),
        "ja": ("お探しのページが見つかりません", "ページが削除されたか、移動した可能性があります。"),
        "zh": ("页面不存在", "您访问的页面已被删除或从未存在。"),
        "ar": ("الصفحة غير موجودة", "عذرا، الصفحة التي تبحث عنها غير موجودة."),
    }
    made = []
    for language, (title, text) in texts.items():
        content = f"<h1>{title}</h1><p>{text}</p>"
        rail = teasers(language, 8, "article", 2)
        made.append(Written(f"gone-{language}", Kind.SOFT_404, frame(content, language, title)))
        made.append(
            Written(
                f"gone-with-latest-{language}",
                Kind.SOFT_404,
                frame(f"{content}<section>{rail}</section>", language, title),
            )
        )
    oops = "<h1>Oops!</h1><p>The page you requested could not be found. Try the search, or one of these.</p>"
    moved = "<h1>This page has moved</h1><p>Our archive lives at a new address now. Please update your bookmarks.</p>"
    umzug = "<h1>Hoppla</h1><p>Diese Seite ist umgezogen. Sie finden uns jetzt unter der neuen Adresse des Boten.</p>"
    return [
        *made,
        Written("oops", Kind.SOFT_404, frame(oops + teasers("en", 6, "div", 1), title="Oops")),
        Written("error404-class", Kind.SOFT_404, frame(f"<h1>Lost at sea</h1><p>Nothing is moored here.</p>{teasers('en', 6)}", title="Lost", body_class="error404 wp-custom")),
        Written("moved", Kind.SOFT_404, frame(moved, title="This page has moved")),
        Written("moved-de", Kind.SOFT_404, frame(umzug, "de", "Hoppla")),
        Written("taken-down", Kind.SOFT_404, frame("<h1>Sorry</h1><p>This article is no longer available.</p>", title="Karsk Courier")),
    ]  # fmt: skip


def _searches() -> list[Written]:
    texts = (("en", "No results found for “ferri”"), ("de", "Leider keine Treffer für „Fähre“"), ("fr", "Aucun résultat pour « gare »"),
             ("es", "Sin resultados para «molino»"), ("ru", "По вашему запросу ничего не найдено"), ("ja", "該当する記事が見つかりませんでした"))  # fmt: skip
    return [
        Written(
            f"nothing-{code}",
            Kind.SOFT_404,
            frame(f"<h1>{text}</h1><form><input name=q></form>", code, text),
            f"{HOST}/search?q=x",
        )
        for code, text in texts
    ]


def _stubs() -> list[Written]:
    offers = {
        "en": "Subscribe to continue reading. Already a subscriber? Log in.", "de": "Jetzt weiterlesen mit Bote+. Sie sind bereits Abonnent?",
        "fr": "Cet article est réservé aux abonnés. Déjà abonné ? Connectez-vous.", "es": "Suscríbete para seguir leyendo desde 1 € al mes.",
        "it": "Per continuare a leggere abbonati a 1 € al mese.", "ru": "Материал доступен только для подписчиков.",
        "ja": "この記事は会員限定です。続きを読むにはログインしてください。", "zh": "订阅后继续阅读全文。", "ar": "اشترك الآن لمتابعة القراءة.",
    }  # fmt: skip
    made = []
    for language, offer in offers.items():
        title = TITLES[language][0]
        number = 2 if language not in ("ja", "zh") else 1
        content = f"<h1>{title}</h1>{paragraphs(language, number)}<div class='offer-box'><h3>{offer}</h3><button>OK</button></div>"
        made.append(
            Written(
                f"stub-{language}",
                Kind.PAYWALL,
                frame(content, language, title, "", teasers(language, 6, "wrapped", 1)),
                access="subscriber",
            )
        )
    head = ld(at_type="NewsArticle", headline=TITLES["en"][0], isAccessibleForFree=False, wordCount=900)
    one = f"<h1>{TITLES['en'][0]}</h1>{paragraphs('en', 1)}"
    cut = f"<h1>{TITLES['en'][0]}</h1>{paragraphs('en', 2)}<p>The ferry company, for its part, has long wanted to…</p>"
    tier = "<meta property='og:type' content='article'><meta name='article:content_tier' content='locked'>"
    return [
        *made,
        Written("stub-json-ld", Kind.PAYWALL, frame(one, title=TITLES["en"][0], head=head), access="subscriber"),
        Written("stub-by-word-count", Kind.PAYWALL, frame(f"<h1>{TITLES['en'][0]}</h1>{paragraphs('en', 4)}", title=TITLES["en"][0], head=head), access="subscriber"),
        Written("stub-that-breaks-off", Kind.PAYWALL, frame(cut, title=TITLES["en"][0], head=tier), access="subscriber"),
    ]  # fmt: skip


def _rest() -> list[Written]:
    imprint = f"<h1>Impressum</h1><p>Talbach Bote, Marktgasse 1, Obertalbach.</p>{paragraphs('de', 3)}"
    product = f"<h1>Brass lamp “Keeper”</h1><p>{SENTENCES['en'][0]}</p><p>{SENTENCES['en'][2]}</p>"
    thread = f"<h1>Which oil for the lamp?</h1>{paragraphs('en', 4)}"
    return [
        Written("imprint", Kind.OTHER, frame(imprint, "de", "Impressum"), f"{HOST}/impressum"),
        Written("privacy", Kind.OTHER, frame(f"<h1>Privacy policy</h1>{paragraphs('en', 5)}", title="Privacy policy"), f"{HOST}/privacy"),
        Written("product", Kind.OTHER, frame(product, title="Brass lamp", head=ld(at_type="Product", name="Brass lamp")), f"{HOST}/shop/lamp"),
        Written("thread", Kind.OTHER, frame(thread, title="Which oil for the lamp?", head=ld(at_type="DiscussionForumPosting", headline="Which oil")), f"{HOST}/forum/7"),
        Written("empty-shell", Kind.OTHER, "<html><head><title>Karsk Courier</title></head><body><div id=root></div><script src=/app.js></script></body></html>"),
    ]  # fmt: skip
