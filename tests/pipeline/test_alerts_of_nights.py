"""Whole nights and a real mail server: a broken delivery is told once, to the right role, and so is its mending."""

from __future__ import annotations

import pytest

from tests.conftest import Home
from tests.pipeline import hand_written
from tests.pipeline.test_night import AS_OF, march_again
from tests.publishing.alert_maker import PostOffice, post_office

pytestmark = pytest.mark.pipeline

SETTINGS = """
[alerts]
language = "en"
quiet_from = 0
quiet_to = 0

[[alerts.channels]]
role = "finance"
urls = ["{finance}"]

[[alerts.channels]]
role = "*"
severity = "ERROR"
urls = ["{others}"]

[alerts.contacts]
kirjanpito = ["{supplier}"]
"""


def test_a_broken_delivery_is_told_once_and_its_mending_once(home: Home) -> None:
    with post_office() as office:
        home.path.mkdir(parents=True)
        addresses = {name: office.address(name) for name in ("finance", "others", "supplier")}
        (home.path / "settings.toml").write_text(SETTINGS.format(**addresses))
        home.land("kymenlaakso", "kirjanpito", "ledger.csv", hand_written.kirjanpito())
        home.land("kymenlaakso", "talousarvio", "ta2023.csv", hand_written.talousarvio())
        home.nightly(AS_OF)
        # The one bad row of 109 is a warning for finance, and a letter for the supplier.
        assert len(office.of("supplier")) == 1
        before = titles(office, "finance")

        bad = home.land("kymenlaakso", "kirjanpito", "maaliskuu.csv", march_again("kaksikymmentä miljoonaa"))
        home.nightly(AS_OF, expect=2)
        told = [title for title in titles(office, "finance") if title not in before]
        assert len(told) == 1
        assert "kirjanpito" in told[0].lower() or "ledger" in told[0].lower()
        assert len(office.of("supplier")) == 2
        assert bad.name in office.of("supplier")[1][1]
        assert office.of("others") == []

        home.nightly(AS_OF, expect=2)
        assert [title for title in titles(office, "finance") if title not in before] == told
        assert len(office.of("supplier")) == 2

        home.land("kymenlaakso", "kirjanpito", "maaliskuu korjattu.csv", march_again("21000000"))
        home.nightly(AS_OF)
        after = [title for title in titles(office, "finance") if title not in [*before, *told]]
        assert len(after) == 1
        assert "recovered" in after[0].lower()
        assert home.one("select count(*) from quality.incident where state <> 'resolved' and severity = 'ERROR'") == 0


def titles(office: PostOffice, reader: str) -> list[str]:
    return [title for title, _ in office.of(reader)]
