-- Person-days of own illness by division and month. Overlapping spells never count a day twice: each day of a person
-- belongs to the spell with the largest percentage, then to the one changed last.
with day_away as (
    select
        organisation_id,
        person_hash,
        division_code,
        away_percent,
        changed_at,
        start_date,
        -- A spell that goes on ends at the as-of date, that day included; nothing later has happened yet.
        {{ each_date("start_date", "least(coalesce(end_date, " ~ as_of() ~ "), " ~ as_of() ~ ")", "day") }} as day
    from {{ ref("stg_sairauspoissaolot") }}
    where
        cause = 'oma'
        and start_date <= least(coalesce(end_date, {{ as_of() }}), {{ as_of() }})
),

ranked as (
    select
        organisation_id,
        person_hash,
        division_code,
        away_percent,
        day,
        row_number() over (
            partition by organisation_id, person_hash, day
            -- The start and the code only make a tie give the same answer every night.
            order by away_percent desc, changed_at desc, start_date desc, division_code asc
        ) as place
    from day_away
)

select
    ranked.organisation_id,
    {{ division_id() }} as division_id,
    {{ month_of("ranked.day") }} as month,
    cast(sum(ranked.away_percent) as double) / 100 as sick_leave_days,
    count(distinct ranked.person_hash) as persons_away
from ranked
{{ join_division("ranked") }}
where ranked.place = 1
group by ranked.organisation_id, {{ division_id() }}, {{ month_of("ranked.day") }}
