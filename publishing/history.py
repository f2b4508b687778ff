"""What was reported when: the release's memory of the releases before it.

In the release: ``meta.publication`` (each time a release became current), ``indicator.reported_span`` with the view
``indicator.reported`` (every value of every release), ``indicator.restatement`` (each value that one release changed,
and why) and ``indicator.closed_value`` (what was closed as reported). All of it is made from append-only parts of the
lake, so that a rebuild, a rollback and a pruned release change nothing of it.

Three rules hold everywhere:

* A release is compared with the one that was current when it was made, and once: its changes are its own part of the
  lake for ever, with the cause as it was known then.
* Rolling back is a publication too: what readers saw goes back, and the restatement says so with cause ``rollback``.
* A cell that is hidden tonight (``suppressed``) is hidden in all of its history: an earlier value of it and the change
  of the total would together give the hidden one. The lake keeps what was reported.

Not here: closing a month (:mod:`publishing.closing`).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from publishing import ledger
from publishing.ledger import KEY, REPORTED_STATUSES, same_key, same_value
from publishing.sql import Connection, exists, literal
from sources import lake
from sources.settings import Settings

RELEASED, ROLLED_BACK = "released", "rolled_back"
PARTS = {
    "publication": "meta.publication WHERE release_id = {release_id} AND kind = 'released'",
    "restatement": "indicator.restatement WHERE to_release_id = {release_id} AND cause <> 'rollback'",
}
"""The parts of the lake that a release writes of itself once it is current, beside its part of ``reported``."""

MACROS = Path(__file__).parent / "macros.sql"

_keys = ", ".join(KEY)


def add(con: Connection, settings: Settings, *, has_previous: bool) -> None:
    """Make the history tables of ``release`` from its own values, the lake and the release that is current now."""
    ledger.load(con, settings)
    for table in ("publication", "restatement", "closing"):
        _load_parts(con, settings, table)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE hidden AS SELECT {_keys} FROM release.indicator.value "
        "WHERE value_status = 'suppressed'"
    )
    con.execute(_RESTATED_BEFORE)
    if has_previous:
        con.execute(_CHANGED_DELIVERIES)
        con.execute(_RESTATED_TONIGHT)
    _extend_ledger(con)
    con.execute(_PUBLICATION)
    con.execute(_ROLLED_BACK)
    con.execute(_SPAN)
    con.execute(_RESTATEMENT)
    con.execute(_CLOSED_VALUE)


def add_macros(database: Path) -> None:
    """Add the view ``indicator.reported`` and the macros to a release's file, which must not be attached elsewhere.

    They are made in the opened file because a name that says ``release.`` would be known nowhere else. A view is then
    found under whatever name the file is attached; a table macro where the file is opened or is in ``USE``.
    """
    with duckdb.connect(database) as con:
        con.execute(MACROS.read_text(encoding="utf-8"))
        con.execute("CHECKPOINT")


def write_parts(settings: Settings, con: Connection, release_id: str) -> None:
    """Write the lake's parts of the current release, opened in ``con``, except the ledger's own, where they miss."""
    for table, rows in PARTS.items():
        path = lake.table_path(settings, table, release_id)
        if not path.exists() and exists(con, rows.split(" ")[0]):
            columns = ", ".join(f'"{name}"' for name in lake.TABLES[table])
            lake.copy_parquet(
                con, f"SELECT {columns} FROM {rows.format(release_id=literal(release_id))} ORDER BY ALL", path
            )


def note_rollback(settings: Settings, release_id: str, now: datetime) -> bool:
    """Record that ``release_id`` is current though another was published last; True when there was that to record.

    Told by comparing, not by whoever rolled back, so that a rollback that died half way is recorded by the next night.
    """
    last = _last_published(settings)
    if last is None or last == release_id:
        return False
    row: dict[str, object] = dict.fromkeys(lake.TABLES["publication"]) | {
        "release_id": release_id,
        "published_at": now,
        "kind": ROLLED_BACK,
        "from_release_id": last,
    }
    path = lake.table_path(settings, "publication", f"{now:%Y%m%dT%H%M%SZ}-{now:%f}-rollback")
    lake.write_parquet(path, lake.TABLES["publication"], [tuple(row.values())])
    return True


def _last_published(settings: Settings) -> str | None:
    """The release that became current last, by the lake; None where the lake knows none."""
    # The names of parts begin with their time to the second: the newest few hold the last one.
    newest = sorted(p for p in (settings.lake / "publication").glob("2*.parquet"))[-50:]
    if not newest:
        return None
    with duckdb.connect() as con:
        row = con.execute(
            "SELECT max_by(release_id, published_at) FROM read_parquet(?, union_by_name => true)",
            [list(map(str, newest))],
        ).fetchone()
    return str(row[0]) if row and row[0] else None


def _load_parts(con: Connection, settings: Settings, table: str) -> None:
    """The temporary table ``lake_<table>`` of all parts of a table of the lake."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in lake.TABLES[table].items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE lake_{table} ({columns})")
    paths = [str(path) for path in sorted((settings.lake / table).glob("*.parquet")) if not path.name.startswith(".")]
    if paths:
        names = ", ".join(f'"{name}"' for name in lake.TABLES[table])
        con.execute(
            f"INSERT INTO lake_{table} BY NAME SELECT {names} FROM read_parquet(?, union_by_name => true)", [paths]
        )


def _extend_ledger(con: Connection) -> None:
    """Tonight's own values as the newest release of the ledger."""
    row = con.execute("SELECT release_id, created_at FROM release.meta.release").fetchone()
    assert row is not None  # the passport is one row
    statuses = ", ".join(map(literal, REPORTED_STATUSES))
    rows = (
        f"SELECT {_keys}, value, value_status, definition_version FROM release.indicator.value "
        f"WHERE value_status IN ({statuses})"
    )
    ledger.extend(con, rows, *row)


# The releases that no publication part tells of (made before there were any) are known from the ledger alone.
_PUBLICATION = """
CREATE TABLE release.meta.publication AS
WITH known AS (
    SELECT * FROM lake_publication
    UNION ALL BY NAME
    SELECT
        release_id,
        created_at AS published_at,
        'released' AS kind,
        as_of_date,
        git_sha,
        tilannekuva_version || '; ' || tool_versions AS software,
        withheld_organisations
    FROM release.meta.release
),
every AS (
    FROM known
    UNION ALL BY NAME
    SELECT release_id, released_at AS published_at, 'released' AS kind
    FROM ledger_release
    WHERE NOT EXISTS (
        FROM known WHERE known.release_id = ledger_release.release_id AND known.kind = 'released'
    )
)
SELECT
    (row_number() OVER (ORDER BY every.published_at, every.release_id))::INTEGER AS publication_no,
    ledger_release.release_no,
    every.release_id,
    every.published_at,
    ((every.published_at AT TIME ZONE 'UTC') AT TIME ZONE 'Europe/Helsinki')::DATE AS published_on,
    every.kind,
    every.from_release_id,
    every.as_of_date,
    every.git_sha,
    every.software,
    every.withheld_organisations
FROM every
JOIN ledger_release USING (release_id)
ORDER BY publication_no
"""

# What the values rest on, then and now. A delivery of a night on which the organisation was withheld stood already,
# but none of its figures were seen: it counts on the night that shows them.
_CHANGED_DELIVERIES = """
CREATE OR REPLACE TEMP TABLE changed_delivery AS
WITH shown AS (
    SELECT organisation.organisation_id, max(publication.published_at) AS shown_at
    FROM lake_publication AS publication
    CROSS JOIN (SELECT DISTINCT organisation_id FROM release.quality.delivery) AS organisation
    WHERE publication.kind = 'released'
        AND NOT list_contains(
            string_split(coalesce(publication.withheld_organisations, ''), ','), organisation.organisation_id
        )
    GROUP BY ALL
),
held_back AS (
    SELECT unnest(string_split(withheld_organisations, ',')) AS organisation_id FROM previous.meta.release
),
standing AS (
    SELECT delivery_id, organisation_id, extract_id, max(rows_accepted) AS rows_accepted, max(read_at) AS read_at
    FROM release.quality.delivery
    WHERE is_current
    GROUP BY ALL
),
standing_before AS (
    SELECT delivery_id, organisation_id, extract_id, max(rows_accepted) AS rows_accepted
    FROM previous.quality.delivery
    WHERE is_current
    GROUP BY ALL
)
SELECT delivery_id, organisation_id, extract_id, rows_accepted, true AS has_come
FROM standing
WHERE NOT EXISTS (
        FROM standing_before AS before
        WHERE (before.delivery_id, before.organisation_id, before.extract_id)
            = (standing.delivery_id, standing.organisation_id, standing.extract_id)
    )
    OR EXISTS (
        FROM held_back JOIN shown USING (organisation_id)
        WHERE held_back.organisation_id = standing.organisation_id AND standing.read_at > shown.shown_at
    )
UNION ALL
SELECT delivery_id, organisation_id, extract_id, rows_accepted, false AS has_come
FROM standing_before
WHERE NOT EXISTS (
    FROM standing
    WHERE (standing.delivery_id, standing.organisation_id, standing.extract_id)
        = (standing_before.delivery_id, standing_before.organisation_id, standing_before.extract_id)
)
"""

# An earlier night's restatements, and the empty table of all.
_RESTATED_BEFORE = "CREATE OR REPLACE TEMP TABLE restated AS FROM lake_restatement"

# A first figure restates nothing, unless the month was closed without it. A key that was ever reported counts.
_RESTATED_TONIGHT = f"""
INSERT INTO restated BY NAME
WITH told AS (
    SELECT DISTINCT {_keys} FROM ledger_span
    UNION
    SELECT DISTINCT {_keys} FROM lake_closing
),
pair AS (
    SELECT
        {", ".join(f"coalesce(before.{key}, tonight.{key}) AS {key}" for key in KEY)},
        before.value AS value_from,
        tonight.value AS value_to,
        before.value_status AS value_status_from,
        tonight.value_status AS value_status_to,
        before.definition_version AS definition_version_from,
        tonight.definition_version AS definition_version_to
    FROM previous.indicator.value AS before
    FULL JOIN release.indicator.value AS tonight ON {same_key("before", "tonight")}
),
changed AS (
    SELECT *
    FROM pair
    WHERE NOT {same_value("value_from", "value_to")}
        AND EXISTS (FROM told WHERE {same_key("told", "pair")})
),
-- A rank has no extracts of its own: it rests on what the ranked indicator of every organisation rests on.
source AS (
    SELECT programme_id, indicator_id, organisation_id, organisation_id AS of_organisation_id, extract_id
    FROM release.indicator.source
    UNION
    SELECT
        ranking.programme_id, ranking.indicator_id, ranking.organisation_id,
        ranked.organisation_id AS of_organisation_id, ranked.extract_id
    FROM (
        SELECT DISTINCT value.programme_id, value.indicator_id, value.organisation_id, definition.ranked_indicator_id
        FROM release.indicator.value AS value
        JOIN release.indicator.definition AS definition
            USING (programme_id, indicator_id, definition_version)
    ) AS ranking
    JOIN release.indicator.source AS ranked
        ON ranked.programme_id = ranking.programme_id AND ranked.indicator_id = ranking.ranked_indicator_id
),
-- What nobody delivers is made by the night itself: the score of the extracts, from the results of the checks.
made_here AS (
    SELECT programme_id, indicator_id, organisation_id
    FROM release.indicator.source
    GROUP BY ALL
    HAVING NOT bool_or(extract_id IN (SELECT extract_id FROM release.quality.delivery))
),
explained AS (
    SELECT
        programme_id, indicator_id, organisation_id,
        string_agg(DISTINCT extract_id, '; ' ORDER BY extract_id) AS extracts,
        string_agg(delivery_id, '; ' ORDER BY delivery_id) FILTER (has_come) AS deliveries,
        sum(rows_accepted) FILTER (has_come) AS rows_accepted
    FROM (
        SELECT DISTINCT
            source.programme_id, source.indicator_id, source.organisation_id, delivery.* EXCLUDE (organisation_id)
        FROM source
        JOIN changed_delivery AS delivery
            ON delivery.extract_id = source.extract_id
            AND delivery.organisation_id IN (source.of_organisation_id, 'public')
    )
    GROUP BY ALL
)
SELECT
    changed.*,
    before.release_id AS from_release_id,
    tonight.release_id AS to_release_id,
    before.created_at AS from_at,
    tonight.created_at AS to_at,
    CASE
        WHEN definition_version_from <> definition_version_to THEN 'definition'
        WHEN 'not_reportable' IN (value_status_from, value_status_to) THEN 'withheld'
        WHEN explained.extracts IS NOT NULL THEN 'delivery'
        WHEN EXISTS (
            FROM made_here
            WHERE (made_here.programme_id, made_here.indicator_id, made_here.organisation_id)
                = (changed.programme_id, changed.indicator_id, changed.organisation_id)
        ) THEN 'checks'
        WHEN (before.git_sha, before.tilannekuva_version, before.tool_versions)
            <> (tonight.git_sha, tonight.tilannekuva_version, tonight.tool_versions) THEN 'software'
        ELSE 'rule'
    END AS cause,
    explained.extracts,
    explained.deliveries,
    explained.rows_accepted::BIGINT AS rows_accepted,
    EXISTS (
        FROM lake_closing AS closing
        WHERE {same_key("closing", "changed")} AND closing.closed_at < tonight.created_at
    ) AS after_closing
FROM changed
CROSS JOIN previous.meta.release AS before
CROSS JOIN release.meta.release AS tonight
LEFT JOIN explained
    ON explained.programme_id = changed.programme_id
    AND explained.indicator_id = changed.indicator_id
    AND explained.organisation_id = changed.organisation_id
"""

# Going back to an earlier release changes what readers see, for reasons that are nobody's data.
_ROLLED_BACK = f"""
INSERT INTO restated BY NAME
WITH turn AS (
    SELECT
        turn.publication_no, turn.published_at AS to_at, turn.from_release_id, turn.release_id AS to_release_id,
        left_behind.release_no AS from_no, turn.release_no AS to_no, left_behind.released_at AS from_at
    FROM release.meta.publication AS turn
    JOIN ledger_release AS left_behind ON left_behind.release_id = turn.from_release_id
    WHERE turn.kind = 'rolled_back'
),
told AS (
    SELECT turn.publication_no, span.* FROM turn JOIN ledger_span AS span
        ON turn.from_no BETWEEN span.first_release_no AND coalesce(span.last_release_no, turn.from_no)
),
told_again AS (
    SELECT turn.publication_no, span.* FROM turn JOIN ledger_span AS span
        ON turn.to_no BETWEEN span.first_release_no AND coalesce(span.last_release_no, turn.to_no)
),
pair AS (
    SELECT
        publication_no,
        {", ".join(f"coalesce(told.{key}, told_again.{key}) AS {key}" for key in KEY)},
        told.value AS value_from,
        told_again.value AS value_to,
        told.value_status AS value_status_from,
        told_again.value_status AS value_status_to,
        told.definition_version AS definition_version_from,
        told_again.definition_version AS definition_version_to
    FROM told
    FULL JOIN told_again USING (publication_no, {_keys})
)
SELECT
    pair.* EXCLUDE (publication_no),
    turn.from_release_id,
    turn.to_release_id,
    turn.from_at,
    turn.to_at,
    'rollback' AS cause,
    EXISTS (
        FROM lake_closing AS closing WHERE {same_key("closing", "pair")} AND closing.closed_at < turn.to_at
    ) AS after_closing
FROM pair
JOIN turn USING (publication_no)
WHERE NOT {same_value("value_from", "value_to")}
"""

_is_hidden = "EXISTS (FROM hidden WHERE {})"

_SPAN = f"""
CREATE TABLE release.indicator.reported_span AS
SELECT
    {_keys},
    CASE WHEN NOT {_is_hidden.format(same_key("hidden", "ledger_span"))} THEN value END AS value,
    CASE WHEN {_is_hidden.format(same_key("hidden", "ledger_span"))} THEN 'suppressed' ELSE value_status END
        AS value_status,
    definition_version,
    first_release_no,
    last_release_no
FROM ledger_span
ORDER BY {_keys}, first_release_no
"""

_RESTATEMENT = f"""
CREATE TABLE release.indicator.restatement AS
WITH shown AS (
    SELECT *, NOT {_is_hidden.format(same_key("hidden", "restated"))} AS is_shown FROM restated
)
SELECT
    {_keys},
    from_release_id,
    to_release_id,
    from_at,
    to_at,
    CASE WHEN is_shown THEN value_from END AS value_from,
    CASE WHEN is_shown THEN value_to END AS value_to,
    CASE WHEN is_shown THEN value_to - value_from END AS difference,
    value_status_from,
    value_status_to,
    definition_version_from,
    definition_version_to,
    cause,
    extracts,
    deliveries,
    rows_accepted,
    after_closing
FROM shown
ORDER BY ALL
"""

_CLOSED_VALUE = f"""
CREATE TABLE release.indicator.closed_value AS
WITH beside AS (
    SELECT
        closed.*,
        tonight.value AS value_now,
        tonight.value_status AS value_status_now,
        {_is_hidden.format(same_key("hidden", "closed"))} AS is_hidden
    FROM lake_closing AS closed
    LEFT JOIN release.indicator.value AS tonight ON {same_key("tonight", "closed")}
)
SELECT
    {_keys},
    CASE WHEN NOT is_hidden THEN value END AS value,
    CASE WHEN is_hidden THEN 'suppressed' ELSE value_status END AS value_status,
    definition_version,
    release_id,
    closed_at,
    closed_by,
    note,
    value_now,
    value_status_now,
    CASE WHEN NOT is_hidden THEN NOT {same_value("value", "value_now")} END AS has_changed
FROM beside
ORDER BY ALL
"""
