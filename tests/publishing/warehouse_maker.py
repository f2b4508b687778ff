"""A small build database and lake by hand: two organisations, three indicators, four divisions, round numbers.

Independent of dbt and of the readers, so that the tests of publishing say what publishing does and nothing else.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb

from publishing.model import NightlyRun
from sources.settings import Settings

NIGHT = NightlyRun(run_id="run-1", as_of=date(2025, 11, 23), started_at=datetime.fromisoformat("2025-11-23 03:00"))
LEDGER_DELIVERY = "a" * 63 + "1"
LEDGER_RECEIPT = "b" * 63 + "2"
REFUSED_DELIVERY = "c" * 63 + "3"

CURRENT_VALUE = (
    "SELECT value FROM indicator.value WHERE indicator_id = 'cost' AND organisation_id = 'kymenlaakso' "
    "AND month = DATE '2025-10-01'"
)

BUILD = """
CREATE SCHEMA indicator; CREATE SCHEMA mart; CREATE SCHEMA quality;

CREATE TABLE indicator.catalogue AS
SELECT
    'demo_2023' AS programme_id, indicator_id, organisation_id, theme, name_fi, name_sv, name_en, unit, better,
    family, 12 AS window_months, 1 AS definition_version, 'original_budget' AS baseline_rule, target_kind,
    'Ohjelma-asiakirja' AS document
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS organisation(organisation_id), (VALUES
    ('cost', 'economy', 'Ostot', 'Köp', 'Purchases', 'EUR_million', 'down', 'sum', 'change_abs'),
    ('enps', 'personnel', 'Suositteluindeksi', 'eNPS', 'eNPS', 'score', 'up', 'net_share', 'level'),
    ('queue', 'structure', 'Jono', 'Kö', 'Queue', 'persons', 'down', 'level', 'direction')
) AS i(indicator_id, theme, name_fi, name_sv, name_en, unit, better, family, target_kind);
COMMENT ON TABLE indicator.catalogue IS 'What is followed';
COMMENT ON COLUMN indicator.catalogue.unit IS 'the indicator''s unit';

CREATE TABLE indicator.value (
    programme_id VARCHAR, indicator_id VARCHAR, organisation_id VARCHAR, division_id VARCHAR, month DATE,
    value DOUBLE, numerator DOUBLE, denominator DOUBLE, n_persons BIGINT, value_status VARCHAR,
    definition_version INTEGER, expected_value DOUBLE
);
INSERT INTO indicator.value
SELECT
    'demo_2023', 'cost', organisation_id, 'all', month, value, value * 1e6, NULL, NULL,
    if(value IS NULL, 'no_data', 'ok'), 1, expected
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id), (VALUES
    (DATE '2025-08-01', 390.04, 390.0), (DATE '2025-09-01', NULL, 380.0), (DATE '2025-10-01', 1234.56, 370.0)
) AS m(month, value, expected);
INSERT INTO indicator.value
SELECT 'demo_2023', 'enps', organisation_id, division_id, DATE '2025-10-01', value, NULL, NULL, persons, status, 1, NULL
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id), (VALUES
    ('all', -4.0, 40, 'ok'), ('terveys', 2.0, 20, 'ok'), ('sosiaali', -12.0, 12, 'ok'),
    ('pelastus', NULL, NULL, 'suppressed'), ('muut', NULL, NULL, 'suppressed')
) AS d(division_id, value, persons, status);
INSERT INTO indicator.value
SELECT 'demo_2023', 'queue', organisation_id, 'all', DATE '2025-10-01', NULL, NULL, NULL, NULL, 'no_data', 1, NULL
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id);

CREATE TABLE indicator.status AS
SELECT
    'demo_2023' AS programme_id, indicator_id, organisation_id, month::DATE AS month, value::DOUBLE AS value,
    baseline::DOUBLE AS baseline_value, target::DOUBLE AS target_value, DATE '2025-12-01' AS target_month,
    expected::DOUBLE AS expected_value, NULL::DOUBLE AS progress_share, status, gap::DOUBLE AS gap_to_expected,
    NULL::DOUBLE AS forecast_value, NULL::DOUBLE AS forecast_low, NULL::DOUBLE AS forecast_high,
    NULL::VARCHAR AS spc_signal, NULL::DOUBLE AS target_weakest, NULL::DOUBLE AS target_low,
    NULL::DOUBLE AS target_high, waits_for, NULL::VARCHAR AS caveats
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS organisation(organisation_id), (VALUES
    ('cost', '2025-10-01', 1234.56, 391, 301, 370, 'off_track', -864.56, NULL),
    ('enps', '2025-10-01', -4, -9, 20, 18, 'at_risk', -22, NULL),
    ('queue', NULL, NULL, NULL, NULL, NULL, 'no_data', NULL, 'asumisjono')
) AS s(indicator_id, month, value, baseline, target, expected, status, gap, waits_for);

CREATE TABLE mart.dim_division AS
SELECT organisation_id, division_id, code, name_fi, name_fi AS name_sv, name_fi AS name_en
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id), (VALUES
    ('terveys', 'TESPA', '<script>alert(1)</script>'), ('sosiaali', 'SOSPA', 'Sosiaalipalvelut'),
    ('pelastus', 'PELA', 'Pelastus & pelko'), ('muut', 'KONSERNI', 'Muut')
) AS d(division_id, code, name_fi);
CREATE TABLE mart.fct_measure AS
SELECT organisation_id, 'all' AS division_id, DATE '2025-10-01' AS month, 'cost_total_eur' AS measure_id,
    100.0::DOUBLE AS value, NULL::BIGINT AS n_persons, 'ok' AS value_status
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id);
CREATE TABLE mart.fct_cost_monthly AS
SELECT organisation_id, 'terveys' AS division_id, DATE '2025-10-01' AS month, '4300' AS account_code,
    '2600' AS service_class_code, 'actual' AS scenario, 100.00::DECIMAL(18, 2) AS amount_eur
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id);
CREATE VIEW mart.never_published AS FROM mart.fct_cost_monthly;

CREATE TABLE mart.dim_organisation AS
SELECT * FROM (VALUES
    ('kymenlaakso', 'Kymenlaakson hyvinvointialue', 'Kymmenedalens välfärdsområde', 'Kymenlaakso'),
    ('kainuu', 'Kainuun hyvinvointialue', 'Kajanalands välfärdsområde', 'Kainuu'),
    ('paijat_hame', 'Päijät-Hämeen hyvinvointialue', 'Päijänne-Tavastlands välfärdsområde', 'Päijät-Häme')
) AS o(organisation_id, name_fi, name_sv, name_en);
CREATE TABLE mart.fct_public_figure AS
SELECT
    source, figure_id, name AS name_fi, name AS name_sv, name AS name_en, unit, organisation_id,
    'hyvinvointialue' AS area_classification, area_code, year, 'total' AS sex, value, NULL::DOUBLE AS absolute_value,
    2023 AS break_year, attribution
FROM (VALUES
    ('htas', 'operating_costs', 'Talousarvio', 'EUR_million', 'kymenlaakso', '10', 2023, 936.968, 'Valtiokonttori'),
    ('htas', 'operating_costs', 'Talousarvio', 'EUR_million', 'paijat_hame', '09', 2023, 947.756, 'Valtiokonttori'),
    ('sotkanet', '1080', 'Käynnit', 'per_1000', 'kymenlaakso', '10', 2022, 1860, 'Sotkanet / THL'),
    ('sotkanet', '1080', 'Käynnit', 'per_1000', 'kymenlaakso', '10', 2023, 2055, 'Sotkanet / THL'),
    ('sotkanet', '1080', 'Käynnit', 'per_1000', NULL, 'FI', 2023, 1925, 'Sotkanet / THL')
) AS f(source, figure_id, name, unit, organisation_id, area_code, year, value, attribution);

CREATE TABLE quality.delivery (
    delivery_id VARCHAR, receipt_id VARCHAR, organisation_id VARCHAR, extract_id VARCHAR, file_name VARCHAR,
    received_at TIMESTAMP, rows_read BIGINT, rows_accepted BIGINT, rows_rejected BIGINT, rows_skipped BIGINT,
    decision VARCHAR, reason VARCHAR, origin VARCHAR, verdict VARCHAR, is_current BOOLEAN, awaits_replacement BOOLEAN
);
INSERT INTO quality.delivery VALUES (
    '{delivery}', '{receipt}', 'kymenlaakso', 'kirjanpito', 'kirjanpito_2025-10.csv', '2025-11-14 06:00:00',
    1000, 990, 4, 6, 'accepted', NULL, 'delivered', 'passed', true, false
);
CREATE TABLE quality.rejected_row AS
SELECT '{delivery}' AS delivery_id, 'kymenlaakso' AS organisation_id, 'kirjanpito' AS extract_id,
    7::BIGINT AS row_number, 'summa' AS column_name, 'bad_number' AS reason_code, 'x12' AS value;
"""


def make_build(settings: Settings) -> None:
    """Write the build database from nothing, and the lake's receipt of its one delivery."""
    settings.ensure().build_database.unlink(missing_ok=True)
    with duckdb.connect(settings.build_database) as con:
        con.execute(BUILD.replace("{delivery}", LEDGER_DELIVERY).replace("{receipt}", LEDGER_RECEIPT))
    receipts = settings.lake / "receipt"
    receipts.mkdir(exist_ok=True)
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT '{LEDGER_DELIVERY}' AS delivery_id, '{LEDGER_RECEIPT}' AS receipt_id "
            f"UNION ALL SELECT '{REFUSED_DELIVERY}', '{LEDGER_RECEIPT}') TO '{receipts / 'r1.parquet'}'"
        )


def change_build(settings: Settings, *statements: str) -> None:
    """Run SQL on the build database, as another night's data would differ."""
    with duckdb.connect(settings.build_database) as con:
        for statement in statements:
            con.execute(statement)


def write_checks(settings: Settings, *rows: tuple[str, str, str | None, str | None, str, str, datetime]) -> None:
    """Check results in the lake: run_id, check_id, organisation_id, extract_id, severity, status, checked_at."""
    folder = settings.lake / "check_result"
    folder.mkdir(exist_ok=True)
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE r (run_id VARCHAR, check_id VARCHAR, organisation_id VARCHAR, extract_id VARCHAR, "
            "severity VARCHAR, status VARCHAR, checked_at TIMESTAMP, observed VARCHAR, expected VARCHAR, "
            "delivery_id VARCHAR)"
        )
        con.executemany("INSERT INTO r VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)", rows)
        con.execute(f"COPY r TO '{folder / 'results.parquet'}'")


def ask(database: Path, query: str) -> list[tuple[object, ...]]:
    """Rows of a query on a warehouse file, opened as a reader opens it."""
    with duckdb.connect(database, read_only=True) as con:
        return con.execute(query).fetchall()


def current_database(settings: Settings) -> Path:
    """The warehouse file as readers reach it."""
    return settings.releases / "current" / "tilannekuva.duckdb"
