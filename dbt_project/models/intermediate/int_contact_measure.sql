-- The contact measures, still by service class: sums go to the measures, classes to the family `class_share`.
with by_class as (
    {% for contact_class in ["client", "remote", "digital", "home_mobile", "channel_unknown"] %}
    select
        organisation_id,
        month,
        division_id,
        service_class_code,
        '{{ contact_class }}' as contact_class,
        {{ contact_class }} as contacts
    from {{ ref("int_contact_monthly") }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    by_class.organisation_id,
    by_class.division_id,
    by_class.month,
    rule.measure_id,
    by_class.service_class_code,
    cast(sum(by_class.contacts) as double) as value
from by_class
inner join {{ ref("contact_rule") }} as rule
    on by_class.contact_class = rule.contact_class
    and (
        rule.service_class_from is null
        or by_class.service_class_code between rule.service_class_from and rule.service_class_to
    )
group by
    by_class.organisation_id, by_class.division_id, by_class.month, rule.measure_id, by_class.service_class_code
