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
COMMENT ON VIEW indicator.reported IS
'Every value of every release up to this one: what was reported when. Append-only; laid out from indicator.reported_span.';

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
