{{ config(severity="warn") }}

-- The programme's operating costs of the 2023 budget (937 million euros) against the State Treasury's figure for the
-- same county and year, within half a million. No figure of the Treasury, no finding.
select
    fact.programme_id,
    fact.value as stated_eur_million,
    treasury.value as treasury_eur_million
from {{ ref("programme_fact") }} as fact
inner join {{ ref("programme") }} as programme
    on fact.programme_id = programme.programme_id
inner join {{ ref("fct_public_figure") }} as treasury
    on programme.organisation_id = treasury.organisation_id
    and treasury.source = 'htas'
    and treasury.figure_id = 'operating_costs'
    and substr(fact.period, 1, 4) = cast(treasury.year as varchar)
where
    fact.fact_id = 'operating_costs'
    and abs(fact.value - treasury.value) > 0.5
