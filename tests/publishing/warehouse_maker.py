"""A small build database and lake by hand: two organisations, three indicators, four divisions, round numbers,
and a few rows of everything that a programme follows beside its indicators.

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
    'Ohjelma-asiakirja' AS document, goal_id, 'sv|en' AS translated, stated::DOUBLE AS stated_target_value,
    NULL::DOUBLE AS stated_target_weakest, NULL::DOUBLE AS stated_target_low, NULL::DOUBLE AS stated_target_high,
    'linear' AS path_shape, 'stated' AS certainty, 'talousjohtaja' AS owner_role, 'ohjelma.pdf' AS document_file,
    'Luku 2' AS place
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS organisation(organisation_id), (VALUES
    ('cost', 'economy', 'Ostot', 'Köp', 'Purchases', 'EUR_million', 'down', 'sum', 'change_abs', '1', -90),
    ('enps', 'personnel', 'Suositteluindeksi', 'eNPS', 'eNPS', 'score', 'up', 'net_share', 'level', NULL, 20),
    ('queue', 'structure', 'Jono', 'Kö', 'Queue', 'persons', 'down', 'level', 'direction', NULL, NULL)
) AS i(indicator_id, theme, name_fi, name_sv, name_en, unit, better, family, target_kind, goal_id, stated);
COMMENT ON TABLE indicator.catalogue IS 'What is followed';
COMMENT ON COLUMN indicator.catalogue.unit IS 'the indicator''s unit';

CREATE TABLE indicator.definition AS
SELECT DISTINCT
    programme_id, indicator_id, 1 AS definition_version, DATE '2023-01-01' AS valid_from, true AS is_in_force, name_fi,
    name_sv, name_en, unit, better, family, 'a' AS numerator, NULL::VARCHAR AS denominator, window_months,
    NULL::VARCHAR AS ranked_indicator_id, stated_target_value, DATE '2025-12-01' AS target_month
FROM indicator.catalogue;

CREATE TABLE indicator.value (
    programme_id VARCHAR, indicator_id VARCHAR, organisation_id VARCHAR, division_id VARCHAR, month DATE,
    value DOUBLE, numerator DOUBLE, denominator DOUBLE, n_persons BIGINT, value_status VARCHAR,
    definition_version INTEGER, expected_value DOUBLE, waits_for VARCHAR
);
INSERT INTO indicator.value
SELECT
    'demo_2023', 'cost', organisation_id, 'all', month, value, value * 1e6, NULL, NULL,
    if(value IS NULL, 'no_data', 'ok'), 1, expected, if(value IS NULL, 'kirjanpito', NULL)
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id), (VALUES
    (DATE '2025-08-01', 390.04, 390.0), (DATE '2025-09-01', NULL, 380.0), (DATE '2025-10-01', 1234.56, 370.0)
) AS m(month, value, expected);
INSERT INTO indicator.value
SELECT
    'demo_2023', 'enps', organisation_id, division_id, DATE '2025-10-01', value, NULL, NULL, persons, status, 1, NULL,
    NULL
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id), (VALUES
    ('all', -4.0, 40, 'ok'), ('terveys', 2.0, 20, 'ok'), ('sosiaali', -12.0, 12, 'ok'),
    ('pelastus', NULL, NULL, 'suppressed'), ('muut', NULL, NULL, 'suppressed')
) AS d(division_id, value, persons, status);
INSERT INTO indicator.value
SELECT
    'demo_2023', 'queue', organisation_id, 'all', DATE '2025-10-01', NULL, NULL, NULL, NULL, 'no_data', 1, NULL,
    'asumisjono'
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id);

CREATE TABLE indicator.source AS
SELECT programme_id, indicator_id, organisation_id, 'numerator' AS role, 'a' AS measure_id, 'kirjanpito' AS extract_id
FROM indicator.catalogue;
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

CREATE TABLE indicator.spc AS
SELECT
    'demo_2023' AS programme_id, 'enps' AS indicator_id, organisation_id, division_id, month, value::DOUBLE AS value,
    'month_value' AS value_kind, 'ok' AS value_status, NULL::VARCHAR AS provisional_reason, 40::BIGINT AS n_persons,
    1 AS phase, 2::BIGINT AS points_in_phase, true AS is_trial, -3.0::DOUBLE AS centre,
    -8.32::DOUBLE AS lower_limit, 2.32::DOUBLE AS upper_limit, 'none' AS signal, 'none' AS signal_rule,
    20.0::DOUBLE AS target_now, 'consistently_misses' AS assurance, 1 AS definition_version
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS organisation(organisation_id), (VALUES
    ('all', DATE '2025-04-01', -2), ('all', DATE '2025-10-01', -4)
) AS p(division_id, month, value);
-- A year ago costs were 1,200.06; of the change of 34.5 health has 40 and social services -5.5.
CREATE TABLE indicator.contribution AS
SELECT
    'demo_2023' AS programme_id, indicator_id, organisation_id, month::DATE AS month, against, basis,
    before_month::DATE AS against_month, 'division' AS dimension, part_id, part_kind, unit AS value_unit,
    value_before::DOUBLE AS value_before, value_now::DOUBLE AS value_now, contribution::DOUBLE AS contribution,
    NULL::DOUBLE AS gain, NULL::DOUBLE AS share_of_change, place::BIGINT AS place, status,
    if(value_now IS NULL, NULL, 'ok') AS value_status, NULL::VARCHAR AS provisional_reason
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id), (VALUES
    ('cost', '2025-10-01', 'year_before', 'own_value', '2024-10-01', 'all', 'whole', 'EUR_million', 1200.06, 1234.56,
        34.5, NULL, 'ok'),
    ('cost', '2025-10-01', 'year_before', 'own_value', '2024-10-01', 'terveys', 'part', 'EUR_million', 700, 740, 40, 1,
        'ok'),
    ('cost', '2025-10-01', 'year_before', 'own_value', '2024-10-01', 'sosiaali', 'part', 'EUR_million', 500.06, 494.56,
        -5.5, 2, 'ok'),
    ('enps', '2025-10-01', 'baseline', 'stated', '2022-12-01', 'all', 'whole', 'score', -9, -4, 5, NULL, 'whole_only'),
    ('queue', NULL, 'plan', 'path', NULL, 'all', 'whole', 'persons', NULL, NULL, NULL, NULL, 'no_value')
) AS c(indicator_id, month, against, basis, before_month, part_id, part_kind, unit, value_before, value_now,
    contribution, place, status);
CREATE TABLE mart.dim_account_group AS
SELECT '430' AS account_group_id, '4300' AS account_from, '4339' AS account_to, 'Asiakaspalvelujen ostot' AS name_fi,
    'Köp av klienttjänster' AS name_sv, 'Purchased client services' AS name_en;
CREATE TABLE indicator.forecast AS
SELECT
    'demo_2023' AS programme_id, 'cost' AS indicator_id, organisation_id, 'all' AS division_id,
    DATE '2025-12-01' AS month, 1200.0 AS forecast_value, 1190.0 AS low_80, 1210.0 AS high_80, 1180.0 AS low_95,
    1220.0 AS high_95, DATE '2025-10-01' AS origin_month, 'ok' AS value_status
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id);
CREATE TABLE indicator.forecast_method AS
SELECT
    'demo_2023' AS programme_id, 'cost' AS indicator_id, organisation_id, 'all' AS division_id, 'theta' AS method,
    NULL::VARCHAR AS reason_no_forecast, 33 AS points, DATE '2025-10-01' AS origin_month, 5.0 AS backtest_mae,
    10.0 AS naive_mae, 0.5 AS skill, 9 AS origins, DATE '2025-12-01' AS target_month, 301.0 AS target_value,
    0.002 AS probability_of_target, 'ok' AS value_status
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id);

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
CREATE TABLE mart.fct_measure_forecast AS
SELECT organisation_id, 'all' AS division_id, 'cost_total_eur' AS measure_id, DATE '2025-11-01' AS month,
    110.0 AS forecast_value, 90.0 AS low_80, 130.0 AS high_80, 80.0 AS low_95, 140.0 AS high_95,
    DATE '2025-10-01' AS origin_month, 'theta' AS method, NULL::VARCHAR AS reason_no_forecast, 33 AS points,
    5.0 AS backtest_mae, 10.0 AS naive_mae, 0.5 AS skill, 'ok' AS value_status
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

-- What programmes follow beside their indicators. The newest month with figures is October 2025 throughout; the rows of
-- other months must not be shown.
CREATE TABLE mart.dim_programme AS
SELECT 'demo_2023' AS programme_id, 'kymenlaakso' AS organisation_id, 'Tuottavuusohjelma' AS name_fi,
    'Produktivitetsprogrammet' AS name_sv, 'Productivity programme' AS name_en;
CREATE TABLE mart.dim_document AS
SELECT 'demo' AS document_id, 'demo_2023' AS programme_id, 'Ohjelma-asiakirja' AS title, 'ohjelma.pdf' AS source_file;
CREATE TABLE mart.dim_reporting_duty AS
SELECT 'demo_2023' AS programme_id, 'board' AS report_id, 'Raportti' AS name_fi, 'monthly' AS cadence;
CREATE TABLE mart.dim_measure AS
SELECT measure_id, name AS name_fi, name AS name_sv, name AS name_en
FROM (VALUES ('cost_total_eur', 'Toimintakulut'), ('cost_rent_eur', 'Vuokrat')) AS m(measure_id, name);
CREATE TABLE mart.dim_goal AS
SELECT 'demo_2023' AS programme_id, goal_id, parent_goal_id, name AS name_fi, name AS name_sv, name AS name_en
FROM (VALUES ('1', NULL, 'Rakenne'), ('1.1', '1', 'Porrastus'), ('neuvonta', NULL, 'Neuvonta')) AS
    g(goal_id, parent_goal_id, name);

CREATE TABLE indicator.cost_target AS
SELECT
    'demo_2023' AS programme_id, organisation_id, cost_target_id, kind, measure_id, division_id, month,
    if(known, value, NULL)::DOUBLE AS value_eur_million, budget::DOUBLE AS original_budget_eur_million,
    NULL::DOUBLE AS stated_budget_eur_million, NULL::DOUBLE AS saving_in_budget_eur_million,
    if(known, change, NULL)::DOUBLE AS change_eur_million, low::DOUBLE AS target_low_eur_million,
    high::DOUBLE AS target_high_eur_million, DATE '2025-12-01' AS target_month,
    low_now::DOUBLE AS expected_low_eur_million, high_now::DOUBLE AS expected_high_eur_million,
    if(known, range_status, 'no_data') AS range_status, caveat, if(known, 'ok', 'no_data') AS value_status,
    NULL::VARCHAR AS provisional_reason
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id),
(VALUES (DATE '2025-09-01', false), (DATE '2025-10-01', true), (DATE '2025-11-01', false)) AS m(month, known),
(VALUES
    ('total', 'cost_line', 'cost_total_eur', 'all', 925, 940, -30, -78, -17, -60, -16, 'in_range', NULL),
    ('rent', 'cost_line', 'cost_rent_eur', 'all', 26, 24, 2, -5, -1, -4, -0.8, 'above_range', NULL),
    ('division_terveys', 'division', 'cost_total_eur', 'terveys', 300, 350, -50, -52, -27, -40, -20, 'below_range',
        'saving_in_budget_unknown')
) AS t(cost_target_id, kind, measure_id, division_id, value, budget, change, low, high, low_now, high_now,
    range_status, caveat);
CREATE TABLE indicator.deflated AS
SELECT 'demo_2023' AS programme_id, 'cost' AS indicator_id, organisation_id, 'all' AS division_id,
    DATE '2025-10-01' AS month, 'jhi' AS index_id, 2023 AS price_year, 110.0 AS nominal_value, 100.0 AS deflated_value
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id);
CREATE TABLE mart.fct_allocation_monthly AS
SELECT
    'demo_2023' AS programme_id, organisation_id, allocation_id, month, if(known, spent, NULL)::DOUBLE AS spent_eur,
    10.9e6::DOUBLE AS total_eur, if(known, 100 * spent / 10.9e6, NULL)::DOUBLE AS share_percent,
    low::DOUBLE AS share_low_percent, high::DOUBLE AS share_high_percent, 10.9e4 * high::DOUBLE AS limit_eur,
    if(known, share_status, 'no_data') AS share_status, if(known, 'ok', 'not_yet_due') AS value_status
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id),
(VALUES (DATE '2025-10-01', true), (DATE '2025-11-01', false)) AS m(month, known),
(VALUES ('digi', 4.5e6, 30, 40, 'over_share'), ('ostot', 0.5e6, 10, 10, 'within_share')) AS
    a(allocation_id, spent, low, high, share_status);
CREATE TABLE indicator.goal_saving AS
SELECT
    'demo_2023' AS programme_id, organisation_id, goal_id, parent_goal_id, month, potential::DOUBLE AS
    potential_eur_million, if(known, actions, NULL)::BIGINT AS actions_count,
    if(known, planned, NULL)::DOUBLE AS planned_eur_million, if(known, realised, NULL)::DOUBLE AS realised_eur_million,
    if(known, 'ok', 'no_data') AS value_status, NULL::VARCHAR AS provisional_reason
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id),
(VALUES (DATE '2025-10-01', true), (DATE '2025-11-01', false)) AS m(month, known),
(VALUES ('1.1', '1', 2.0, 1, 1.0, 0.5), ('1', NULL, 8.3, 3, 5.0, 2.5), ('neuvonta', NULL, NULL, 0, 0.0, 0.0)) AS
    g(goal_id, parent_goal_id, potential, actions, planned, realised);
CREATE TABLE indicator.basket_status AS
SELECT
    'demo_2023' AS programme_id, organisation_id, check_month, basket_id, state,
    realised::DOUBLE AS realised_eur_million, path::DOUBLE AS path_eur_million,
    (100 * realised / path)::DOUBLE AS path_percent, NULL::DOUBLE AS path_percent_before,
    threshold::DOUBLE AS threshold_percent, reason, if(realised IS NULL, 'no_data', 'ok') AS value_status
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id), (VALUES
    (DATE '2024-12-01', 'A', 'in_use', 7.0, 7.0, NULL, 'primary'),
    (DATE '2025-06-01', 'A', 'in_use', 12.4, 15.5, NULL, 'primary'),
    (DATE '2025-06-01', 'B', 'to_be_considered', 12.4, 15.5, 90, 'saving_below_path'),
    (DATE '2025-06-01', 'C', 'not_needed', 12.4, 15.5, 75, 'saving_on_path'),
    (DATE '2025-12-01', 'B', 'no_data', NULL, 24.0, 90, 'no_register')
) AS b(check_month, basket_id, state, realised, path, threshold, reason);
CREATE TABLE indicator.municipality_status AS
SELECT
    'demo_2023' AS programme_id, 'queue' AS indicator_id, organisation_id, code AS municipality_code,
    name AS municipality_name, year, if(share IS NULL, NULL, DATE '2025-10-01') AS month,
    if(share IS NULL, NULL, 800)::DOUBLE AS persons, 12700.0::DOUBLE AS residents_75plus,
    share::DOUBLE AS share_percent, 'plan' AS plan_kind, 762.0::DOUBLE AS plan_persons,
    12700.0::DOUBLE AS plan_residents, plan::DOUBLE AS plan_share_percent, (plan - share)::DOUBLE AS gap_percent,
    if(share IS NULL, 'no_data', 'ok') AS value_status, if(share IS NULL, 'asiakasmaarat', NULL) AS waits_for
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id), (VALUES
    ('609', 'Pori', 2024, 7.1, 7.0), ('609', 'Pori', 2025, 6.4, 6.0), ('all', 'Yhteensä', 2025, 6.25, 6.0),
    ('609', 'Pori', 2026, NULL, 5.0)
) AS y(code, name, year, share, plan);
CREATE TABLE mart.fct_project_plan AS
SELECT 'demo_2023' AS programme_id, 'uudistus' AS project_code, sub_project, line_no, line_class, name AS name_fi,
    total::DECIMAL(18, 2) AS total_eur
FROM (VALUES
    ('1', 1, 'cost', 'Palkat', 1300000), ('1', 2, 'total', 'Kokonaiskulut', 1336000),
    ('2', 1, 'total', 'Kokonaiskulut', 2160000)
) AS p(sub_project, line_no, line_class, name, total);
CREATE TABLE mart.fct_project_finance AS
SELECT organisation_id, project_code, '1' AS part_code, line AS cost_line, line_class, year,
    actual::DECIMAL(18, 2) AS actual_eur, estimate::DECIMAL(18, 2) AS estimate_eur
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id), (VALUES
    ('uudistus', 'palkat', 'cost', 2020, 209073, 209073), ('uudistus', 'palkat', 'cost', 2021, NULL, 1136927),
    ('uudistus', 'omarahoitus', 'own_funding', 2020, 41815, 41815), ('muu', 'palkat', 'cost', 2020, 7, 7)
) AS f(project_code, line, line_class, year, actual, estimate);
CREATE TABLE quality.project_reconciliation AS
SELECT 'demo_2023' AS programme_id, 'uudistus' AS project_code, '1' AS sub_project, rule, 2 AS line_no,
    'Kokonaiskulut' AS name_fi, figure, stated::DECIMAL(18, 2) AS stated_eur, computed::DECIMAL(18, 2) AS computed_eur,
    (stated - computed)::DECIMAL(18, 2) AS difference_eur, abs(stated - computed) <= 2 AS is_rounding
FROM (VALUES ('years', 'total_eur', 1336000, 1335999), ('parts', 'total_eur', 1336000, 1306001)) AS
    r(rule, figure, stated, computed);

CREATE TABLE mart.fct_action_monthly AS
SELECT
    organisation_id, programme_id, month, action_code, name, coalesce(goal_id, 'unmapped') AS goal_id,
    NULL::VARCHAR AS theme_code, 'all' AS division_id, 'kehittämisjohtaja' AS owner_role,
    DATE '2024-01-01' AS starts_on, ends_on, state, completion::INTEGER AS completion_percent, is_overdue,
    planned::DECIMAL(18, 2) AS saving_planned_eur, realised::DECIMAL(18, 2) AS saving_realised_eur,
    1000::DECIMAL(18, 2) AS investment_eur
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id), (VALUES
    ('demo_2023', DATE '2025-09-01', 'T1', 'Vanha <b>', '1', DATE '2025-05-31', 'kaynnissa', 40, true, 9e6, 9e6),
    ('demo_2023', DATE '2025-10-01', 'T1', 'Porrastus <b>', '1', DATE '2025-05-31', 'kaynnissa', 50, true, 3e6, 1e6),
    ('demo_2023', DATE '2025-10-01', 'T2', 'Etäkäynnit', '1', DATE '2026-05-31', 'kaynnissa', 20, false, 1e6, 0.5e6),
    ('demo_2023', DATE '2025-10-01', 'T3', 'Varastot', '1.1', DATE '2025-01-31', 'valmis', 100, false, 1e6, 1e6),
    (NULL, DATE '2025-10-01', 'X1', 'Muu työ', NULL, DATE '2025-06-30', 'viivassa', 10, true, NULL, NULL)
) AS a(programme_id, month, action_code, name, goal_id, ends_on, state, completion, is_overdue, planned, realised);
CREATE TABLE mart.fct_portfolio_monthly AS
SELECT
    organisation_id, programme_id, month, goal_id, 'economy' AS theme, division_id, state, count(*) AS actions_count,
    count(*) FILTER (is_overdue) AS overdue_count, sum(saving_planned_eur) AS saving_planned_eur,
    sum(saving_realised_eur) AS saving_realised_eur, sum(investment_eur) AS investment_eur
FROM mart.fct_action_monthly
GROUP BY ALL;
CREATE TABLE mart.fct_risk AS
SELECT
    'demo_2023' AS programme_id, organisation_id, risk_id, name AS name_fi, name AS name_sv, name AS name_en,
    'Seurataan' AS avoidance_fi, 'talousjohtaja' AS owner_role, if(points IS NULL, NULL, DATE '2025-10-01') AS month,
    points::DOUBLE AS points, trend, waits_for, 'stated' AS certainty, 'Ohjelma-asiakirja' AS document,
    'Luku 5' AS place
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id), (VALUES
    ('maine', 'Mainehaitta', NULL, 'no_data', 'tunnusluvut risk_maine'), ('viive', 'Hankkeet viivästyvät', 16, 'rising',
        NULL)
) AS r(risk_id, name, points, trend, waits_for);

-- Early warning: a claim that the ledger does not show, a guard rail, and what of it is on the list of the week.
CREATE TABLE indicator.saving_seen AS
SELECT
    'demo_2023' AS programme_id, organisation_id, scope, group_id, 'terveys' AS division_id, measure_id,
    DATE '2025-10-01' AS month, 2::BIGINT AS actions_count, claimed::DOUBLE AS claimed_eur, seen::DOUBLE AS seen_eur,
    status, reason, 'ok' AS value_status, NULL::VARCHAR AS provisional_reason
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id), (VALUES
    ('division', 'terveys', 'cost_total_eur', 2e6, 5e5, 'not_seen', 'costs_show_too_little'),
    ('theme', 'digital', NULL, 1e6, NULL, 'cannot_be_seen', 'no_cost_line')
) AS s(scope, group_id, measure_id, claimed, seen, status, reason);
CREATE TABLE indicator.guard_rail AS
SELECT
    organisation_id, 'wait' AS guard_rail_id, 'Odotus' AS name_fi, 'Väntan' AS name_sv, 'Wait' AS name_en,
    'access' AS kind, 'sotkanet' AS source, 'Sotkanet / THL' AS source_text, 'CC BY 4.0' AS licence, 'percent' AS unit,
    'up' AS worse, 'absolute' AS change_kind, 5.0::DOUBLE AS counts_change, DATE '2024-12-01' AS month,
    46.0::DOUBLE AS value, 40.0::DOUBLE AS before_value, 'worse' AS country_status, 'worse' AS status,
    'change_counts' AS reason, 'ok' AS value_status, NULL::VARCHAR AS provisional_reason
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id);
CREATE TABLE indicator.warning AS
SELECT
    organisation_id, 'demo_2023' AS programme_id, 'claimed_not_seen:demo_2023:saving_division:terveys' AS warning_id,
    'claimed_not_seen' AS kind, 'saving_division' AS subject_kind, 'terveys' AS subject_id, 5e5::DOUBLE AS value,
    2e6::DOUBLE AS reference_value, 'high' AS severity, 'ok' AS value_status, NULL::VARCHAR AS provisional_reason
FROM (VALUES ('kymenlaakso'), ('kainuu')) AS o(organisation_id);
CREATE TABLE indicator.escalation AS
SELECT
    organisation_id, programme_id, 1::INTEGER AS place, warning_id, kind, severity, subject_kind, subject_id,
    'Terveyspalvelut' AS subject_name_fi, 'Hälsotjänster' AS subject_name_sv, 'Health services' AS subject_name_en,
    NULL::VARCHAR AS other_name_fi, NULL::VARCHAR AS other_name_sv, NULL::VARCHAR AS other_name_en,
    DATE '2025-10-01' AS month, 4::BIGINT AS months_count, 'costs_show_too_little' AS reason, 'EUR' AS unit,
    value, reference_value, 'talousjohtaja' AS owner_role, 'reconcile_claim_with_ledger' AS next_step, value_status,
    provisional_reason
FROM indicator.warning;

CREATE TABLE quality.delivery (
    delivery_id VARCHAR, receipt_id VARCHAR, organisation_id VARCHAR, extract_id VARCHAR, file_name VARCHAR,
    received_at TIMESTAMP, read_at TIMESTAMP, rows_read BIGINT, rows_accepted BIGINT, rows_rejected BIGINT,
    rows_skipped BIGINT, decision VARCHAR, reason VARCHAR, origin VARCHAR, verdict VARCHAR, is_current BOOLEAN,
    awaits_replacement BOOLEAN, periods VARCHAR, reason_code VARCHAR
);
INSERT INTO quality.delivery VALUES (
    '{delivery}', '{receipt}', 'kymenlaakso', 'kirjanpito', 'kirjanpito_2025-10.csv', '2025-11-14 06:00:00',
    '2025-11-15 03:00:00', 1000, 990, 4, 6, 'accepted', NULL, 'delivered', 'passed', true, false, '2025-10', NULL
);
CREATE TABLE quality.rejected_row AS
SELECT '{delivery}' AS delivery_id, 'kymenlaakso' AS organisation_id, 'kirjanpito' AS extract_id,
    7::BIGINT AS row_number, 'summa' AS column_name, 'bad_number' AS reason_code, 'x12' AS value;
CREATE TABLE quality.contract AS
SELECT extract_id, title_fi, title_sv, title_en
FROM (VALUES
    ('kirjanpito', 'Kirjanpidon toteumat', 'Bokföringens utfall', 'General ledger actuals'),
    ('asumisjono', 'Asumispalvelujen jono', 'Kö till boendeservice', 'Waiting for housing')
) AS c(extract_id, title_fi, title_sv, title_en);
CREATE TABLE quality.timeliness (
    organisation_id VARCHAR, extract_id VARCHAR, state VARCHAR, first_month DATE, last_month DATE, due_month DATE,
    due_on DATE, first_received_at TIMESTAMP, months_missing BIGINT, next_month DATE, next_due_on DATE
);
INSERT INTO quality.timeliness VALUES (
    'kymenlaakso', 'kirjanpito', 'in_time', '2023-01-01', '2025-10-01', '2025-10-01',
    '2025-11-17', '2025-11-14 06:00:00', 0, '2025-11-01', '2025-12-15'
);
CREATE TABLE quality.score AS
SELECT
    'kymenlaakso' AS organisation_id, 'kirjanpito' AS extract_id, month::DATE AS month, score AS score_percent,
    1::DOUBLE AS checks_share, timely::DOUBLE AS timeliness_share, 1::DOUBLE AS completeness_share,
    accepted AS accepted_share
FROM (VALUES ('2025-09-01', 80::DOUBLE, 0, 1::DOUBLE), ('2025-10-01', 99.92::DOUBLE, 1, 0.996::DOUBLE)) AS
    s(month, score, timely, accepted);
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
