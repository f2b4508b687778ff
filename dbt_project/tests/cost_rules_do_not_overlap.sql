-- Two ranges of one measure that share an account and a service class would count its euros twice.
with rule as (
    select
        measure_id,
        account_from,
        account_to,
        coalesce(service_class_from, '') as class_from,
        coalesce(service_class_to, '9999') as class_to
    from {{ ref("cost_rule") }}
)

select
    one.measure_id,
    one.account_from,
    one.class_from,
    other.account_from as other_account_from,
    other.class_from as other_class_from
from rule as one
inner join rule as other
    on one.measure_id = other.measure_id
    and one.account_from <= other.account_to
    and one.account_to >= other.account_from
    and one.class_from <= other.class_to
    and one.class_to >= other.class_from
where (one.account_from, one.class_from) < (other.account_from, other.class_from)
