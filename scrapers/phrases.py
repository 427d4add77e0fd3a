"""What block pages, missing pages, walls and other pages that are no article say of themselves, in many languages."""

from __future__ import annotations

import re

BLOCK = re.compile(
    r"just a moment|attention required|access (?:to this page (?:has been )?)?(?:is )?denied|are you (?:a )?(?:robot|human)"
    r"|pardon our interruption|ddos[- ]guard|verify(?:ing)? (?:that )?you(?:.re| are) (?:a |not a )?(?:human|robot)"
    r"|checking your browser|security (?:check|checkpoint|verification)|request (?:unsuccessful|blocked|rejected)"
    r"|(?:please )?enable (?:js|javascript|cookies)|^\W*(?:403\W*)?forbidden|bot verification|one more step"
    r"|unusual (?:traffic|activity)|captcha|human verification|robot or human|you have been blocked|press (?:and|&) hold"
    # too many requests
    r"|too many requests|rate limit(?:ed| exceeded)|zu viele anfragen|trop de requêtes|demasiadas (?:solicitudes|peticiones)"
    r"|muitas solicitações|troppe richieste"
    # not in your country
    r"|(?:not|un)\W?available in your (?:country|region|location)|in (?:ihrem|deinem) land nicht verfügbar"
    r"|unavailable (?:due to|for) legal reasons|n.est pas (?:disponible|accessible) dans votre (?:pays|région)"
    r"|no (?:está )?disponible en (?:su|tu) (?:país|región)|visitors from the european|european visitors"
    # consent
    r"|before you continue|we (?:value|care about|respect) your privacy|your privacy (?:choices|matters|is important)"
    r"|(?:cookie|privacy) (?:consent|settings|preferences|wall)|cookie[- ]?(?:einstellungen|zustimmung|hinweis|wall)"
    r"|(?:ihre|deine) (?:privatsphäre|einwilligung|zustimmung)|(?:einwilligung|zustimmung) (?:erforderlich|zur datenverarbeitung)"
    r"|weiter mit werbung|mit werbung (?:weiter)?lesen|votre vie privée|gestion des cookies|continuer sans accepter"
    r"|(?:su|tu) privacidad|valoramos (?:su|tu)|sua privacidade|la tua privacy|uw privacy|jouw privacy|twoj[aą] prywatność"
    # login
    r"|^\W*(?:please )?(?:log|sign)[- ]?in(?: to (?:continue|your account|read on))?\W*$|login required"
    r"|^\W*(?:bitte )?(?:anmelden|einloggen|anmeldung|login|registrieren)\W*$|^\W*(?:se connecter|connexion|identifiez-vous)\W*$"
    r"|^\W*(?:inici(?:ar|a) sesión|acceder|entrar|fa(?:ça|zer) login|accedi|inloggen|logga in|logg (?:inn|ind)|zaloguj się)\W*$"
    r"|^\W*(?:вход|войти|войдите|giriş yap|ログイン|登录|登錄|로그인|تسجيل الدخول|כניסה|đăng nhập)\W*$"
    # the same in other scripts
    r"|проверка браузера|доступ (?:запрещ[её]н|ограничен)|вы не робот|вы человек|слишком много запросов"
    r"|アクセスが(?:拒否|制限)|ロボットではありません|访问(?:被拒绝|受限)|安全验证|人机验证|تم رفض الوصول|تحقق من أنك إنسان|güvenlik kontrolü"
    r"|erişim engellendi|zugriff verweigert|sicherheitsüberprüfung|accès refusé|acceso denegado|acesso negado|accesso negato"
    r"|toegang geweigerd|vérification de sécurité|verificación de seguridad|odmowa dostępu",
    re.IGNORECASE,
)

GONE = re.compile(
    r"^\W*404\W*$|\b(?:error|fehler|erreur|errore|erro|błąd|ошибка|hata|fout|feil|fel)\W{0,3}404|\b404\W{0,4}(?:error|not found|page)"
    r"|(?:page|article|story|content|document|link) (?:you (?:\w+ ){1,6})?(?:(?:was|is|were|could|can|has|have) ?(?:not|n.t) (?:be |been )?found"
    r"|not found|(?:does|did) ?(?:not|n.t) exist|no longer exists?|(?:is )?no longer (?:available|here)|(?:has|was) (?:been )?(?:moved|removed|deleted))"
    r"|(?:can.?t|cannot|could ?n.t|could not) (?:be found|find (?:the|that|this|your) page)|nothing (?:was )?found"
    r"|(?:page|site) (?:has )?moved|this page (?:is|has) (?:gone|moved)|^\W*not found\W*$|oops.{0,30}(?:page|lost|wrong)"
    r"|(?:seite|artikel|inhalt|dokument|beitrag)(?: \w+){0,4} nicht (?:gefunden|vorhanden|verfügbar|mehr (?:verfügbar|vorhanden))"
    r"|existiert (?:leider )?nicht|^\W*nicht gefunden|(?:seite|artikel).{0,20}(?:umgezogen|verschoben|gelöscht)"
    r"|page (?:introuvable|inexistante|non trouvée)|(?:page|article).{0,40}(?:n.existe (?:plus|pas)|introuvable|a été (?:déplacée?|supprimée?))"
    r"|página no (?:encontrada|existe|disponible)|no (?:se )?(?:ha )?(?:encontrad|pudo encontrar|encontramos)|ya no (?:existe|está disponible)"
    r"|página não (?:encontrada|existe)|não (?:foi )?encontrad|pagina non (?:trovata|esiste|disponibile)|pagina (?:è stata )?(?:spostata|rimossa)"
    r"|pagina (?:is )?(?:niet|verplaatst|verwijderd)(?: gevonden)?|sidan (?:hittades inte|finns inte|kunde inte|har flyttats)"
    r"|siden (?:ble ikke funnet|finnes ikke|blev ikke fundet|findes ikke|kunne ikke)|sivua ei (?:löyty|ole)"
    r"|(?:nie znaleziono|nie odnaleziono) (?:strony|artykułu)|strona nie (?:istnieje|została)|stránka (?:nenalezena|nebyla nalezena|neexistuje)"
    r"|(?:страница|материал|статья) (?:\w+ )?не (?:найден|существует)|сторінк\w+ не (?:знайден|існує)|sayfa (?:bulunamadı|mevcut değil)"
    r"|الصفحة .{0,30}(?:غير موجودة|لم يتم العثور)|لم يتم العثور على|صفحه .{0,20}(?:یافت|پیدا) نشد|הדף .{0,20}לא נמצא|पृष्ठ नहीं मिला|पेज नहीं मिला"
    r"|ページが(?:見つかり|存在し)ません|お探しのページ|页面(?:不存在|未找到|找不到|已被删除)|您访问的页面|找不到(?:网页|頁面|页面)|頁面不存在|페이지를 찾을 수 없|halaman tidak ditemukan"
    r"|không tìm thấy (?:trang|nội dung)|η σελίδα δεν|az oldal nem található|pagina nu a fost găsită"
    # an empty search
    r"|(?:no|0) (?:results?|matches|articles|posts)(?: (?:were )?found)? for|no (?:results|matches|posts) (?:were )?found|did not match any"
    r"|\b0 results|keine (?:\w+ )?(?:ergebnisse|treffer)|0 treffer|aucun (?:résultat|article trouvé)|sin resultados|no hay resultados"
    r"|nenhum resultado|nessun risultato|geen resultaten|inga (?:resultat|träffar)|ingen (?:resultater|treff)|brak wyników"
    r"|ничего не найдено|sonuç bulunamadı|لا توجد نتائج|没有找到|検索結果は?\W?0|見つかりませんでした|검색 결과가 없",
    re.IGNORECASE,
)

WALL = re.compile(
    r"(?:subscribe|sign up|register|log ?in|sign in|join|upgrade)(?: now| today)? (?:to|and) (?:continue|keep|read|unlock|access|get (?:full|unlimited) access)"
    r"|to (?:continue|keep) reading|(?:continue|keep) reading (?:with|for|by)|read the (?:full|rest of (?:the|this)) (?:article|story) with"
    r"|(?:exclusive(?:ly)?|only|available|reserved)(?: \w+){0,2} (?:for|to) (?:\w+ )?(?:subscribers|members)|(?:subscriber|member)s?[- ](?:only|exclusive)"
    r"|(?:subscription|registration) (?:is )?required|(?:reached|used) (?:your|all) (?:\w+ ){0,3}(?:limit|free articles)|free articles? (?:left|remaining)"
    r"|already (?:a|have a?) ?(?:subscriber|member|subscription)|this (?:article|story|content) is (?:for|premium|locked)|unlock this (?:article|story)"
    r"|jetzt weiterlesen|(?:um|zum) (?:\w+ ){0,3}weiter(?:zu)?lesen|weiterlesen mit|(?:nur|exklusiv) für (?:\w+ )?abonn?ent|(?:artikel|text) freischalten"
    r"|(?:sie sind|bereits|schon) (?:\w+ )?abonn?ent|mit (?:\w+\W){0,3}\w*?(?:abo|plus|premium)\W? (?:weiter)?lesen|bereits registriert|jetzt (?:abo|abonnieren|testen)"
    r"|réservée? aux? abonné|(?:lire la suite|poursuivre (?:votre|la) lecture|pour continuer).{0,40}(?:abonn|lire)|abonnez-vous pour|déjà abonné|reste \d+ ?% de (?:cet|l.)"
    r"|(?:solo|exclusiv\w+|reservado) para (?:\w+ )?suscript|para seguir leyendo|suscr[ií]bete (?:para|y)|sigue leyendo con|¿?ya eres suscriptor"
    r"|(?:exclusiv\w+|só|apenas) para assinantes|para continuar lendo|assine (?:para|e)|já é assinante"
    r"|(?:riservato|solo) (?:agli|per gli) abbonati|per continuare a leggere|abbonati (?:per|e) |sei già abbonato"
    r"|(?:alleen|exclusief) voor (?:\w+ )?(?:abonnees|leden)|verder lezen|lees (?:verder|onbeperkt) met|al abonnee"
    r"|för (?:prenumeranter|att läsa vidare)|läs vidare med|redan prenumerant|kun for abonnenter|for å lese videre|for abonnenter|læs videre med|vain tilaajille"
    r"|(?:tylko|wyłącznie) dla (?:prenumerator|subskrybent)|czytaj dalej z|pozostało \d+ ?%|(?:dostępn\w+|treść) (?:tylko )?dla (?:prenumerator|subskrybent)"
    r"|(?:только|доступн\w+) (?:для )?подписчик|чтобы (?:читать|продолжить)|(?:abonelere|yalnızca abone)|devamını okumak için|للمشتركين فقط|اشترك (?:الآن )?(?:لمتابعة|لقراءة)|لمتابعة القراءة"
    r"|会員限定|有料会員|この記事は.{0,12}会員|続きを読むには|续(?:费|订)阅读|订阅(?:后|以)(?:继续|阅读)|訂閱(?:後|以)|仅限(?:会员|订阅)|구독자 전용|예약 구독",
    re.IGNORECASE,
)  # fmt: skip

CONSENT = re.compile(
    r"cookie|consent|tracking|personali[sz]ed|our partners|privacy|gdpr|einwillig|zustimm|datenschutz|werbung|consentement|traceurs"
    r"|publicités?|privacidad|consentimiento|publicidad personalizada|privacidade|consenso|toestemming|samtykke|samtycke|prywatnoś"
    r"|файл\w* cookie|персональных данных|隐私|同意|プライバシー|ملفات تعريف الارتباط|الخصوصية|çerez",
    re.IGNORECASE,
)

STATIC = re.compile(
    r"\W*(?:imprint|legal notice|contact(?: us)?|privacy(?: (?:policy|notice|statement))?|cookie (?:policy|notice)|terms(?: (?:of|and|&) "
    r"(?:use|service|conditions))?|about(?: us)?|advertise(?: with us)?|newsletters?|faqs?|help|sitemap|site map|jobs|careers|accessibility"
    r"|impressum|kontakt|datenschutz(?:erklärung|hinweise)?|agb|nutzungsbedingungen|über uns|mediadaten|barrierefreiheit"
    r"|mentions légales|(?:nous )?contact(?:er|ez-nous)|politique de confidentialité|qui sommes-nous|plan du site|à propos"
    r"|aviso legal|contacto|política de (?:privacidad|privacidade|cookies)|quiénes somos|contato|fale conosco|quem somos"
    r"|note legali|contatti|chi siamo|informativa (?:sulla )?privacy|over ons|colofon|privacyverklaring|om oss|om os|o nas|polityka prywatności|regulamin"
    r"|о нас|контакты|o nás|hakkımızda|iletişim|künye|اتصل بنا|من نحن|سياسة الخصوصية|お問い合わせ|会社概要|联系我们|关于我们)\W*",
    re.IGNORECASE,
)

LIVE = re.compile(
    r"live[-_ ]?(?:blog|ticker|updates|coverage|report)|newsticker|as it happened|minute[- ]by[- ]minute|minuto a minuto|en[- ]direct\b|en[- ]vivo\b"
    r"|ao[- ]vivo\b|in[- ]diretta\b|na[- ]żywo|(?:^|[/|–—-] ?)live(?:[/:!|–—-]|$)|онлайн|canlı|مباشر|ライブ|直播|실시간",
    re.IGNORECASE,
)  # fmt: skip

PICTURES = re.compile(
    r"^\W*(?:in (?:pictures|photos)|(?:photo )?gallery|photos?|pictures|slideshow|bilder(?:strecke|galerie)|fotostrecke|fotos|en (?:images|imágenes)"
    r"|diaporama|galer[ií]a|fotogaler[ií]a|fotogalerie|galeria(?: de fotos)?|le foto|fotogallery|galleria|bildspel|galeria zdjęć|фото(?:галерея|репортаж)?"
    r"|写真|組図|组图|صور|بالصور)\s?[:|–—-]|(?:\((?:photos|fotos|bilder|images)\)|\[(?:photos|fotos)\])\W*$",
    re.IGNORECASE,
)


def says(pattern: re.Pattern[str], headings: tuple[str, ...]) -> bool:
    """Whether a part of one of these headings, as a bar, dash or colon divides it, says little but this."""
    for heading in headings:
        for part in dict.fromkeys((heading, *_DIVIDER.split(heading))):
            if (found := pattern.search(part)) and (found.end() - found.start()) * 2 >= len(part.strip()):
                return True
    return False


_DIVIDER = re.compile(r"\s[|–—:·»-]{1,2}\s|: |[.!?…] ")
