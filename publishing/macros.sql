-- What a release answers by itself, beside its tables. Run in the opened file of the release: names have two parts, so
-- that they hold under whatever name the file is opened or attached.

CREATE VIEW indicator.reported AS
SELECT
    publication.release_id,
    publication.published_at AS released_at,
    span.programme_id,
    span.indicator_id,
    span.organisation_id,
    span.division_id,
    span.month,
    span.value,
    span.value_status,
    span.definition_version
FROM indicator.reported_span AS span
JOIN meta.publication AS publication
    ON publication.kind = 'released'
    AND publication.release_no >= span.first_release_no
    AND (span.last_release_no IS NULL OR publication.release_no <= span.last_release_no);

-- The release that was current when the day ended in Finland, be it by a night or by a rollback.
CREATE MACRO indicator.as_of(day) AS TABLE
WITH current_then AS (
    SELECT release_no, release_id, published_at, published_on, as_of_date
    FROM meta.publication
    WHERE published_on <= CAST(day AS DATE)
    ORDER BY publication_no DESC
    LIMIT 1
)
SELECT
    span.programme_id,
    span.indicator_id,
    span.organisation_id,
    span.division_id,
    span.month,
    span.value,
    span.value_status,
    current_then.release_id,
    current_then.published_on,
    current_then.as_of_date,
    span.definition_version,
    definition.valid_from,
    definition.name_fi,
    definition.name_sv,
    definition.name_en,
    definition.unit,
    definition.better,
    definition.family,
    definition.numerator,
    definition.denominator,
    definition.window_months,
    definition.stated_target_value,
    definition.target_month
FROM current_then
JOIN indicator.reported_span AS span
    ON current_then.release_no >= span.first_release_no
    AND (span.last_release_no IS NULL OR current_then.release_no <= span.last_release_no)
LEFT JOIN indicator.definition AS definition
    ON definition.programme_id = span.programme_id
    AND definition.indicator_id = span.indicator_id
    AND definition.definition_version = span.definition_version;
COMMENT ON MACRO TABLE indicator.as_of IS
'Values as they were reported at the end of a day (Finnish time), with the definition that they were computed by.';

CREATE MACRO indicator.compare(release_a, release_b) AS TABLE
WITH one AS (
    FROM indicator.reported WHERE release_id = release_a
),
other AS (
    FROM indicator.reported WHERE release_id = release_b
)
SELECT
    coalesce(one.programme_id, other.programme_id) AS programme_id,
    coalesce(one.indicator_id, other.indicator_id) AS indicator_id,
    coalesce(one.organisation_id, other.organisation_id) AS organisation_id,
    coalesce(one.division_id, other.division_id) AS division_id,
    coalesce(one.month, other.month) AS month,
    one.value AS value_a,
    other.value AS value_b,
    other.value - one.value AS difference,
    one.value_status AS value_status_a,
    other.value_status AS value_status_b,
    one.definition_version AS definition_version_a,
    other.definition_version AS definition_version_b
FROM one
FULL JOIN other
    ON one.programme_id = other.programme_id
    AND one.indicator_id = other.indicator_id
    AND one.organisation_id = other.organisation_id
    AND one.division_id = other.division_id
    AND one.month = other.month
WHERE one.value IS DISTINCT FROM other.value;
COMMENT ON MACRO TABLE indicator.compare IS
'Keys whose value differs between two releases; b less a. A value that only one of them has is there too.';

CREATE MACRO main.indicator_series(indicator) AS TABLE
SELECT
    value.programme_id,
    value.indicator_id,
    value.organisation_id,
    value.division_id,
    value.month,
    value.value,
    value.value_status,
    value.expected_value,
    closed.value AS closed_value,
    closed.closed_at,
    closed.has_changed AS changed_after_closing
FROM indicator.value AS value
LEFT JOIN indicator.closed_value AS closed
    USING (programme_id, indicator_id, organisation_id, division_id, month)
WHERE value.indicator_id = indicator
ORDER BY value.programme_id, value.organisation_id, value.division_id, value.month;
COMMENT ON MACRO TABLE main.indicator_series IS
'Every month of one indicator, by organisation and division, with the value as it was closed beside it.';

-- A calculation, never a figure of the release: what one year would cost less if something were done otherwise. Unit
-- costs are those of the latest twelve months of which both own staff and its cost are known; nothing is guessed: what
-- the extracts do not tell must be given. Amounts are EUR a year, a saving positive. `status` is ok, provisional,
-- must_be_given, no_data, more_than_there_is or out_of_range; a line that is not ok or provisional has no value, nor
-- has what rests on it.
CREATE MACRO indicator.whatif(
    organisation,
    purchases_to_own_eur := 0,
    own_cost_share := NULL,
    hired_to_own_fte := 0,
    contacts_to_digital := 0,
    saving_per_contact_eur := NULL,
    sick_leave_down_percent := 0,
    sick_leave_saved_share := NULL
) AS TABLE
WITH measure AS (
    SELECT measure_id, month, value, value_status
    FROM mart.fct_measure
    WHERE organisation_id = organisation
        AND division_id = 'all'
        AND value IS NOT NULL
        AND measure_id IN (
            'cost_personnel_eur', 'fte_months', 'cost_hired_labour_eur', 'fte_hired_months', 'cost_purchases_eur',
            'contacts_client', 'contacts_digital', 'sick_leave_days'
        )
),
year_of AS (
    SELECT
        ends.measure_id,
        ends.month,
        sum(each.value) AS total,
        bool_or(each.value_status = 'provisional') AS is_provisional
    FROM measure AS ends
    JOIN measure AS each
        ON each.measure_id = ends.measure_id
        AND each.month BETWEEN ends.month - INTERVAL 11 MONTH AND ends.month
    GROUP BY ends.measure_id, ends.month
    HAVING count(*) = 12
),
base AS (
    SELECT max(cost.month) AS month
    FROM year_of AS cost
    JOIN year_of AS staff ON staff.month = cost.month AND staff.measure_id = 'fte_months'
    WHERE cost.measure_id = 'cost_personnel_eur'
),
-- One row of what the year was; a measure that is not there for all of it is NULL.
known AS (
    SELECT
        base.month AS window_to,
        (base.month - INTERVAL 11 MONTH)::DATE AS window_from,
        ((base.month + INTERVAL 1 MONTH)::DATE - (base.month - INTERVAL 11 MONTH)::DATE)::DOUBLE AS days,
        max(total) FILTER (measure_id = 'cost_personnel_eur') AS personnel_eur,
        max(total) FILTER (measure_id = 'fte_months') / 12 AS own_fte,
        max(total) FILTER (measure_id = 'cost_hired_labour_eur') AS hired_eur,
        max(total) FILTER (measure_id = 'fte_hired_months') / 12 AS hired_fte,
        max(total) FILTER (measure_id = 'cost_purchases_eur') AS purchases_eur,
        max(total) FILTER (measure_id = 'contacts_client') - max(total) FILTER (measure_id = 'contacts_digital')
            AS contacts_not_digital,
        max(total) FILTER (measure_id = 'sick_leave_days') AS sick_leave_days,
        coalesce(bool_or(is_provisional), false) AS is_provisional
    FROM base
    LEFT JOIN year_of ON year_of.month = base.month
    GROUP BY base.month
),
priced AS (
    SELECT
        known.*,
        personnel_eur / nullif(own_fte, 0) AS own_price,
        hired_eur / nullif(hired_fte, 0) AS hired_price,
        CAST(purchases_to_own_eur AS DOUBLE) AS purchases,
        CAST(own_cost_share AS DOUBLE) AS own_share,
        CAST(hired_to_own_fte AS DOUBLE) AS hired,
        CAST(contacts_to_digital AS DOUBLE) AS contacts,
        CAST(saving_per_contact_eur AS DOUBLE) AS per_contact,
        CAST(sick_leave_down_percent AS DOUBLE) AS sick_percent,
        CAST(sick_leave_saved_share AS DOUBLE) AS sick_share
    FROM known
),
judged AS (
    SELECT
        *,
        CASE
            WHEN purchases < 0 OR own_share < 0 THEN 'out_of_range'
            WHEN purchases = 0 THEN 'not_asked'
            WHEN purchases_eur IS NULL THEN 'no_data'
            WHEN purchases > purchases_eur THEN 'more_than_there_is'
            WHEN own_share IS NULL THEN 'must_be_given'
            ELSE 'ok'
        END AS purchases_status,
        CASE
            WHEN hired < 0 THEN 'out_of_range'
            WHEN hired = 0 THEN 'not_asked'
            WHEN own_price IS NULL OR hired_price IS NULL THEN 'no_data'
            WHEN hired > hired_fte THEN 'more_than_there_is'
            ELSE 'ok'
        END AS hired_status,
        CASE
            WHEN contacts < 0 THEN 'out_of_range'
            WHEN contacts = 0 THEN 'not_asked'
            WHEN contacts_not_digital IS NULL THEN 'no_data'
            WHEN contacts > contacts_not_digital THEN 'more_than_there_is'
            WHEN per_contact IS NULL THEN 'must_be_given'
            ELSE 'ok'
        END AS contacts_status,
        CASE
            WHEN sick_percent < 0 OR sick_percent > 100 OR sick_share < 0 OR sick_share > 1 THEN 'out_of_range'
            WHEN sick_percent = 0 THEN 'not_asked'
            WHEN sick_leave_days IS NULL OR own_price IS NULL THEN 'no_data'
            WHEN sick_share IS NULL THEN 'must_be_given'
            ELSE 'ok'
        END AS sick_status
    FROM priced
),
-- Days of sick leave are calendar days, and a full-time year has as many of them as the window.
counted AS (
    SELECT
        *,
        CASE WHEN purchases_status = 'ok' THEN purchases * (1 - own_share) END AS purchases_saved,
        CASE WHEN hired_status = 'ok' THEN hired * (hired_price - own_price) END AS hired_saved,
        CASE WHEN contacts_status = 'ok' THEN contacts * per_contact END AS contacts_saved,
        sick_leave_days * sick_percent / 100 / days AS sick_fte,
        CASE WHEN sick_status = 'ok' THEN sick_leave_days * sick_percent / 100 / days * own_price * sick_share END
            AS sick_saved
    FROM judged
),
summed AS (
    SELECT
        *,
        CASE
            WHEN list_has_any(
                [purchases_status, hired_status, contacts_status, sick_status],
                ['must_be_given', 'no_data', 'more_than_there_is', 'out_of_range']
            ) THEN NULL
            ELSE coalesce(purchases_saved, 0) + coalesce(hired_saved, 0) + coalesce(contacts_saved, 0)
                + coalesce(sick_saved, 0)
        END AS saved
    FROM counted
),
-- The programme's own euro target: its indicator of savings in euros, whatever it is called.
target AS (
    SELECT status.indicator_id, status.month, status.value, status.target_value, status.target_month
    FROM indicator.status AS status
    JOIN indicator.catalogue AS catalogue
        ON catalogue.programme_id = status.programme_id
        AND catalogue.indicator_id = status.indicator_id
        AND catalogue.organisation_id = status.organisation_id
    JOIN indicator.definition AS definition
        ON definition.programme_id = catalogue.programme_id
        AND definition.indicator_id = catalogue.indicator_id
        AND definition.definition_version = catalogue.definition_version
    WHERE catalogue.organisation_id = organisation
        AND definition.unit = 'EUR_million'
        AND (definition.family = 'saving' OR definition.numerator LIKE 'saving_realised%')
    ORDER BY status.indicator_id
    LIMIT 1
),
line AS (
    SELECT 1 AS line_no, 'known' AS kind, 'own_cost_per_fte' AS item, own_price AS value, 'EUR' AS unit,
        'kirjanpito, henkilosto' AS source, NULL AS state, hired <> 0 OR sick_percent <> 0 OR purchases <> 0 AS is_used
    FROM summed
    UNION ALL SELECT 2, 'known', 'hired_cost_per_fte', hired_price, 'EUR', 'kirjanpito, henkilosto', NULL, hired <> 0
    FROM summed
    UNION ALL SELECT 3, 'known', 'hired_fte_now', hired_fte, 'fte', 'henkilosto', NULL, hired <> 0 FROM summed
    UNION ALL SELECT 4, 'known', 'purchases_now', purchases_eur, 'EUR', 'kirjanpito', NULL, purchases <> 0 FROM summed
    UNION ALL SELECT 5, 'known', 'contacts_not_digital_now', contacts_not_digital, 'contacts', 'asiakaskontaktit', NULL,
        contacts <> 0
    FROM summed
    UNION ALL SELECT 6, 'known', 'sick_leave_days_now', sick_leave_days, 'days', 'sairauspoissaolot', NULL,
        sick_percent <> 0
    FROM summed
    UNION ALL SELECT 11, 'given', 'purchases_to_own', purchases, 'EUR', 'given', NULL, purchases <> 0 FROM summed
    UNION ALL SELECT 12, 'given', 'own_cost_share', own_share, 'share', 'given', NULL, purchases <> 0 FROM summed
    UNION ALL SELECT 13, 'given', 'hired_to_own', hired, 'fte', 'given', NULL, hired <> 0 FROM summed
    UNION ALL SELECT 14, 'given', 'contacts_to_digital', contacts, 'contacts', 'given', NULL, contacts <> 0 FROM summed
    UNION ALL SELECT 15, 'given', 'saving_per_contact', per_contact, 'EUR', 'given', NULL, contacts <> 0 FROM summed
    UNION ALL SELECT 16, 'given', 'sick_leave_down', sick_percent, 'percent', 'given', NULL, sick_percent <> 0
    FROM summed
    UNION ALL SELECT 17, 'given', 'sick_leave_saved_share', sick_share, 'share', 'given', NULL, sick_percent <> 0
    FROM summed
    UNION ALL SELECT 21, 'effect', 'purchases_saved', purchases_saved, 'EUR', 'calculated', purchases_status,
        purchases_status <> 'not_asked'
    FROM summed
    UNION ALL SELECT 22, 'effect', 'own_fte_needed',
        CASE WHEN purchases_status = 'ok' THEN purchases * own_share / own_price END, 'fte', 'calculated', NULL,
        purchases_status = 'ok'
    FROM summed
    UNION ALL SELECT 23, 'effect', 'hired_saved', hired_saved, 'EUR', 'calculated', hired_status,
        hired_status <> 'not_asked'
    FROM summed
    UNION ALL SELECT 24, 'effect', 'contacts_saved', contacts_saved, 'EUR', 'calculated', contacts_status,
        contacts_status <> 'not_asked'
    FROM summed
    UNION ALL SELECT 25, 'effect', 'sick_leave_fte_freed', sick_fte, 'fte', 'calculated', NULL,
        sick_percent BETWEEN 0 AND 100 AND sick_percent <> 0
    FROM summed
    UNION ALL SELECT 26, 'effect', 'sick_leave_saved', sick_saved, 'EUR', 'calculated', sick_status,
        sick_status <> 'not_asked'
    FROM summed
    UNION ALL SELECT 31, 'result', 'saved', saved, 'EUR', 'calculated', NULL, true FROM summed
    UNION ALL SELECT 32, 'result', 'gap_before', (target_value - value) * 1e6, 'EUR', indicator_id, NULL, true
    FROM target
    UNION ALL SELECT 33, 'result', 'gap_after', (target.target_value - target.value) * 1e6 - summed.saved, 'EUR',
        target.indicator_id, NULL, true
    FROM target CROSS JOIN summed
)
SELECT
    line.line_no,
    line.kind,
    line.item,
    line.value,
    line.unit,
    line.source,
    CASE WHEN line.kind = 'known' THEN summed.window_from END AS window_from,
    CASE WHEN line.kind = 'known' THEN summed.window_to END AS window_to,
    CASE
        WHEN line.state <> 'ok' THEN line.state
        WHEN line.value IS NULL AND line.kind = 'given' THEN 'must_be_given'
        WHEN line.value IS NULL THEN 'no_data'
        WHEN line.kind <> 'given' AND summed.is_provisional THEN 'provisional'
        ELSE 'ok'
    END AS status
FROM line
CROSS JOIN summed
WHERE line.is_used
ORDER BY line.line_no;
COMMENT ON MACRO TABLE indicator.whatif IS
'A calculation, not a figure: what a year would cost less if something were done otherwise, with every assumption.';
