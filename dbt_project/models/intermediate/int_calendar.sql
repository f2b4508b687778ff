-- The months that anything is computed for: from the first baseline or start of a programme, or the first delivered
-- month where that is earlier, through the month of the as-of date.
with first_month as (
    select min(month) as month
    from (
        select min(baseline_month) as month from {{ ref("int_indicator") }}
        union all
        select min({{ month_of("period_start") }}) as month from {{ ref("programme") }}
        union all
        select min({{ month_of_period("period") }}) as month from {{ ref("int_delivery_current") }}
    ) as candidate
)

select {{ each_date("month", month_of(as_of()), "month") }} as month
from first_month
