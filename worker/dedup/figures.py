"""Whether two passages that stand in the same place of two texts state the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import product
from typing import NamedTuple

_THOUSAND, _MILLION, _BILLION = Decimal(10**3), Decimal(10**6), Decimal(10**9)
SCALES = {
    word: scale
    for words, scale in (
        ("thousand thousands tausend mille mil mila tysiace тысяч тысячи тыс bin hazar k", _THOUSAND),
        ("lakh lakhs lac", Decimal(10**5)),
        (
            "million millions millionen mio millon millones milhao milhoes milioni milione miljoen miljoner millioner"
            " milionow mln миллион миллиона миллионов млн milyon m mn",
            _MILLION,
        ),
        ("crore crores", Decimal(10**7)),
        (
            "billion billions bn milliarden milliarde mrd milliards miliardi miljard miljarder миллиардов млрд milyar",
            _BILLION,
        ),
        ("trillion trillions trn", Decimal(10**12)),
        ("万 萬", Decimal(10**4)),
        ("亿 億", Decimal(10**8)),
    )
    for word in words.split()
}
UNITS = {  # what each measures, and its size in metres, kilograms, square metres or litres
    word: (kind, Decimal(size))
    for kind, size, words in (
        ("length", "0.0254", "inch inches"),
        ("length", "0.3048", "foot feet ft"),
        ("length", "0.9144", "yard yards"),
        ("length", "1609.344", "mile miles mph"),
        ("length", "0.01", "centimetre centimetres centimeter centimeters cm"),
        ("length", "1", "metre metres meter meters"),
        ("length", "1000", "kilometre kilometres kilometer kilometers km kms kph kmh"),
        ("weight", "0.02835", "ounce ounces oz"),
        ("weight", "0.45359", "pound pounds lb lbs"),
        ("weight", "0.001", "gram grams gramme grammes"),
        ("weight", "1", "kilogram kilograms kilogramme kilogrammes kilo kilos kg"),
        ("area", "4046.86", "acre acres"),
        ("area", "10000", "hectare hectares ha"),
        ("volume", "3.7854", "gallon gallons"),
        ("volume", "1", "litre litres liter liters"),
    )
    for word in words.split()
}
CONVERTED = Decimal("0.05")  # of a measure: round figures are converted into round ones, 200 feet into 60 metres
HALF_DAY = 12  # hours
MAX_DIGITS = 15  # of a figure that is a quantity; longer ones are numbers of something


class Quantity(NamedTuple):
    """What a figure says, and how far off it may be for its rounding: half a unit of its last place."""

    value: Decimal
    slack: Decimal
    unit: str = ""


def agree(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two passages of tokens state no different figures.

    They agree where one has all figures of the other, a rounding included: 17.1 million is 17,121,000, but 15,700 is
    not 15,750. Digits that are merely split otherwise agree, too, and a measure in other units: 200 feet is 60 metres.
    """
    one, other = quantities(ours), quantities(theirs)
    if not one or not other or _is_split(ours, theirs):
        return True
    return _has_all(one, other) or _has_all(other, one)


def quantities(words: Sequence[str]) -> list[Quantity]:
    """The figures among these tokens, each with the scale that follows it."""
    found = []
    for place, word in enumerate(words):
        if not word[0].isdigit() or len(word) > MAX_DIGITS:
            continue
        after = words[place + 1 : place + 3]
        scale = SCALES.get(after[0], 1) if after else 1
        unit_word = next((word for word in after[scale != 1 :][:1] if word in UNITS), "")
        value = Decimal(word) * scale
        is_rounded = scale != 1 or "." in word
        unit = Decimal(1).scaleb(-len(word.partition(".")[2])) * scale
        found.append(Quantity(value, unit / 2 if is_rounded else Decimal(0), unit_word))
    return found


def _has_all(some: Sequence[Quantity], others: Sequence[Quantity]) -> bool:
    """Whether each of these has its like among the others."""
    agreeing = {i for (i, one), other in product(enumerate(some), others) if _is_like(one, other)}
    return len(agreeing) == len(some)


def _is_like(one: Quantity, other: Quantity) -> bool:
    """Whether two figures are equal, one is the other rounded to fewer places or converted, or both are one hour."""
    if one.unit and other.unit and UNITS[one.unit] != UNITS[other.unit]:
        return _is_converted(one, other)
    apart = abs(one.value - other.value)
    if apart == HALF_DAY and max(one.value, other.value) < 2 * HALF_DAY:
        return True  # 7 p.m. and 19:00
    return apart == 0 or (one.slack != other.slack and apart <= max(one.slack, other.slack))


def _is_converted(one: Quantity, other: Quantity) -> bool:
    """Whether two measures in different units are about the same."""
    (kind, size), (other_kind, other_size) = UNITS[one.unit], UNITS[other.unit]
    a, b = one.value * size, other.value * other_size
    return kind == other_kind and abs(a - b) <= CONVERTED * max(a, b)


def _is_split(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether the same digits are merely split otherwise: 22:40 is 22.40, which has lost its zero as a decimal."""
    one, other = ([word for word in side if word[0].isdigit()] for side in (ours, theirs))
    idle = "0" if len(one) != len(other) else ""
    digits, others = ("".join(side).replace(".", "") for side in (one, other))
    return digits.rstrip(idle) == others.rstrip(idle)
