select
    fact.programme_id,
    fact.fact_id,
    cast(fact.value as double) as value,
    fact.unit,
    fact.period,
    fact.certainty,
    document.title as document,
    fact.note
from {{ ref("programme_fact") }} as fact
inner join {{ ref("document") }} as document
    on fact.document_id = document.document_id
