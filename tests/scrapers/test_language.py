"""The language of a text against what its page states."""

# ruff: noqa: RUF001

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.language import checked, detect

TEXTS = {
    "en": "The ferry sailed at noon and nobody on the pier was in a hurry, as it had been late for a week. ",
    "de": "Die Fähre ist am Mittag mit einer Stunde Verspätung aus dem Hafen gefahren, und das war nicht neu. ",
    "fr": "Le bateau est parti à midi avec une heure de retard, et les gens du port ne sont pas surpris. ",
    "es": "El barco salió al mediodía con una hora de retraso, y los que esperaban en el puerto no se quejaron. ",
    "pt": "O barco saiu ao meio-dia com uma hora de atraso, e os que esperavam no porto não se queixaram da demora. ",
    "it": "Il battello è partito a mezzogiorno con un'ora di ritardo, e la gente del porto non si è lamentata. ",
    "nl": "De veerboot is om twaalf uur met een uur vertraging uit de haven vertrokken en dat is niet het eerste. ",
    "pl": "Prom wypłynął w południe z godzinnym opóźnieniem i nie jest to nowe, bo od tygodnia jest tak na przystani. ",
    "tr": "Vapur bir saat gecikme ile öğlen kalktı ve bu liman için yeni bir haber olarak daha çok kişi için önemli. ",
    "ru": "Паром отошёл в полдень, и никто на пристани не был удивлён: так было всю неделю, и мы привыкли. ",
    "uk": "Пором відійшов опівдні, і ніхто на пристані не здивувався: їх тут чекають щодня, і це відомо її людям. ",
    "el": "Το πλοίο έφυγε το μεσημέρι με μία ώρα καθυστέρηση και κανείς στο λιμάνι δεν παραπονέθηκε. ",
    "he": "המעבורת יצאה בצהריים באיחור של שעה ואיש על הרציף לא התלונן על כך כלל וכלל היום. ",
    "ar": "غادرت العبارة الميناء عند الظهر متأخرة ساعة ولم يشتك أحد من الركاب على الرصيف. ",
    "fa": "کشتی ظهر با یک ساعت تاخیر بندر را ترک کرد و هیچ کس گلایه ای نکرد چون هفته پیش هم. ",
    "ur": "کشتی دوپہر کو ایک گھنٹے کی تاخیر سے روانہ ہوئی اور گھاٹ پر کسی نے شکایت نہیں کی ہے۔ ",
    "hi": "नाव दोपहर को एक घंटे की देरी से चली और घाट पर किसी ने शिकायत नहीं की, क्योंकि यह रोज की बात है। ",
    "ja": "フェリーは一時間遅れて正午に港を出たが、桟橋では誰も文句を言わなかった。先週も同じだったからだ。",
    "zh": "渡轮晚了一个小时于中午离开港口，码头上没有人抱怨，因为上个星期也是这样。船长说下一班将在星期四。",
    "ko": "여객선은 한 시간 늦게 정오에 항구를 떠났지만 부두에서는 아무도 불평하지 않았다. ",
    "th": "เรือออกจากท่าช้าไปหนึ่งชั่วโมงแต่ไม่มีใครบนท่าเรือบ่น เพราะเป็นเช่นนี้มาทั้งสัปดาห์แล้ว",
}


@pytest.mark.parametrize("code", TEXTS)
def test_wrong_code_is_corrected(code):
    text = TEXTS[code] * 3

    assert checked("sv" if code == "en" else "en", text) == code
    assert checked(None, text) == code
    assert checked(code, text) == code


@pytest.mark.parametrize("text", ["", "Ferry", "1 2 3 " * 100, "Oslo Bergen Tromsø " * 20, TEXTS["en"][:50]])
def test_uncertain_text_leaves_the_stated_code(text):
    assert checked("nb", text) == "nb"


def test_near_relatives_are_not_told_apart():
    text = "Fergen er en time forsinket, og det er ikke for første gang at den ikke har vært på plass til avgang. " * 3

    assert checked("nn", text) == "nn"
    assert checked("en", text) in ("no", "da")


@given(st.text(max_size=300))
def test_any_text(text):
    assert detect(text) is None or len(detect(text)) >= 2
