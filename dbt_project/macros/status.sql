{#-
    The status of a value against its baseline, target and path: one rule for the newest month (indicator.status) and for
    every month before it. Each macro is the body of a CTE over rows that have better, value, target_kind, target_value,
    target_low, target_high, expected_value, low_now, high_now, baseline_rule, baseline_value, good_sign (-1 where less is
    better) and is_withheld.
-#}

{#- Signed so that positive is good. In a band: the margin to the nearer edge, or minus the distance outside. -#}
{% macro measured_against_path(placed) -%}
    {%- set middle = "coalesce((target_low + target_high) / 2, target_low, target_high)" -%}
    select
        {{ placed }}.*,
        {{ rounded("good_sign * (value - target_value)") }} as gap_to_target,
        case
            when better = 'within' then {{ rounded("least(value - low_now, high_now - value)") }}
            else {{ rounded("good_sign * (value - expected_value)") }}
        end as gap_to_expected,
        {{ rounded("good_sign * (value - baseline_value)") }} as gain,
        -- At risk reaches a tenth of the way from the baseline to the target, or to the middle of the band; where the
        -- band lies around the baseline there is no way, and it is a tenth of the middle itself.
        case
            when better = 'within' then {{ rounded(
                "0.1 * coalesce(nullif(abs(" ~ middle ~ " - baseline_value), 0), abs(" ~ middle ~ "))"
            ) }}
            else {{ rounded("0.1 * abs(target_value - baseline_value)") }}
        end as tolerance
    from {{ placed }}
{%- endmacro %}

{% macro judged_against_path(measured) -%}
    select
        {{ measured }}.*,
        case
            when value is null and is_withheld = 1 then 'not_reportable'
            when value is null then 'no_data'
            when target_kind = 'none' then 'no_target'
            -- A target that stands by itself can be reached without a known baseline; the way to it cannot be judged.
            when better <> 'within' and target_kind in ('level', 'trajectory') and gap_to_target >= 0 then 'achieved'
            when baseline_rule = 'none' then 'off_track'
            when baseline_value is null then 'no_data'
            when target_kind = 'direction' then case when gain > 0 then 'on_track' else 'off_track' end
            when better <> 'within' and gap_to_target >= 0 then 'achieved'
            when gap_to_expected >= 0 then 'on_track'
            when -gap_to_expected <= tolerance then 'at_risk'
            else 'off_track'
        end as status
    from {{ measured }}
{%- endmacro %}
