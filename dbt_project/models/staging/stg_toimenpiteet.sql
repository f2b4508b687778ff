with standing as (
    {{ current_rows("toimenpiteet") }}
)

-- Of a measure in the programme's sense; here it is called an action, because a measure is a monthly figure.
-- Realised saving and investment are stands: from the action's start to the end of the month.
select
    organisation_id,
    raportointikuukausi as month,
    trim(tunnus) as action_code,
    trim(nimi) as name,
    trim(tavoite) as goal_code,
    trim(teema) as theme_code,
    toimiala as division_code,
    trim(vastuurooli) as owner_role,
    alku as starts_on,
    loppu as ends_on,
    tila as state,
    valmius_prosentti as completion_percent,
    saasto_tavoite_eur as saving_planned_eur,
    saasto_toteuma_eur as saving_realised_eur,
    panostus_eur as investment_eur
from standing
