{#- A number of the target in the indicator's unit, by the target's kind: as it stands, or from the baseline. -#}
{% macro target_number(column) -%}
    case target_kind
        when 'level' then cast({{ column }} as double)
        when 'change_pct' then found_value * (1 + cast({{ column }} as double) / 100)
        when 'change_abs' then found_value + {{ column }}
        when 'band' then found_value + {{ column }}
    end
{%- endmacro %}
