"""The list of cases: each a story, what it does to a clean month, and who must hear of it.

A case's ``rows`` is SQL that makes the delivered rows of one month (or survey round, or budget year) from the views

* ``clean``: the month as it ought to be;
* ``before``: the month before it;
* ``history``: everything before it.

Empty means that nothing was delivered. ``past`` likewise changes the history before it is delivered, for surprises that
come every year.
"""

from __future__ import annotations

from dataclasses import dataclass

FINANCE, HR, SERVICES, FACILITIES = "finance", "hr", "services", "facilities"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and the check that must fail because of it.

    ``replaces`` is True where the month stood clean already and the fault is in a later delivery of it.
    """

    name: str
    story: str
    extract_id: str
    rows: str
    check_id: str
    severity: str
    owner: str
    past: str = "FROM history"
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Harmless:
    """What looks odd and is not: nothing at all may fail.

    ``months`` are the first and last of those that come, each in a delivery of its own; None where any month will do.
    """

    name: str
    story: str
    extract_id: str
    rows: str = "FROM clean"
    months: tuple[str, str] | None = None
    past: str = "FROM history"
    replaces: bool = False


_MONTH_LATER = (
    "SELECT * REPLACE (kausi + INTERVAL 1 MONTH AS kausi, kirjauspvm + INTERVAL 1 MONTH AS kirjauspvm, "
    "'9' || tositenumero AS tositenumero) FROM before"
)

_ON_ACCOUNT = (
    "SELECT * REPLACE (CASE WHEN tili LIKE '4420%' THEN '{}' || substr(tili, 5) ELSE tili END AS tili) FROM clean"
)

FAULTS = (
    # --- The ledger ---------------------------------------------------------------------------------------------
    Fault(
        "ledger_division_missing",
        "The extract was run with a user who may not see the social services.",
        "kirjanpito",
        "FROM clean WHERE toimiala <> 'SOSPA'",
        "kirjanpito.division_missing",
        "ERROR",
        FINANCE,
    ),
    Fault(
        "ledger_in_cents",
        "A new version of the finance system writes cents.",
        "kirjanpito",
        "SELECT * REPLACE (summa * 100 AS summa) FROM clean",
        "kirjanpito.unit_error",
        "ERROR",
        FINANCE,
    ),
    Fault(
        "ledger_in_thousands",
        "Somebody took the figures from a report in thousands of euros.",
        "kirjanpito",
        "SELECT * REPLACE (summa / 1000 AS summa) FROM clean",
        "kirjanpito.unit_error",
        "ERROR",
        FINANCE,
    ),
    Fault(
        "ledger_decimal_shift",
        "One division's system lost a zero of its two decimals, so its amounts are ten times too large.",
        "kirjanpito",
        "SELECT * REPLACE (CASE toimiala WHEN 'TESPA' THEN summa * 10 ELSE summa END AS summa) FROM clean",
        "kirjanpito.unit_error",
        "ERROR",
        FINANCE,
    ),
    Fault(
        "ledger_last_month_again",
        "The parameters of the extract were not moved on: last month under this month's name, with new numbers.",
        "kirjanpito",
        _MONTH_LATER,
        "kirjanpito.repeated_month",
        "ERROR",
        FINANCE,
    ),
    Fault(
        "ledger_doubled",
        "Two interfaces brought the same vouchers under different numbers, in one file of other bytes.",
        "kirjanpito",
        "FROM clean UNION ALL SELECT * REPLACE ('8' || tositenumero AS tositenumero) FROM clean",
        "kirjanpito.doubled",
        "ERROR",
        FINANCE,
    ),
    Fault(
        "ledger_sign_flipped",
        "Costs as in the budget book, negative.",
        "kirjanpito",
        "SELECT * REPLACE (-summa AS summa) FROM clean",
        "kirjanpito.cost_sign",
        "ERROR",
        FINANCE,
    ),
    Fault(
        "ledger_sign_flipped_in_one_division",
        "A division that moved to another system has its signs the other way round; the total is still positive.",
        "kirjanpito",
        "SELECT * REPLACE (CASE toimiala WHEN 'SOSPA' THEN -summa ELSE summa END AS summa) FROM clean",
        "kirjanpito.cost_sign",
        "ERROR",
        FINANCE,
    ),
    Fault(
        "ledger_zero",
        "The column of amounts was hidden in the report that the extract is made from.",
        "kirjanpito",
        "SELECT * REPLACE (0 AS summa) FROM clean",
        "kirjanpito.all_zero",
        "ERROR",
        FINANCE,
    ),
    Fault(
        "ledger_new_account",
        "A new account of the county's own, which no list and no budget knows.",
        "kirjanpito",
        _ON_ACCOUNT.format("4999"),
        "kirjanpito.new_account",
        "WARN",
        FINANCE,
    ),
    Fault(
        "ledger_not_in_budget",
        "Purchases booked on a national account for which nothing was budgeted.",
        "kirjanpito",
        _ON_ACCOUNT.format("4440"),
        "kirjanpito.not_in_budget",
        "WARN",
        FINANCE,
    ),
    Fault(
        "ledger_payroll_run_missing",
        "The run of the 15th was not transferred to the ledger.",
        "kirjanpito",
        "FROM clean WHERE NOT (tili < '43' AND tili >= '40' AND day(kirjauspvm) = 15)",
        "kirjanpito.cost_per_fte",
        "WARN",
        FINANCE,
    ),
    Fault(
        "ledger_cut_short",
        "The extract was run on the 20th, before the month was closed.",
        "kirjanpito",
        "FROM clean WHERE day(kirjauspvm) <= 20",
        "kirjanpito.month_end_missing",
        "WARN",
        FINANCE,
    ),
    Fault(
        "ledger_true_fall",
        "Purchases of client services fall by 40 % in a month that is like any other: true or not, somebody must look.",
        "kirjanpito",
        "SELECT * REPLACE (CASE WHEN tili LIKE '43%' THEN summa * 0.6 ELSE summa END AS summa) FROM clean",
        "kirjanpito.unusual_month",
        "WARN",
        FINANCE,
    ),
    Fault(
        "ledger_restated",
        "A month that had stood is delivered again with a tenth more.",
        "kirjanpito",
        "SELECT * REPLACE (summa * 1.1 AS summa) FROM clean",
        "kirjanpito.restated",
        "WARN",
        FINANCE,
        replaces=True,
    ),
    Fault(
        "ledger_reclassified",
        "Client services are booked on other purchases, so the total does not move.",
        "kirjanpito",
        "SELECT * REPLACE (CASE WHEN tili LIKE '43%' THEN '4470' || substr(tili, 5) ELSE tili END AS tili) FROM clean",
        "kirjanpito.drifted",
        "WARN",
        FINANCE,
    ),
    # --- The budget ---------------------------------------------------------------------------------------------
    Fault(
        "budget_in_thousands",
        "The budget book is in thousands of euros.",
        "talousarvio",
        "SELECT * REPLACE (summa / 1000 AS summa) FROM clean",
        "talousarvio.unit_error",
        "ERROR",
        FINANCE,
    ),
    Fault(
        "budget_sign_flipped",
        "The budget book shows costs as negative.",
        "talousarvio",
        "SELECT * REPLACE (-summa AS summa) FROM clean",
        "talousarvio.cost_sign",
        "ERROR",
        FINANCE,
    ),
    # --- Staffing -----------------------------------------------------------------------------------------------
    Fault(
        "staffing_without_a_unit",
        "One cost centre was not closed in the HR system when the extract ran.",
        "henkilosto",
        "FROM clean WHERE kustannuspaikka <> (SELECT mode(kustannuspaikka) FROM clean)",
        "henkilosto.silent_unit",
        "WARN",
        HR,
    ),
    Fault(
        "staffing_of_a_twelfth",
        "Full-time equivalents of the month as a share of the year.",
        "henkilosto",
        "SELECT * REPLACE (htv / 12 AS htv) FROM clean",
        "henkilosto.unit_error",
        "ERROR",
        HR,
    ),
    Fault(
        "staffing_division_missing",
        "The rescue services moved to a payroll system of their own.",
        "henkilosto",
        "FROM clean WHERE toimiala <> 'PELA'",
        "henkilosto.division_missing",
        "ERROR",
        HR,
    ),
    Fault(
        "staffing_zero",
        "The equivalents are computed after the extract has run.",
        "henkilosto",
        "SELECT * REPLACE (0 AS htv) FROM clean",
        "henkilosto.all_zero",
        "ERROR",
        HR,
    ),
    Fault(
        "staffing_last_month_again",
        "Last month's list with this month's date.",
        "henkilosto",
        "SELECT * REPLACE (kuukausi + INTERVAL 1 MONTH AS kuukausi) FROM before",
        "henkilosto.repeated_month",
        "ERROR",
        HR,
    ),
    Fault(
        "staffing_recoded",
        "After an update every nurse is in the group muu_hoito.",
        "henkilosto",
        "SELECT * REPLACE (CASE ammattiryhma WHEN 'hoitaja' THEN 'muu_hoito' ELSE ammattiryhma END AS ammattiryhma) "
        "FROM clean",
        "henkilosto.drifted",
        "WARN",
        HR,
    ),
    # --- Sick leave ---------------------------------------------------------------------------------------------
    Fault(
        "leave_in_the_future",
        "Day and month changed places in some spells, and they begin months from now.",
        "sairauspoissaolot",
        "SELECT * REPLACE (CASE WHEN hash(henkilo) % 10 = 0 THEN alkupvm + 120 ELSE alkupvm END AS alkupvm, "
        "CASE WHEN hash(henkilo) % 10 = 0 THEN loppupvm + 120 ELSE loppupvm END AS loppupvm) FROM clean",
        "sairauspoissaolot.begins_in_future",
        "WARN",
        HR,
    ),
    Fault(
        "leave_of_strangers",
        "A tenth of the spells are of people who are not in staffing.",
        "sairauspoissaolot",
        "SELECT * REPLACE (CASE WHEN hash(henkilo) % 10 = 0 THEN sha256(henkilo) ELSE henkilo END AS henkilo) "
        "FROM clean",
        "sairauspoissaolot.not_employed",
        "WARN",
        HR,
    ),
    Fault(
        "leave_division_missing",
        "The health services' spells did not come along.",
        "sairauspoissaolot",
        "FROM clean WHERE toimiala <> 'TESPA'",
        "sairauspoissaolot.silent_division",
        "WARN",
        HR,
    ),
    # --- Contacts -----------------------------------------------------------------------------------------------
    Fault(
        "contacts_true_fall",
        "Contacts fall by 40 % in a month that is like any other.",
        "asiakaskontaktit",
        "FROM clean WHERE hash(kontakti_id) % 10 < 6",
        "asiakaskontaktit.unusual_month",
        "WARN",
        SERVICES,
    ),
    Fault(
        "contacts_division_missing",
        "The social services' system did not deliver.",
        "asiakaskontaktit",
        "FROM clean WHERE toimiala <> 'SOSPA'",
        "asiakaskontaktit.division_missing",
        "ERROR",
        SERVICES,
    ),
    Fault(
        "contacts_unit_silent",
        "One health centre's contacts are missing.",
        "asiakaskontaktit",
        "FROM clean WHERE yksikko <> (SELECT mode(yksikko) FROM history)",
        "asiakaskontaktit.silent_unit",
        "WARN",
        SERVICES,
    ),
    Fault(
        "contacts_unit_fell",
        "One health centre recorded the first days only.",
        "asiakaskontaktit",
        "FROM clean WHERE yksikko <> (SELECT mode(yksikko) FROM history) OR day(pvm) <= 6",
        "asiakaskontaktit.unit_band",
        "WARN",
        SERVICES,
    ),
    Fault(
        "contacts_new_mode",
        "A mode that is in no code list.",
        "asiakaskontaktit",
        "SELECT * REPLACE (CASE WHEN yhteystapa = 'R56' AND kanava = 'lomake' THEN 'R99' ELSE yhteystapa END "
        "AS yhteystapa) FROM clean",
        "asiakaskontaktit.new_mode",
        "WARN",
        SERVICES,
    ),
    Fault(
        "contacts_new_service_class",
        "A service class that no edition of the classification has.",
        "asiakaskontaktit",
        "SELECT * REPLACE (CASE palvelu WHEN '2281' THEN '9281' ELSE palvelu END AS palvelu) FROM clean",
        "asiakaskontaktit.new_service_class",
        "WARN",
        SERVICES,
    ),
    Fault(
        "contacts_recorded_otherwise",
        "An update records every call as a visit.",
        "asiakaskontaktit",
        "SELECT * REPLACE ('R10' AS yhteystapa, 'vastaanotto' AS kanava) FROM clean WHERE kanava = 'puhelin' "
        "UNION ALL FROM clean WHERE kanava IS DISTINCT FROM 'puhelin'",
        "asiakaskontaktit.drifted",
        "WARN",
        SERVICES,
    ),
    Fault(
        "contacts_last_month_again",
        "Last month's contacts with this month's dates and new numbers.",
        "asiakaskontaktit",
        "SELECT * REPLACE (pvm + INTERVAL 1 MONTH AS pvm, '9' || kontakti_id AS kontakti_id) FROM before",
        "asiakaskontaktit.repeated_month",
        "ERROR",
        SERVICES,
    ),
    Fault(
        "contacts_doubled",
        "Old and new system both delivered the month, with numbers of their own.",
        "asiakaskontaktit",
        "FROM clean UNION ALL SELECT * REPLACE ('8' || kontakti_id AS kontakti_id) FROM clean",
        "asiakaskontaktit.doubled",
        "ERROR",
        SERVICES,
    ),
    Fault(
        "contacts_late",
        "Nothing came.",
        "asiakaskontaktit",
        "",
        "asiakaskontaktit.freshness_period",
        "WARN",
        SERVICES,
    ),
    # --- Surveys and sites --------------------------------------------------------------------------------------
    Fault(
        "survey_answered_twice",
        "The survey tool was emptied into two exports, which were put together.",
        "enps_vastaukset",
        "FROM clean UNION ALL SELECT * REPLACE ('X' || vastaus_id AS vastaus_id) FROM clean",
        "enps_vastaukset.answered_twice",
        "ERROR",
        HR,
    ),
    Fault(
        "sites_yearly_rent",
        "Rents of the year instead of the month.",
        "toimipisteet",
        "SELECT * REPLACE (vuokra_eur * 12 AS vuokra_eur) FROM clean",
        "toimipisteet.rent_band",
        "WARN",
        FACILITIES,
    ),
    Fault(
        "sites_zero_rent",
        "The column of rents came empty and was read as zeros.",
        "toimipisteet",
        "SELECT * REPLACE (0 AS vuokra_eur) FROM clean",
        "toimipisteet.all_zero",
        "WARN",
        FACILITIES,
    ),
)

_QUIET_JULY = "hash(kontakti_id) % 10 < 6 OR month(pvm) <> 7"
_QUIET_CHRISTMAS = "month(pvm) <> 12 OR day(pvm) < 23 OR hash(kontakti_id) % 10 < 2"
_YEAR = (
    "Easter, which was in March the year before; Midsummer; July with holiday pay and closed clinics; the year's end "
    "with late invoices and accruals: every month of ten."
)

HARMLESS = (
    *(
        Harmless(f"year_{extract_id}", _YEAR, extract_id, months=("2025-03", "2025-12"))
        for extract_id in ("kirjanpito", "henkilosto", "sairauspoissaolot", "asiakaskontaktit", "asumisjono")
    ),
    Harmless("sites", "A month like any other.", "toimipisteet"),
    Harmless(
        "fall_that_is_only_july",
        "Contacts fall by 40 % and more in July, as they do every July.",
        "asiakaskontaktit",
        f"FROM clean WHERE {_QUIET_JULY}",
        ("2025-07", "2025-12"),
        f"FROM history WHERE {_QUIET_JULY}",
    ),
    Harmless(
        "closed_over_christmas",
        "Hardly a contact from 23 December on, as every year.",
        "asiakaskontaktit",
        f"FROM clean WHERE {_QUIET_CHRISTMAS}",
        ("2025-12", "2025-12"),
        f"FROM history WHERE {_QUIET_CHRISTMAS}",
    ),
    Harmless(
        "ledger_same_rows_again",
        "The same month once more, in other bytes.",
        "kirjanpito",
        "FROM clean ORDER BY summa",
        replaces=True,
    ),
    Harmless(
        "ledger_small_correction",
        "A corrected month: one account is a tenth smaller.",
        "kirjanpito",
        "SELECT * REPLACE (CASE WHEN tili LIKE '4420%' THEN summa * 0.9 ELSE summa END AS summa) FROM clean",
        replaces=True,
    ),
    Harmless(
        "ledger_national_account",
        "A few euros on an account that is new to the organisation but in the national chart.",
        "kirjanpito",
        "FROM clean UNION ALL "
        "(SELECT * REPLACE ('7' || tositenumero AS tositenumero, '4440' || substr(tili, 5) AS tili, "
        "100 AS summa) FROM clean LIMIT 3)",
    ),
    Harmless(
        "staffing_more_of_everybody",
        "Three per cent more staff, in every division.",
        "henkilosto",
        "SELECT * REPLACE (htv * 1.03 AS htv) FROM clean",
    ),
    Harmless(
        "survey_delivered_again",
        "The answers of the round once more, under the same numbers.",
        "enps_vastaukset",
        replaces=True,
    ),
    Harmless("survey", "A round like any other.", "enps_vastaukset"),
    Harmless("budget", "A budget like any other.", "talousarvio"),
)
