{{ config(alias="contribution") }}

{% set key = "programme_id, indicator_id, organisation_id, against" %}
{% set split = key ~ ", dimension" %}

-- What moved each indicator: its change against a year before, the baseline and the plan, and the parts of it. The
-- parts of a split add up to its whole; what cannot be laid to any part is the part `remainder`.
with dimension as (
    {% for name, condition in [
        ("division", "true"), ("account_group", "is_cost"), ("service_class", "is_cost")
    ] %}
    select
        {{ key }},
        '{{ name }}' as dimension
    from {{ ref("int_comparison") }}
    where {{ condition }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

part_state as (
    select
        {{ split }},
        max(case when is_split_withheld then 1 else 0 end) as is_withheld
    from {{ ref("int_comparison_part") }}
    group by {{ split }}
),

whole as (
    select
        comparison.*,
        dimension.dimension,
        comparison.value_now - comparison.value_before as change,
        case
            when comparison.problem is not null then comparison.problem
            when comparison.method = 'none' then 'not_additive'
            when comparison.parts_from is null then 'whole_only'
            when part_state.is_withheld is null then 'no_parts'
            when part_state.is_withheld = 1 then 'withheld'
            else 'ok'
        end as status
    from {{ ref("int_comparison") }} as comparison
    inner join dimension
        on comparison.programme_id = dimension.programme_id
        and comparison.indicator_id = dimension.indicator_id
        and comparison.organisation_id = dimension.organisation_id
        and comparison.against = dimension.against
    left join part_state
        on comparison.programme_id = part_state.programme_id
        and comparison.indicator_id = part_state.indicator_id
        and comparison.organisation_id = part_state.organisation_id
        and comparison.against = part_state.against
        and dimension.dimension = part_state.dimension
),

part as (
    select
        whole.programme_id,
        whole.indicator_id,
        whole.organisation_id,
        whole.against,
        whole.dimension,
        whole.method,
        whole.factor,
        whole.part_sign,
        whole.divisor_now,
        whole.divisor_before,
        whole.value_now,
        whole.value_before,
        part.part_id,
        part.numerator_before,
        part.numerator_now,
        part.denominator_before,
        part.denominator_now,
        part.is_hidden
    from whole
    inner join {{ ref("int_comparison_part") }} as part
        on whole.programme_id = part.programme_id
        and whole.indicator_id = part.indicator_id
        and whole.organisation_id = part.organisation_id
        and whole.against = part.against
        and whole.dimension = part.dimension
    where whole.status = 'ok'
),

weighed as (
    select
        part.*,
        {{ ratio("factor * numerator_before", "divisor_before") }} as level_before,
        {{ ratio("factor * numerator_now", "divisor_now") }} as level_now,
        {{ part_effect() }} as ratio_effect,
        {{ rate_effect() }} as rate_effect
    from part
),

effected as (
    select
        weighed.*,
        case
            when method = 'mix_rate' then ratio_effect
            when part_sign < 0 then level_before - level_now
            else level_now - level_before
        end as effect
    from weighed
),

-- A ratio has two rows a part: what its own rate did, and what its share of the whole did.
contributed as (
    select
        {{ split }},
        part_id,
        'part' as part_kind,
        level_before as value_before,
        level_now as value_now,
        effect as contribution
    from effected
    where
        method = 'additive'
        and not is_hidden

    union all

    select
        {{ split }},
        part_id,
        'rate' as part_kind,
        {{ ratio("factor * numerator_before", "denominator_before") }} as value_before,
        {{ ratio("factor * numerator_now", "denominator_now") }} as value_now,
        rate_effect as contribution
    from effected
    where
        method = 'mix_rate'
        and not is_hidden

    union all

    select
        {{ split }},
        part_id,
        'mix' as part_kind,
        {{ ratio("100 * denominator_before", "divisor_before") }} as value_before,
        {{ ratio("100 * denominator_now", "divisor_now") }} as value_now,
        effect - rate_effect as contribution
    from effected
    where
        method = 'mix_rate'
        and not is_hidden

    union all

    select
        {{ split }},
        'hidden' as part_id,
        'hidden' as part_kind,
        cast(null as double) as value_before,
        cast(null as double) as value_now,
        sum(effect) as contribution
    from effected
    where is_hidden
    group by {{ split }}
),

attributed as (
    select
        {{ split }},
        sum(contribution) as contribution
    from contributed
    group by {{ split }}
),

laid as (
    select * from contributed

    union all

    -- Whole figures that their divisions do not add up to, or a stated baseline that is not its reference.
    select
        whole.programme_id,
        whole.indicator_id,
        whole.organisation_id,
        whole.against,
        whole.dimension,
        'remainder' as part_id,
        'remainder' as part_kind,
        cast(null as double) as value_before,
        cast(null as double) as value_now,
        whole.change - attributed.contribution as contribution
    from whole
    inner join attributed
        on whole.programme_id = attributed.programme_id
        and whole.indicator_id = attributed.indicator_id
        and whole.organisation_id = attributed.organisation_id
        and whole.against = attributed.against
        and whole.dimension = attributed.dimension
    where abs(whole.change - attributed.contribution) > 1e-9 * greatest(1.0, abs(whole.value_now) / 10000)
),

placed as (
    select
        laid.*,
        row_number() over (
            partition by {{ split }}
            order by abs({{ rounded("contribution") }}) desc, part_id asc, part_kind asc
        ) as place
    from laid
),

row_of_split as (
    select
        {{ split }},
        part_id,
        part_kind,
        value_before,
        value_now,
        contribution,
        place
    from placed

    union all

    select
        {{ split }},
        'all' as part_id,
        'whole' as part_kind,
        value_before,
        value_now,
        change as contribution,
        cast(null as bigint) as place
    from whole
)

select
    row_of_split.programme_id,
    row_of_split.indicator_id,
    row_of_split.organisation_id,
    whole.month,
    row_of_split.against,
    whole.basis,
    whole.against_month,
    row_of_split.dimension,
    row_of_split.part_id,
    row_of_split.part_kind,
    case when row_of_split.part_kind = 'mix' then 'percent' else catalogue.unit end as value_unit,
    row_of_split.value_before,
    row_of_split.value_now,
    row_of_split.contribution,
    -- Signed so that positive is good; in a band neither way is.
    case catalogue.better
        when 'up' then row_of_split.contribution
        when 'down' then 0 - row_of_split.contribution
    end as gain,
    {{ ratio("row_of_split.contribution", "whole.change") }} as share_of_change,
    row_of_split.place,
    whole.status,
    whole.value_status,
    whole.provisional_reason
from row_of_split
inner join whole
    on row_of_split.programme_id = whole.programme_id
    and row_of_split.indicator_id = whole.indicator_id
    and row_of_split.organisation_id = whole.organisation_id
    and row_of_split.against = whole.against
    and row_of_split.dimension = whole.dimension
inner join {{ ref("int_indicator") }} as catalogue
    on row_of_split.programme_id = catalogue.programme_id
    and row_of_split.indicator_id = catalogue.indicator_id
