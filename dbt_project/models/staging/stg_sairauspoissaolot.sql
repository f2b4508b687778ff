with standing as (
    {{ current_rows("sairauspoissaolot", key=["henkilo", "alkupvm", "syy"], change_time="muutosaika") }}
)

select
    organisation_id,
    henkilo as person_hash,
    toimiala as division_code,
    alkupvm as start_date,
    loppupvm as end_date,
    syy as cause,
    osa_aika_prosentti as away_percent,
    muutosaika as changed_at
from standing
