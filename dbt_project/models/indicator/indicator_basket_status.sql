{{ config(alias="basket_status") }}

-- The order of the baskets of measures. At each half-year check the saving accumulated since the programme's start is
-- held against its path. The first basket is always in use. The second is to be considered while the share of the path
-- is under the first threshold; the third where it was under the second threshold at this check and the one before. A
-- check that is good again takes a basket back. The document gives the order; the thresholds are settings.
with checks as (
    select
        point.programme_id,
        point.organisation_id,
        point.month as check_month,
        point.path_eur_million,
        point.realised_eur_million,
        point.value_status
    from {{ ref("int_saving_path") }} as point
    where
        month(point.month) in (6, 12)
        and point.path_eur_million > 0
),

shared as (
    select
        checks.*,
        {{ rounded("100 * " ~ ratio("realised_eur_million", "path_eur_million")) }} as path_percent
    from checks
),

followed as (
    select
        shared.*,
        lag(path_percent) over (
            partition by programme_id, organisation_id
            order by check_month
        ) as path_percent_before,
        row_number() over (
            partition by programme_id, organisation_id
            order by check_month
        ) as check_no
    from shared
),

ordered as (
    select
        basket.programme_id,
        basket.basket_id,
        basket.name_fi,
        basket.name_sv,
        basket.name_en,
        row_number() over (partition by basket.programme_id order by basket.basket_id) as basket_no
    from {{ ref("basket") }} as basket
)

select
    followed.programme_id,
    followed.organisation_id,
    followed.check_month,
    ordered.basket_id,
    ordered.name_fi,
    ordered.name_sv,
    ordered.name_en,
    case
        when ordered.basket_no = 1 then 'in_use'
        when followed.path_percent is null then 'no_data'
        when ordered.basket_no = 2 and followed.path_percent < {{ var("basket_b_percent") }} then 'to_be_considered'
        when ordered.basket_no = 2 then 'not_needed'
        when
            followed.path_percent < {{ var("basket_c_percent") }}
            and followed.path_percent_before < {{ var("basket_c_percent") }}
            then 'to_be_considered'
        -- Two checks in a row cannot be judged by one.
        when
            followed.path_percent < {{ var("basket_c_percent") }}
            and followed.path_percent_before is null
            and followed.check_no > 1
            then 'no_data'
        else 'not_needed'
    end as state,
    followed.realised_eur_million,
    followed.path_eur_million,
    followed.path_percent,
    followed.path_percent_before,
    cast(
        case ordered.basket_no when 2 then {{ var("basket_b_percent") }} when 3 then {{ var("basket_c_percent") }} end
        as double
    ) as threshold_percent,
    case
        when ordered.basket_no = 1 then 'primary'
        when followed.path_percent is null then 'no_register'
        when ordered.basket_no = 2 and followed.path_percent < {{ var("basket_b_percent") }} then 'saving_below_path'
        when ordered.basket_no = 2 then 'saving_on_path'
        when
            followed.path_percent < {{ var("basket_c_percent") }}
            and followed.path_percent_before < {{ var("basket_c_percent") }}
            then 'saving_below_path_twice'
        when followed.path_percent < {{ var("basket_c_percent") }} then 'saving_below_path_once'
        else 'saving_on_path'
    end as reason,
    followed.value_status
from followed
inner join ordered
    on followed.programme_id = ordered.programme_id
