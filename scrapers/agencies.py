"""News agencies of the world: how bylines, datelines and credits spell them, and the usual name of each."""

from __future__ import annotations

import re

_TABLE = """
AAP = Australian Associated Press
ACN = Agència Catalana de Notícies
Adnkronos
AFP = Agence France-Presse = Agence France Presse = 法新社
Agência Brasil = Agencia Brasil
Agerpres
AGI = Agenzia Giornalistica Italia
Anadolu = Anadolu Agency = Anadolu Ajansı = Anadolu Ajansi = AA
ANI = Asian News International
ANP = Algemeen Nederlands Persbureau
ANSA = Agenzia ANSA
Antara = Antara News
AP = Associated Press = The Associated Press = AP News = 美联社
APA = Austria Presse Agentur
APP = Associated Press of Pakistan
Askanews
Belga = Agence Belga
Bernama
Bloomberg = Bloomberg News
BNS
BTA = БТА
Business Wire = BusinessWire
The Canadian Press = Canadian Press = La Presse canadienne
China News Service = 中新社 = 中新网
CNA = Central News Agency = 中央社
CNW = CNW Group
ČTK = CTK
DHA = Demirören Haber Ajansı
dpa = Deutsche Presse-Agentur = Deutsche Presse Agentur = dpa-AFX = dpa-infocom = dpa-tmn
dts = dts Nachrichtenagentur
EFE = Agencia EFE = Agência EFE
epd = Evangelischer Pressedienst
Europa Press = EuropaPress
GlobeNewswire = Globe Newswire
HINA
IANS = Indo-Asian News Service
İHA = IHA = İhlas Haber Ajansı
INP
Interfax = Интерфакс
Interfax-Ukraine = Інтерфакс-Україна
IRNA
Jiji Press = Jiji = 時事通信 = 時事
Keystone-SDA = Keystone SDA = SDA = SDA-ATS = Keystone-ATS = ATS
KNA
KUNA
Kyodo = Kyodo News = 共同通信 = 共同通信社 = 共同
LETA
Lusa = Agência Lusa = Agencia Lusa
MENA
MTI
NAN = News Agency of Nigeria
Newsis = 뉴시스
News1 = 뉴스1
NNI
NTB
PA Media = PA = PA News = Press Association = The Press Association
PAP = Polska Agencja Prasowa
PPI
PR Newswire = PRNewswire
PTI = Press Trust of India
Reuters = Thomson Reuters = Reuters Staff = Рейтер = 路透社 = ロイター
RIA Novosti = РИА Новости
Ritzau
SID = Sport-Informations-Dienst
STT
Tanjug = Танјуг
TASR
TASS = ТАСС
Télam = Telam
TT = TT Nyhetsbyrån
Ukrinform = Укрінформ
UNI = United News of India
UPI = United Press International
VNA = TTXVN
WAM
Xinhua = Xinhua News Agency = 新华社 = 新華社 = 新华网
Yonhap = Yonhap News Agency = 연합뉴스 = 연합
"""
_LONGEST, _ACRONYM = 40, 4  # characters of a spelling; of what could be a word or a name if it were not in capitals
_NAMES = {
    spelling.strip().casefold(): line.partition(" = ")[0].strip()
    for line in _TABLE.strip().splitlines()
    for spelling in line.split(" = ")
}
_CAPITALS = frozenset(spelling.strip() for line in _TABLE.splitlines() for spelling in line.split(" = "))
_BETWEEN = re.compile(r"\s*[/,;+&|]\s*|\s+(?:and|und|et|y|e|with|mit)\s+", re.IGNORECASE)
_AROUND = " .()[]{}/*-–—:©"


def agency_of(text: str) -> str | None:
    """The usual name of the agency that the text names and nothing else; an acronym counts only in its own case."""
    name = text.strip(_AROUND)
    if len(name) > _LONGEST:
        return None
    if len(name) <= _ACRONYM and not name.isupper() and name not in _CAPITALS:
        return None
    return _NAMES.get(name.casefold())


def first_agency(text: str) -> str | None:
    """The first agency of a credit such as `dpa/lni`, `AFP, Reuters` or `with AP`."""
    return next((name for part in _BETWEEN.split(text[:200]) if (name := agency_of(part))), None)
