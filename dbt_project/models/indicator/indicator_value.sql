{{ config(alias="value") }}

-- Every indicator of every programme, by division and month: the published grid. A point without a value says why.
with followed as (
    select
        indicator.*,
        programme.organisation_id,
        -- Before its first baseline a programme has nothing to follow; without any it begins at its start.
        coalesce(
            min(indicator.baseline_month) over (partition by indicator.programme_id),
            {{ month_of("programme.period_start") }}
        ) as followed_from
    from {{ ref("int_indicator") }} as indicator
    inner join {{ ref("programme") }} as programme
        on indicator.programme_id = programme.programme_id
),

own as (
    select
        point.programme_id,
        point.indicator_id,
        point.organisation_id,
        point.division_id,
        point.month,
        point.value,
        point.numerator,
        point.denominator,
        point.n_persons,
        point.value_status,
        point.provisional_reason,
        point.waits_for
    from {{ ref("int_indicator_window") }} as point
    inner join followed
        on point.programme_id = followed.programme_id
        and point.indicator_id = followed.indicator_id
        and point.organisation_id = followed.organisation_id
        and point.window_months = followed.window_months
),

-- rank: the place among all organisations that have a value of the ranked indicator that month. Fewer than three make
-- no ranking.
ranked as (
    select
        ranking.programme_id,
        ranking.indicator_id,
        point.organisation_id,
        point.month,
        rank() over (
            partition by ranking.programme_id, ranking.indicator_id, point.month
            order by case when ranked.better = 'up' then -point.value else point.value end
        ) as place,
        count(*) over (partition by ranking.programme_id, ranking.indicator_id, point.month) as organisations,
        max(point.provisional_reason) over (
            partition by ranking.programme_id, ranking.indicator_id, point.month
        ) as provisional_reason
    from {{ ref("int_indicator") }} as ranking
    inner join {{ ref("int_indicator") }} as ranked
        on ranking.programme_id = ranked.programme_id
        and ranking.ranked_indicator_id = ranked.indicator_id
    inner join {{ ref("int_indicator_window") }} as point
        on ranked.programme_id = point.programme_id
        and ranked.indicator_id = point.indicator_id
        and ranked.window_months = point.window_months
        and point.division_id = 'all'
        and point.value is not null
),

rank_point as (
    select
        followed.programme_id,
        followed.indicator_id,
        followed.organisation_id,
        own.division_id,
        own.month,
        case
            when own.division_id <> 'all' then 'not_applicable'
            when own.value is null then own.value_status
            when ranked.organisations < 3 then 'no_data'
            when ranked.provisional_reason is not null then 'provisional'
            else 'ok'
        end as value_status,
        cast(ranked.place as double) as place,
        cast(ranked.organisations as double) as organisations,
        ranked.provisional_reason,
        own.waits_for
    from followed
    inner join own
        on followed.programme_id = own.programme_id
        and followed.organisation_id = own.organisation_id
        and followed.ranked_indicator_id = own.indicator_id
    left join ranked
        on followed.programme_id = ranked.programme_id
        and followed.indicator_id = ranked.indicator_id
        and followed.organisation_id = ranked.organisation_id
        and own.month = ranked.month
),

point as (
    select * from own

    union all

    select
        programme_id,
        indicator_id,
        organisation_id,
        division_id,
        month,
        case when value_status in ('ok', 'provisional') then place end as value,
        case when value_status in ('ok', 'provisional') then place end as numerator,
        case when value_status in ('ok', 'provisional') then organisations end as denominator,
        cast(null as bigint) as n_persons,
        value_status,
        case when value_status = 'provisional' then provisional_reason end as provisional_reason,
        waits_for
    from rank_point
)

select
    point.programme_id,
    point.indicator_id,
    point.organisation_id,
    point.division_id,
    point.month,
    point.value,
    point.numerator,
    point.denominator,
    point.n_persons,
    point.value_status,
    followed.definition_version,
    point.provisional_reason,
    -- The path is the whole organisation's; a division has no target of its own here.
    case when point.division_id = 'all' then path.expected_value end as expected_value,
    point.waits_for
from point
inner join followed
    on point.programme_id = followed.programme_id
    and point.indicator_id = followed.indicator_id
left join {{ ref("int_indicator_target") }} as path
    on point.programme_id = path.programme_id
    and point.indicator_id = path.indicator_id
    and point.organisation_id = path.organisation_id
    and point.month = path.month
where point.month >= followed.followed_from
