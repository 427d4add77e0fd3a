"""The words of dates in the languages of the press: months, halves of the day, zones, digits, other calendars."""

# ruff: noqa: RUF001  (letters of many scripts)

from __future__ import annotations

from datetime import date, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

# Per month the names of many languages in the forms that stand in dates, in lower case, each once; abbreviations too.
_MONTHS = """
january jan januar jänner jaenner januari janvier janv enero ene gennaio gen janeiro ocak styczeń
 stycznia sty января янв
 ianuarie ianuariu ιανουαρίου ιανουάριος ιαν γεναρη január januára ledna leden siječanj siječnja
 januarja januara јануар
 јануара јануари януари січня січень студзеня sausio sausis janvāris janvārī jaanuar tammikuu
 tammikuuta janúar janar
 yanvar yanvarı қаңтар gener xaneiro urtarrilaren urtarrilak januarie pebrwari ionawr eanáir jannar
 يناير كانون_الثاني جانفي ژانویه جنوری जनवरी जानेवारी জানুয়ারি জানুয়ারী ஜனவரி జనవరి ಜನವರಿ ജനുവരി
 જાન્યુઆરી ਜਨਵਰੀ ජනවාරි มกราคม ม.ค. ינואר
 იანვარი იანვარს հունվարի հունվար
february feb februar februari février fevrier févr fév febrero febbraio fevereiro fev şubat subat
 luty lutego lut
 февраля фев февр februarie φεβρουαρίου φεβρουάριος φεβ február februára února únor veljača veljače
 februarja februara
 фебруар фебруара фебруари февруари лютого лютий лютага vasario vasaris februāris februārī veebruar
 helmikuu helmikuuta
 febrúar shkurt fevral ақпан febrer febreiro otsailaren otsailak pebrero chwefror feabhra frar
 فبراير شباط فيفري فوریه فروری फरवरी फ़रवरी फेब्रुवारी ফেব্রুয়ারি ফেব্রুয়ারী பிப்ரவரி ఫిబ్రవరి
 ಫೆಬ್ರವರಿ ഫെബ്രുവരി ફેબ્રુઆરી ਫਰਵਰੀ
 පෙබරවාරි กุมภาพันธ์ ก.พ. פברואר თებერვალი თებერვალს փետրվարի փետրվար
march mar märz maerz mär mrz mars marzo março marco maart mrt mart marzec marca марта мар maret
 martie μαρτίου
 μάρτιος μαρ március március márc března březen ožujak ožujka март марта березня березень сакавіка
 kovo kovas marts
 martā märts maaliskuu maaliskuuta mart martı наурыз març martxoaren martxoak mac marso mawrth
 márta marzu
 مارس آذار مارچ मार्च মার্চ மார்ச் మార్చి ಮಾರ್ಚ್ മാർച്ച് માર્ચ ਮਾਰਚ මාර්තු มีนาคม มี.ค. מרץ მარტი
 მარტს մարտի մարտ
april apr avril avr abril abr aprile aprili nisan kwiecień kwietnia kwi апреля апр aprilie απριλίου
 απρίλιος απρ
 április ápr apríl apríla dubna duben travanj travnja aprila април априла квітня квітень красавіка
 balandžio balandis
 aprīlis aprīlī aprill huhtikuu huhtikuuta prill aprel aprelin сәуір d'abril apirilaren apirilak
 ebrill aibreán april
 أبريل ابريل إبريل نيسان أفريل آوریل اپریل अप्रैल एप्रिल এপ্রিল ஏப்ரல் ఏప్రిల్ ಏಪ್ರಿಲ್ ഏപ്രിൽ
 એપ્રિલ ਅਪ੍ਰੈਲ අප්‍රේල් เมษายน เม.ย. אפריל
 აპრილი აპრილს ապրիլի ապրիլ
may mai mayo maggio mag maio mei mayıs mayis maj maja мая май μαΐου μαίου μάιος μαϊ μαι május máj
 mája května květen
 svibanj svibnja мај маја травня травень gegužės gegužė maijs maijā toukokuu toukokuuta maí mayın
 мамыр maig
 maiatzaren maiatzak mayı bealtaine mejju мамыра
 مايو أيار ايار ماي مه مئی मई मे মে மே మే ಮೇ മേയ് મે ਮਈ මැයි พฤษภาคม พ.ค. מאי მაისი მაისს մայիսի մայիս
june jun juni juin junio giugno giu junho haziran czerwiec czerwca cze июня июн iunie ιουνίου
 ιούνιος ιουν június
 jún júna června červen lipanj lipnja junija juna јун јуна јуни юни червня червень чэрвеня birželio
 birželis jūnijs
 jūnijā juuni kesäkuu kesäkuuta júní qershor iyun маусым juny xuño ekainaren ekainak junie hunyo
 mehefin meitheamh
 ġunju يونيو يونيه حزيران جوان ژوئن جون जून জুন ஜூன் జూన్ ಜೂನ್ ജൂൺ જૂન ਜੂਨ ජූනි มิถุนายน มิ.ย. יוני
 ივნისი ივნისს հունիսի հունիս
july jul juli juillet juil julio luglio lug julho temmuz lipiec lipca lip июля июл iulie ιουλίου
 ιούλιος ιουλ július
 júl júla července červenec srpanj srpnja julija jula јул јула јули юли липня липень ліпеня liepos
 liepa jūlijs jūlijā
 juuli heinäkuu heinäkuuta júlí korrik iyul шілде juliol xullo uztailaren uztailak julai julie
 hulyo gorffennaf iúil
 lulju يوليو يوليه تموز جويلية ژوئیه ژوئيه جولای جولائی जुलाई जुलै জুলাই ஜூலை జులై జూలై ಜುಲೈ ജൂലൈ
 જુલાઈ ਜੁਲਾਈ ජූලි กรกฎาคม ก.ค. יולי
 ივლისი ივლისს հուլիսի հուլիս
august aug août aout agosto ago augustus augusti ağustos agustos sierpień sierpnia sie августа авг
 αυγούστου αύγουστος
 αυγ augusztus aug augusta srpna srpen kolovoz kolovoza avgusta avgust август августа серпня
 серпень жніўня rugpjūčio
 rugpjūtis augusts augustā elokuu elokuuta ágúst gusht avqust avqustun тамыз agost abuztuaren
 abuztuak agustus ogos
 agt augustus awst lúnasa awwissu أغسطس اغسطس آب اب أوت اوت اگست अगस्त ऑगस्ट আগস্ট অগস্ট ஆகஸ்ட்
 ఆగస్టు ಆಗಸ್ಟ್ ഓഗസ്റ്റ് ઓગસ્ટ ਅਗਸਤ අගෝස්තු
 สิงหาคม ส.ค. אוגוסט აგვისტო აგვისტოს օգոստոսի օգոստոս
september sep sept septembre septiembre setiembre settembre set setembro eylül eylul wrzesień
 września wrz сентября сен
 сент septembrie σεπτεμβρίου σεπτέμβριος σεπ szeptember szept septembra září rujan rujna септембар
 септембра септември
 вересня вересень верасня rugsėjo rugsėjis septembris septembrī syyskuu syyskuuta shtator sentyabr
 sentabr қыркүйек
 setembre irailaren irailak septembe setyembre medi meán_fómhair settembru
 سبتمبر أيلول ايلول سپتامبر ستمبر सितंबर सितम्बर सप्टेंबर সেপ্টেম্বর செப்டம்பர் సెప్టెంబర్
 ಸೆಪ್ಟೆಂಬರ್ സെപ്റ്റംബർ સપ્ટેમ્બર ਸਤੰਬਰ සැප්තැම්බර්
 กันยายน ก.ย. ספטמבר სექტემბერი სექტემბერს սեպտեմբերի սեպտեմբեր
october oct oktober okt octobre octubre ottobre ott outubro out ekim październik października paź
 октября окт octombrie
 οκτωβρίου οκτώβριος οκτ október októbra října říjen oktobra октобар октобра октомври жовтня
 жовтень кастрычніка
 spalio spalis oktobris oktobrī oktoober lokakuu lokakuuta tetor oktyabr oktabr қазан urriaren
 urriak oktubre
 hydref deireadh_fómhair ottubru أكتوبر اكتوبر تشرين_الأول تشرين_الاول اکتبر اکتوبر अक्टूबर अक्तूबर
 ऑक्टोबर অক্টোবর அக்டோபர் అక్టోబర్ ಅಕ್ಟೋಬರ್ ഒക്ടോബർ
 ઓક્ટોબર ਅਕਤੂਬਰ ඔක්තෝබර් ตุลาคม ต.ค. אוקטובר ოქტომბერი ოქტომბერს հոկտեմբերի հոկտեմբեր
november nov novembre noviembre novembro kasım kasim listopad listopada lis ноября ноя нояб
 noiembrie νοεμβρίου
 νοέμβριος νοε november novembra studeni studenoga studenog новембар новембра ноември листопада
 листопад лістапада
 lapkričio lapkritis novembris novembrī marraskuu marraskuuta nóvember nëntor noyabr қараша
 azaroaren azaroak nopember
 nobyembre tachwedd samhain novembru نوفمبر تشرين_الثاني نوامبر نومبر नवंबर नवम्बर नोव्हेंबर
 নভেম্বর நவம்பர் నవంబర్ ನವೆಂಬರ್ നവംബർ નવેમ્બર ਨਵੰਬਰ
 නොවැම්බර් พฤศจิกายน พ.ย. נובמבר ნოემბერი ნოემბერს նոյեմբերի նոյեմբեր
december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro desember aralık
 aralik grudzień grudnia
 gru декабря дек decembrie δεκεμβρίου δεκέμβριος δεκ decembra prosince prosinec prosinac prosinca
 децембар децембра
 декември грудня грудень снежня gruodžio gruodis decembris decembrī detsember joulukuu joulukuuta
 dhjetor dekabr
 желтоқсан desembre decembro abenduaren abenduak disember disyembre rhagfyr nollaig diċembru desemba
 ديسمبر كانون_الأول كانون_الاول دسامبر دسمبر दिसंबर दिसम्बर डिसेंबर ডিসেম্বর டிசம்பர் డిసెంబర్
 ಡಿಸೆಂಬರ್ ഡിസംബർ ડિસેમ્બર ਦਸੰਬਰ දෙසැම්බර් ธันวาคม ธ.ค. דצמבר
 დეკემბერი დეკემბერს դեկտեմբերի դեկտեմբեր
"""
MONTHS = {
    name.replace("_", " "): number
    for number, line in enumerate(_MONTHS.replace("\n ", " ").strip().split("\n"), 1)
    for name in line.split()
}
_IN_LANGUAGE = {("hr", "listopada"): 10, ("hr", "listopad"): 10}  # November elsewhere
_JALALI = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]
JALALI_MONTHS = {name: number for number, name in enumerate(_JALALI, 1)}

_IN = "ב"  # Hebrew writes "in April" as one word
_HOURS = {  # east of Greenwich; BST and IST as British and Indian papers mean them
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "wat": 1, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2,
    "cat": 2, "sast": 2, "eet": 2, "eest": 3, "eat": 3, "msk": 3, "мск": 3, "trt": 3, "irst": 3.5, "gst": 4, "pkt": 5,
    "ist": 5.5, "npt": 5.75, "bdt": 6, "wib": 7, "ict": 7, "wita": 8, "sgt": 8, "hkt": 8, "myt": 8, "pht": 8,
    "awst": 8, "wit": 9, "jst": 9, "kst": 9, "acst": 9.5, "aest": 10, "acdt": 10.5, "aedt": 11, "nzst": 12, "nzdt": 13,
    "brt": -3, "art": -3, "clt": -4, "ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5, "est": -5, "edt": -4, "cst": -6,
    "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
}  # fmt: skip
ZONES: dict[str, tzinfo] = {name: timezone(timedelta(hours=hours)) for name, hours in _HOURS.items()}
_REGIONS = {
    "et": "New_York",
    "ct": "Chicago",
    "mt": "Denver",
    "pt": "Los_Angeles",
}  # whether it is summer, the day tells


def month(word: str, language: str | None = None) -> int | None:
    """The number of a month's name, in whatever language; `language` (a code) settles what two of them share."""
    name = word.lower().replace("\u0307", "").strip(",;")
    if found := _IN_LANGUAGE.get(((language or "")[:2], name)):
        return found
    for spelling in (name, name.rstrip("."), name.removeprefix(_IN)):
        if found := MONTHS.get(spelling):
            return found
    return None


def zone_of(name: str) -> tzinfo | None:
    """The zone of an abbreviation; Americans' ET and its like follow their summer time."""
    name = name.lower()
    return ZoneInfo(f"America/{_REGIONS[name]}") if name in _REGIONS else ZONES.get(name)


def from_jalali(year: int, month: int, day: int) -> tuple[int, int, int]:
    """The Gregorian year, month and day of a day in the calendar of Iran, by its cycle of 33 years with 8 leap years.

    Raises ValueError or OverflowError for years that no calendar has.
    """
    ordinal = 365 * (year - 979) + (year - 979) // 33 * 8 + ((year - 979) % 33 + 3) // 4
    ordinal += 31 * (month - 1) if month <= 7 else 30 * (month - 1) + 6
    ordinal += day - 1 + 79  # days since 1 January 1600
    found = date.fromordinal(date(1600, 1, 1).toordinal() + ordinal)
    return found.year, found.month, found.day
