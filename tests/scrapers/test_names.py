"""Bylines: people, agencies, and what is neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.names import MAX_PEOPLE, agency, people


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("By Mira Solano", ("Mira Solano",)),
        ("By Mira Solano and Odo Ferrant, Reuters", ("Mira Solano", "Odo Ferrant")),
        ("Von Max Müller und Eva-Maria Groß", ("Max Müller", "Eva-Maria Groß")),
        ("Jean-Luc de la Tour | Correspondent in Paris", ("Jean-Luc de la Tour",)),
        ("Sinéad O’Neil (BBC)", ("Sinéad O’Neil",)),
        ("Abby Smith", ("Abby Smith",)),
        ("Mira Solano, Mira Solano", ("Mira Solano",)),
        ("Mira Solano, Mira Solano Columnist", ("Mira Solano",)),
        ("牛镛", ("牛镛",)),
        ("Mira &amp; <b>Odo Ferrant</b>", ("Mira Ferrant", "Odo Ferrant")),
        ("Ann and Bob Lee", ("Ann Lee", "Bob Lee")),
        ("Solano, Mira", ("Mira Solano",)),
        ("Lauren Solano MS, RDN, LD", ("Lauren Solano",)),
        ("Mira E. Solano, Ph.D.", ("Mira E. Solano",)),
        ("MIRA O'NEIL AND JEAN-LUC DE LA TOUR", ("Mira O'Neil", "Jean-Luc de la Tour")),
        ("Mira Solano, Deputy CTO, Hill Trusted Cyber Group", ("Mira Solano",)),
        ("Mira Solano Political Editor", ("Mira Solano",)),
        ("Kommentar von Mira Solano", ("Mira Solano",)),
        ("by Mira Solano, U.S. National Institute of Allergy and Infectious Diseases", ("Mira Solano",)),
        ("Mira Solano on December 21, 2023 at 3:53PM", ("Mira Solano",)),
        ("Mira Solano mira@example.com @mira", ("Mira Solano",)),
        ("Mira Solano (mso)", ("Mira Solano",)),
        ("Mira Solano, New York", ("Mira Solano",)),
        ("牛镛、岳弘", ("牛镛", "岳弘")),
        ("Мира Солано и Одо Ферран", ("Мира Солано", "Одо Ферран")),
        ("本报记者 陈小方", ("陈小方",)),
        ("文/陈小方", ("陈小方",)),
        ("作者\uff1a陈小方", ("陈小方",)),
        ("\uff08责编\uff1a陈小方\uff09", ()),
        ("山本花 記者", ("山本花",)),
        ("김별님 기자", ("김별님",)),
        ("بقلم: سامي نور", ("سامي نور",)),
        ("Γράφει η Νίκη Σολάνου", ("Νίκη Σολάνου",)),
        ("Tekst: Mira Solano", ("Mira Solano",)),
        ("Propos recueillis par Mira Solano", ("Mira Solano",)),
        ("Guest column by Mira Solano", ("Mira Solano",)),
        ("Solano Mira újságíró", ("Solano Mira",)),
        ("Mira Solano ETX", ("Mira Solano",)),
        ("Staff Reporter", ()),
        ("Contributing Opinion Writer", ()),
        ("Commentary By", ()),
        ("Email The Author", ()),
        ("admin", ()),
        ("Example Times", ()),
        ("https://example.com/mira", ()),
        ("@mirasolano", ()),
        ("5 minutes ago", ()),
        ("", ()),
    ],
)
def test_people(byline, expected):
    assert people([byline], ["example times", "etx"]) == expected


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("Reuters", "Reuters"),
        ("By AFP", "AFP"),
        ("Mira Solano, APP", "APP"),
        ("The Associated Press", "AP"),
        ("Mira Solano (Reuters)", "Reuters"),
        ("Mira Solano und Odo Ferrant, dpa", "dpa"),
        ("dpa/lni", "dpa"),
        ("App", None),
        ("Mira Solano", None),
    ],
)
def test_agency(byline, expected):
    assert agency([byline]) == expected


@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_bylines_give_a_short_list_of_distinct_names(bylines):
    found = people(bylines)

    assert len(found) == len(set(found)) <= MAX_PEOPLE
