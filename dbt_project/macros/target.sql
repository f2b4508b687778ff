{#- A number of the target in the indicator's unit, by the target's kind: as it stands, or from the baseline. -#}
{% macro target_number(column) -%}
    case target_kind
        when 'level' then cast({{ column }} as double)
        when 'trajectory' then cast({{ column }} as double)
        when 'change_pct' then found_value * (1 + cast({{ column }} as double) / 100)
        when 'change_abs' then found_value + {{ column }}
    end
{%- endmacro %}

{#- The straight way of a row of `targeted` from its baseline to one of its target numbers, at the row's month. -#}
{% macro path_to(column) -%}
    {{ on_path(
        "targeted.month", "targeted.found_month", "targeted.found_value", "targeted.path_end", "targeted." ~ column
    ) }}
{%- endmacro %}
