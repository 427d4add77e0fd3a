"""Parameters that say how a reader came to a page, and never which page it is.

The names are facts gathered from the public lists that browsers and blockers keep up, read in 2025: Mozilla's
query-stripping records, Brave's query filter, AdGuard's URL tracking filter (general part) and the global rules of
ClearURLs; and from the manuals of the analytics services that newspapers use. To add one: it must be made by a tool
that no publisher would name a story with; whatever a single site makes of `ref` or `from` is learnt host by host.
"""

from __future__ import annotations

PREFIXES = (
    *("utm_", "itm_", "mtm_", "hsa_", "_bta_", "matomo_", "piwik_", "at_custom", "at_ptr_", "at_link_"),
    *("gaa_", "trk_", "fb_action_", "oft_", "stm_", "vero_", "guce_referrer", "wt_"),
)

NAMES = frozenset(
    (
        # clicks on advertisements
        *("fbclid", "gclid", "gclsrc", "gbraid", "wbraid", "gad_source", "gad_campaignid", "gad", "dclid", "srsltid"),
        *("msclkid", "yclid", "ysclid", "ymclid", "yzclid", "twclid", "ttclid", "tblci", "obclid", "rdt_cid", "epik"),
        *(
            "li_fat_id",
            "sccid",
            "irclickid",
            "irgwc",
            "rb_clickid",
            "wickedid",
            "s_kwcid",
            "ef_id",
            "cjevent",
            "zanpid",
        ),
        *("mkwid", "pcrid", "adgroupid", "admitad_uid", "gps_adid", "unicorn_click_id", "_openstat", "dicbo", "vgo_ee"),
        # mailings and campaigns
        *("mc_cid", "mc_eid", "mc_tc", "mkt_tok", "oly_anon_id", "oly_enc_id", "__s", "_hsenc", "_hsmi", "__hssc"),
        *("__hstc", "__hsfp", "hsctatracking", "bsft_clkid", "bsft_eid", "bsft_uid", "bsft_mid", "ml_subscriber"),
        *(
            "ml_subscriber_hash",
            "et_rid",
            "sc_eh",
            "sc_lid",
            "sc_llid",
            "sc_src",
            "sc_uid",
            "sc_customer",
            "ss_email_id",
        ),
        *(
            "ss_source",
            "ss_campaign_id",
            "ss_campaign_name",
            "ck_subscriber_id",
            "_kx",
            "_ke",
            "elqtrack",
            "elqtrackid",
        ),
        *("mindbox-click-id", "mindbox-message-key", "sfmc_sub", "sfmc_id", "spmailingid", "spuserid", "spjobid"),
        *("spreportid", "dm_i", "dm_t", "emci", "emdi", "ceid"),
        # shares on social networks
        *("igshid", "igsh", "fb_ref", "fb_source", "fb_comment_id", "soc_src", "soc_trk", "share_from", "ref_src"),
        *(
            "ref_url",
            "__twitter_impression",
            "__tn__",
            "xmt",
            "tsrc",
            ".tsrc",
            "smid",
            "smtyp",
            "smprod",
            "socialmatter",
        ),
        # analytics of newspapers and of their content systems
        *("_ga", "_gl", "ga_source", "cmpid", "cmp_id", "icmpid", "ncid", "mbid", "ocid", "xtor", "xtref", "xtmc"),
        *("xtnp", "xtcr", "at_medium", "at_campaign", "at_campaign_type", "at_format", "at_variant", "at_creation"),
        *("at_emailtype", "at_general_placement", "at_ptr_type", "at_bbc_team", "at_detail_placement", "guccounter"),
        *("ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "ns_fee", "pk_campaign", "pk_kwd", "pk_source"),
        *("pk_medium", "pk_content", "pk_keyword", "pk_cpn", "pk_cid", "pk_vid"),
        *("int_cmp", "intcmp", "icid", "wtmc", "maca", "ito", "partnerize", "spm", "scm", "sharetype", "shareuid"),
        *("_branch_match_id", "_branch_referrer", "taboola_campaign_id", "outbrain_ad_id", "leadsource", "trkcampaign"),
        # sessions and caches
        *("phpsessid", "jsessionid", "aspsessionid", "sessionid", "cfid", "cftoken", "zenid", "_x_tr_sl", "_x_tr_tl"),
        *(
            "_x_tr_hl",
            "_x_tr_pto",
            "_x_tr_hist",
            "chash",
            "nocache",
            "no_cache",
            "cachebuster",
            "cb_rand",
            "__cf_chl_tk",
        ),
        *("__cf_chl_rt_tk", "__cf_chl_managed_tk__", "__cf_chl_jschl_tk__"),
    )
)


def is_tracking(name: str) -> bool:
    """Whether a parameter of this name, in lower case, names no page."""
    return name in NAMES or name.startswith(PREFIXES)
