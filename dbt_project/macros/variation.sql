{#- Whether a definition has a series of months to judge the variation of. A rank moves with the others; a stock over a
    window (how many in the last twelve months) is a rolling sum by itself, whose neighbours are not independent. -#}
{% macro is_charted(indicator) -%}
    ({{ indicator }}.family <> 'rank'
    and ({{ indicator }}.family <> 'level' or {{ indicator }}.window_months = 1))
{%- endmacro %}

{#- How far a limit is from the centre, in mean moving ranges, and how large a moving range is in them before it is no
    part of the common variation (Wheeler; NHS England, Making Data Count). -#}
{% macro spc_limit_factor() -%} 2.66 {%- endmacro %}

{% macro spc_range_factor() -%} 3.267 {%- endmacro %}

{#- Fewest points of a phase whose limits are more than a trial. -#}
{% macro spc_points_needed() -%} 12 {%- endmacro %}
