"""What of a withheld organisation's previous release cannot stand in for tonight's figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from publishing import release
from publishing.model import NightlyRun
from sources.settings import Settings
from tests.publishing.warehouse_maker import ask, change_build

WITHHELD = frozenset({"kainuu"})
AUGUST, SEPTEMBER, OCTOBER = (date(2025, month, 1) for month in (8, 9, 10))
VALUES = (
    "SELECT month, value, value_status, definition_version FROM indicator.value "
    "WHERE indicator_id = 'cost' AND organisation_id = 'kainuu' ORDER BY month"
)


def test_a_value_of_an_older_definition_is_not_reportable(settings: Settings, run: NightlyRun) -> None:
    """August's 390.04 and October's 1 234.56 were of version 1; from October on version 2 holds."""
    release.publish(settings, run)
    change_build(
        settings,
        "UPDATE indicator.value SET definition_version = 2 WHERE indicator_id = 'cost' AND month >= DATE '2025-10-01'",
    )
    made = release.publish(settings, replace(run, withheld_organisations=WITHHELD))
    assert ask(made.database, VALUES) == [
        (AUGUST, 390.04, "provisional", 1),
        (SEPTEMBER, None, "no_data", 1),
        (OCTOBER, None, "not_reportable", 2),
    ]


def test_a_figure_that_came_tonight_and_is_withheld_is_not_reportable(settings: Settings, run: NightlyRun) -> None:
    """September had no data; tonight it has 7, which may not be shown: that is no absence of data any more."""
    release.publish(settings, run)
    change_build(
        settings,
        "UPDATE indicator.value SET value = 7, value_status = 'ok' "
        "WHERE indicator_id = 'cost' AND month = DATE '2025-09-01'",
    )
    made = release.publish(settings, replace(run, withheld_organisations=WITHHELD))
    assert ask(made.database, VALUES)[1] == (SEPTEMBER, None, "not_reportable", 1)


def test_the_others_have_the_new_definition_and_figure(settings: Settings, run: NightlyRun) -> None:
    release.publish(settings, run)
    change_build(settings, "UPDATE indicator.value SET definition_version = 2, value = 7 WHERE indicator_id = 'cost'")
    made = release.publish(settings, replace(run, withheld_organisations=WITHHELD))
    found = ask(made.database, VALUES.replace("kainuu", "kymenlaakso"))
    assert {(value, version) for _, value, _, version in found} == {(7.0, 2)}
