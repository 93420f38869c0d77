"""The time zones of the states of large countries, by their ISO 3166-2 codes.

The zone database knows countries only. Where a state has several zones, all stand here.

>>> STATE_ZONES["US"]["NY"], STATE_ZONES["RU"]["KGD"]
(('America/New_York',), ('Europe/Kaliningrad',))
>>> STATE_ZONES["US"]["TX"]
('America/Chicago', 'America/Denver')
"""


def _spread(table):
    """Return the zones by state from the states by zones.

    >>> _spread({"A": "X Y", "B": "Y"})
    {'X': ('A',), 'Y': ('A', 'B')}
    """
    zones = {}
    for zone, states in table.items():
        for state in states.split():
            zones[state] = (*zones.get(state, ()), zone)
    return zones


_US = {
    "America/New_York": (
        "CT DE DC FL GA IN KY ME MD MA MI NH NJ NY NC OH PA RI SC TN VT VA WV"
    ),
    "America/Chicago": ("AL AR FL IL IN IA KS KY LA MI MN MS MO NE ND OK SD TN TX WI"),
    "America/Denver": "AZ CO ID KS MT NE NV NM ND OR SD TX UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA ID NV OR WA",
    "America/Anchorage": "AK",
    "America/Adak": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    "Pacific/Guam": "GU MP",
    "Pacific/Pago_Pago": "AS",
}
_RU = {
    "Europe/Kaliningrad": "KGD",
    "Europe/Moscow": (
        "AD ARK BEL BRY CE CU DA IN IVA KB KC KDA KIR KL KLU KO KOS KR KRS LEN LIP ME "
        "MO MOS MOW MUR NEN NGR NIZ ORL PNZ PSK ROS RYA SE SMO SPE STA TA TAM TUL TVE "
        "VGG VLA VLG VOR YAR"
    ),
    "Europe/Samara": "AST SAM SAR UD ULY",
    "Asia/Yekaterinburg": "BA CHE KGN KHM ORE PER SVE TYU YAN",
    "Asia/Omsk": "OMS",
    "Asia/Krasnoyarsk": "AL ALT KEM KK KYA NVS TOM TY",
    "Asia/Irkutsk": "BU IRK",
    "Asia/Yakutsk": "AMU SA ZAB",
    "Asia/Vladivostok": "KHA PRI SA YEV",
    "Asia/Magadan": "MAG SA SAK",
    "Asia/Kamchatka": "CHU KAM",
}
_CA = {
    "America/St_Johns": "NL",
    "America/Halifax": "NB NL NS PE QC",
    "America/Toronto": "NU ON QC",
    "America/Winnipeg": "MB NU ON",
    "America/Regina": "SK",
    "America/Atikokan": "NU ON",
    "America/Blanc-Sablon": "QC",
    "America/Edmonton": "AB BC NT NU SK",
    "America/Whitehorse": "BC YT",
    "America/Vancouver": "BC",
}
_AU = {
    "Australia/Sydney": "ACT NSW VIC TAS",
    "Australia/Brisbane": "QLD",
    "Australia/Lindeman": "QLD",
    "Australia/Adelaide": "SA",
    "Australia/Broken_Hill": "NSW",
    "Australia/Lord_Howe": "NSW",
    "Australia/Darwin": "NT",
    "Australia/Perth": "WA",
    "Australia/Eucla": "WA",
    "Antarctica/Macquarie": "TAS",
}

STATE_ZONES = {
    "US": _spread(_US),
    "RU": _spread(_RU),
    "CA": _spread(_CA),
    "AU": _spread(_AU),
}
