"""Words that tell a person's name from a job, a desk, a place or a button, in the languages that bylines mix."""

from __future__ import annotations

import re

JOBS = frozenset(
    re.findall(
        r"\S+",
        """
    editor editors editor-in-chief co-editor reporter reporters writer writers correspondent correspondents columnist
    columnists journalist journalists contributor contributors contributing freelance freelancer staff senior junior
    deputy associate assistant executive managing chief producer photographer columnista analyst anchor blogger host
    intern fellow director president professor manager ceo cto cfo founder co-founder strategist specialist presenter
    researcher critic commentator broadcaster photojournalist videographer author expert opinion guest news-reporter
    redakteur redakteurin redakteure redakteurinnen redaktor redaktorin reporterin korrespondent korrespondentin
    korrespondenten autor autorin chefredakteur chefredakteurin journalistin volontär volontärin kolumnist kolumnistin
    ressortleiter ressortleiterin chefreporter chefreporterin gastautor gastautorin politikredakteur sportredakteur
    redactor redactora periodista corresponsal colaborador colaboradora editora columnista reportero reportera
    jornalista repórter correspondente colunista redator redatora estagiário giornalista inviato redattore redattrice
    corrispondente collaboratore journaliste rédacteur rédactrice correspondant correspondante chroniqueur envoyé
    redacteur verslaggever correspondente redaktør redaktör journalisten kommentator reporterka dziennikarz redaktor
    muhabir muhabiri editör yazar yazarı корреспондент редактор журналист обозреватель кореспондент журналіст
    toimittaja kirjoittaja újságíró szerkesztő dziennikarka novinář novinářka novinar novinarka wartawan jurnalis
    δημοσιογράφος συντάκτης συντάκτρια
    """,
    )
)
NO_NAME = frozenset(
    re.findall(
        r"\S+",
        """
    admin administrator agencies agency agences agenturen bureau desk editorial email magazine media monitoring newsdesk
    news newspaper newsroom online redacción redaktion redazione redacção redação rédaction redactie redaksi redakcja
    redakce toimitus report share team updated published webdesk website wire services service subscribe twitter
    facebook instagram null undefined unknown anonymous redaktionsnetzwerk presse press today tv radio network group
    gmbh inc ltd llc corp company plc ag technologies technology solutions partners holdings institute institut
    institution university universität universidad université college academy foundation stiftung center centre
    association ministry committee council department society commission office journal gazette tribune zeitung
    anzeiger nachrichten weekly guardian the of for our your to about with this more read all article articles comments
    comment min minutes ago views editions studio digital web magazin bild agentur digitalredaktion sportredaktion
    newsletter podcast bio sports football videos photo photos image images getty follow reserved rights copyright
    publishing publications nast correspondents' sponsored advertisement promoted partner content brand
    """,
    )
)
NO_START = frozenset(
    re.findall(
        r"\S+",
        """
    share read view follow sign log copy print save listen more latest show see click subscribe posted published updated
    last get add join watch continue skip open close menu search home all by von contact email tweet send watch report
    how why what when where who is are breaking exclusive live top best new related editor author staff reading
    teilen mehr zur zum alle leer ver compartir lire voir partager condividi leggi
    """,
    )
)
PLACES = frozenset(
    (
        "new york", "new delhi", "los angeles", "san francisco", "san diego", "hong kong", "tel aviv", "buenos aires",
        "são paulo", "sao paulo", "rio de janeiro", "kuala lumpur", "abu dhabi", "cape town", "addis ababa",
        "mexico city", "new zealand", "south africa", "south korea", "north korea", "saudi arabia", "united states",
        "united kingdom", "las vegas", "new jersey", "new orleans", "north carolina", "south carolina", "middle east",
        "santa fe", "san jose", "salt lake city", "st. louis", "st louis", "san juan", "san antonio", "phnom penh",
        "washington dc", "washington d.c", "sri lanka", "costa rica", "puerto rico", "el salvador", "den haag",
        "frankfurt am main", "real estate", "personal finance", "climate change", "west bank", "ho chi minh city",
    )
)  # fmt: skip
CREDENTIALS = frozenset(
    re.findall(
        r"\S+",
        """
    MD PhD PHD DPhil MS MSc MSW MPH DO JD Esq MBA BSc BA BS MA MFA CPA CFP CFA RN RD RDN LD LDN DVM DDS DMD FACP FACS
    FRCP LCSW LMFT LPC PsyD CPT CSCS OD PharmD EdD NP PA-C FNP MEd Med DrPH CNS CDE CDCES FAAP FACOG DNP
    MScN RPh OBE MBE CBE
    """,
    )
)
PARTICLES = frozenset(
    re.findall(
        r"\S+",
        """
    de da di do dos das del della delle der den des du la le las los van von vom zu zur zum ten ter te bin bint ibn abu
    al el ul ur y e i af av und bar ben
    """,
    )
)
