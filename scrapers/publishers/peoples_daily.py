"""People's Daily, China."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class PeoplesDaily(Scraper):
    """people.com.cn, a host for each section; the line below the text names editors, not authors."""

    hosts = (
        *("people.com.cn", "politics.people.com.cn", "world.people.com.cn", "finance.people.com.cn"),
        *("society.people.com.cn", "opinion.people.com.cn", "culture.people.com.cn", "military.people.com.cn"),
    )
    source = "people"
    timezone = "Asia/Shanghai"
    language = "zh"
    article_url = re.compile(r"/c\d+-(?P<id>\d+)\.html")
    selectors = Selectors(
        title="h1",
        authors=".col-1 > .author",
        published=".channel .col-1-1",  # the meta element has only the day
        body=".rm_txt_con > p",
        drop=".paper_num",
    )
