-- Answers of the staff survey by round and division. The month of a round is that of its latest answer.
with answer as (
    select
        organisation_id,
        division_code,
        score,
        {{ month_of("max(answered_on) over (partition by organisation_id, round_code)") }} as month
    from {{ ref("stg_enps_vastaukset") }}
)

select
    answer.organisation_id,
    answer.month,
    {{ division_id() }} as division_id,
    cast(count(*) as double) as enps_respondents,
    cast(sum(case when answer.score >= 9 then 1 else 0 end) as double) as enps_promoters,
    cast(sum(case when answer.score <= 6 then 1 else 0 end) as double) as enps_detractors
from answer
{{ join_division("answer") }}
group by answer.organisation_id, answer.month, {{ division_id() }}
