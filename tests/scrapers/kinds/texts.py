"""Invented sentences in nine languages, and the frame of a newspaper's page around any content."""

from __future__ import annotations

import json
from dataclasses import dataclass

from scrapers.article import Kind

SENTENCES = {
    "en": [
        "The harbour council voted on Tuesday to keep the old lighthouse lit through the winter, against its own budget.",
        "Mayor Ilse Trondal said the decision had taken three meetings and one very long night of arithmetic.",
        "Fishermen had argued that no lamp on a phone would ever guide a boat past the Karsk reef in fog.",
        "The keeper, Bram Oduya, learned of it from his niece, who had listened to the debate on the radio.",
        "Repairs will begin in April and cost about 40,000 crowns, a third of which the ferry company has promised.",
        "A second vote, on the broken foghorn, was put off until the engineer returns from her holidays.",
    ],
    "de": [
        "Der Gemeinderat von Obertalbach hat am Montagabend beschlossen, das Freibad auch im Herbst offen zu halten.",
        "Bürgermeisterin Hanna Querfurth sprach von einer Entscheidung, die niemand im Ort so schnell vergessen werde.",
        "Das Wasser soll mit der Abwärme der Molkerei geheizt werden, die gleich neben der Liegewiese steht.",
        "Gegner rechneten vor, dass jeder Badegast die Gemeinde künftig vier Euro koste, Kinder sogar mehr.",
        "Der Bademeister Lutz Ammersin freut sich trotzdem und hat schon neue Handtücher für den Kiosk bestellt.",
    ],
    "fr": [
        "Le conseil municipal de Bramefont a décidé mardi soir de rouvrir la petite gare, fermée depuis vingt ans.",
        "La maire, Odile Karvenne, assure que deux trains par jour suffiront pour commencer, un le matin, un le soir.",
        "Les habitants avaient réuni plus de mille signatures et repeint eux-mêmes les bancs du quai pendant l'été.",
        "La région paiera la moitié des travaux, qui doivent durer jusqu'au printemps si la pluie le permet.",
    ],
    "es": [
        "El ayuntamiento de Villarmuz aprobó el jueves la compra del viejo molino, que será una escuela de música.",
        "La alcaldesa Remedios Altuna explicó que las obras empezarán en mayo y durarán algo más de un año.",
        "Los vecinos habían pedido durante años que el edificio no se vendiera a la cadena de hoteles de la costa.",
        "El primer concierto, si nada se tuerce, será en la noche de San Juan y la entrada no costará nada.",
    ],
    "ru": [
        "Городской совет Верхнего Лугова решил во вторник сохранить старый трамвай, который ходит до реки.",
        "Мэр Анна Берёзкина сказала, что ремонт путей начнётся весной и займёт не больше трёх месяцев.",
        "Жители собрали две тысячи подписей и сами покрасили остановки, чтобы показать, что трамвай им нужен.",
        "Новый вагон привезут из соседней области, где от него отказались из-за слишком узкой колеи.",
    ],
    "ja": [
        "青浜町議会は火曜日、古い灯台を冬の間も灯し続けることを賛成多数で決めた。修理の費用は町と漁協が分け合う。",
        "町長の白洲みどり氏は「三度の会議と長い夜の計算の末の結論だ」と述べ、来月にも工事を始める考えを示した。",
        "漁師たちは霧の日に携帯電話の明かりだけで岩場を避けることはできないと訴えてきた。次の議会では霧笛の修理を話し合う。",
    ],
    "zh": [
        "青石镇议会周二投票决定，老灯塔在冬季继续点亮，维修费用由镇政府和渔业合作社共同承担，工程将于四月开始。",
        "镇长白若兰说，这个决定经过三次会议和一个漫长的计算之夜才得出，她感谢所有提出意见的居民。",
        "渔民们认为，在大雾中手机的灯光无法指引船只绕过礁石。下一次会议将讨论修理损坏的雾笛。",
    ],
    "ar": [
        "قرر مجلس بلدة النخيل القديمة يوم الثلاثاء إبقاء المنارة مضاءة طوال فصل الشتاء رغم ضيق الميزانية.",
        "وقالت رئيسة البلدية سلمى الدرواني إن القرار جاء بعد ثلاثة اجتماعات وليلة طويلة من الحسابات.",
        "وكان الصيادون قد قالوا إن ضوء الهاتف لا يكفي لإرشاد القوارب بين الصخور في الضباب.",
        "وستبدأ أعمال الإصلاح في أبريل وتتحمل شركة العبارات ثلث التكلفة كما وعدت العام الماضي.",
    ],
    "it": [
        "Il consiglio comunale di Montefalda ha deciso martedì di tenere aperta la funivia anche durante l'inverno.",
        "La sindaca Ginevra Tolmeri ha spiegato che i lavori alla stazione a valle cominceranno in aprile.",
        "Gli abitanti avevano raccolto mille firme e pulito da soli il piazzale, che era chiuso da sei anni.",
    ],
}
TITLES = {
    "en": ["Old lighthouse to stay lit all winter", "Ferry fares rise again in May", "Who painted the pier blue?",
           "Choir of bakers wins at Lundby", "Snow closes the Karsk road", "A museum for lost umbrellas opens",
           "Harbour seals return after ten years", "School bus runs on chip fat now"],
    "de": ["Freibad bleibt bis in den November offen", "Molkerei heizt jetzt das halbe Dorf", "Neue Brücke über den Talbach gesperrt",
           "Chor der Bäcker gewinnt in Lindau", "Schnee legt die Bergbahn lahm", "Museum für verlorene Schirme eröffnet"],
    "fr": ["La petite gare va rouvrir au printemps", "Le pont de Bramefont fermé une semaine", "Un chœur de boulangers primé à Lormes",
           "La neige bloque la route du col", "Un musée des parapluies perdus", "Les truites reviennent dans la Vive"],
    "es": ["El viejo molino será escuela de música", "Sube el precio del transbordador en mayo", "La nieve cierra el puerto de Lumbra",
           "Un coro de panaderos gana en Tordiel", "Abre el museo de los paraguas perdidos", "Vuelven las nutrias al río Alba"],
    "ru": ["Старый трамвай останется в городе", "Мост через Луговку закрыли на неделю", "Хор пекарей победил на конкурсе",
           "Снег закрыл дорогу на перевал", "Открылся музей потерянных зонтов", "Выдры вернулись на реку Алба"],
    "ja": ["青浜の灯台、冬も点灯へ", "渡し船の運賃、五月に値上げ", "パン職人の合唱団が優勝", "大雪で峠の道が通行止めに", "忘れ物の傘の博物館が開館", "アザラシが十年ぶりに港へ"],
    "zh": ["青石镇老灯塔冬季继续点亮", "渡轮票价五月再次上涨", "面包师合唱团获得冠军", "大雪封闭山口公路", "遗失雨伞博物馆开馆", "海豹十年后重返港口"],
    "ar": ["المنارة القديمة تبقى مضاءة طوال الشتاء", "أسعار العبارة ترتفع مجددا في مايو", "جوقة الخبازين تفوز بالجائزة الأولى",
           "الثلوج تغلق طريق الجبل العالي", "متحف للمظلات الضائعة يفتح أبوابه", "الفقمات تعود إلى الميناء القديم"],
    "it": ["La funivia resta aperta anche d'inverno", "Il ponte di Montefalda chiuso una settimana", "Vince il coro dei panettieri",
           "La neve blocca la strada del passo", "Apre il museo degli ombrelli perduti", "Le lontre tornano nel fiume"],
}  # fmt: skip
SITE = {"en": "Karsk Courier", "de": "Talbach Bote", "fr": "Le Fanal de Bramefont", "es": "El Molino Diario", "ru": "Луговской вестник",
        "ja": "青浜新報", "zh": "青石日报", "ar": "صحيفة النخيل", "it": "La Voce di Montefalda"}  # fmt: skip
HOST = "https://www.courier.example"


@dataclass(frozen=True, slots=True)
class Written:
    """A page and what a reader would call it."""

    name: str
    kind: Kind
    body: str
    url: str = f"{HOST}/news/old-lighthouse-to-stay-lit-all-winter"
    access: str | None = None


def paragraphs(language: str, number: int, first: int = 0) -> str:
    """So many paragraphs; from the second round on each begins with a number, as no story repeats itself."""
    known = SENTENCES[language]
    texts = [known[n % len(known)] + (f" ({n})" if n >= len(known) else "") for n in range(first, first + number)]
    return "".join(f"<p>{text} {known[(n + 1) % len(known)]}</p>" for n, text in enumerate(texts, first))


def teasers(language: str, number: int = 6, style: str = "article", sentences: int = 1) -> str:
    """Teasers of stories, each a linked headline with text."""
    made = []
    for n in range(number):
        title = TITLES[language][n % len(TITLES[language])]
        href = f"/news/{n}/story-of-the-day-{n}"
        known = SENTENCES[language]
        text = " ".join(known[(n + k) % len(known)] for k in range(sentences)) if sentences else ""
        made.append(_STYLES[style].format(title=title, href=href, text=text, n=n))
    return "".join(made)


_STYLES = {
    "article": "<article class='teaser'><h2><a href='{href}'>{title}</a></h2><p>{text}</p><time>2{n} May</time></article>",
    "div": "<div class='tile'><div class='tile__in'><a class='tile__link' href='{href}'>{title}</a><div class='tile__text'>{text}</div></div></div>",
    "wrapped": "<li><a href='{href}'><img src='/i/{n}.jpg' alt=''><h3>{title}</h3><p>{text}</p></a></li>",
    "table": "<tr><td><a href='{href}'><b>{title}</b></a><br>{text}</td></tr>",
}  # fmt: skip


def frame(
    content: str, language: str = "en", title: str = "", head: str = "", rail: str = "", body_class: str = ""
) -> str:
    """A newspaper's page: header with menu, the content, a rail, a footer with legal links."""
    name = SITE[language]
    return (
        f"<!doctype html><html lang='{language}'{' dir=rtl' if language == 'ar' else ''}><head><meta charset=utf-8>"
        f"<title>{title} | {name}</title>{head}</head><body class='{body_class}'>"
        f"<header><a href='/'>{name}</a><a href='/login'>Log in</a><a href='/abo'>Subscribe</a></header>"
        "<nav><ul><li><a href='/news/'>News</a><li><a href='/sport/'>Sport</a><li><a href='/culture/'>Culture</a></ul></nav>"
        f"<main>{content}</main><aside class='rail'>{rail}</aside>"
        "<footer><a href='/imprint'>Imprint</a> <a href='/privacy'>Privacy</a> © 2025</footer></body></html>"
    )


def ld(**fields: object) -> str:
    """A JSON-LD script."""
    data = json.dumps({"@context": "https://schema.org", **{k.replace("at_", "@"): v for k, v in fields.items()}})
    return f'<script type="application/ld+json">{data}</script>'
