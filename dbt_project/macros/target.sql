{#- A number of the target in the indicator's unit, by the target's kind: as it stands, or from the baseline. -#}
{% macro target_number(column) -%}
    case target_kind
        when 'level' then cast({{ column }} as double)
        when 'change_pct' then found_value * (1 + cast({{ column }} as double) / 100)
        when 'change_abs' then found_value + {{ column }}
        when 'band' then found_value + {{ column }}
    end
{%- endmacro %}

{#- The straight path of a row of int_indicator_target to one of its target numbers, at a month. -#}
{% macro path_at(month, target, column) -%}
    {{ on_path(
        month, target ~ ".baseline_month", target ~ ".baseline_value", target ~ ".target_month", target ~ "." ~ column
    ) }}
{%- endmacro %}
