{#- low, medium or high by three limits; the first is the least that is a warning at all. -#}
{% macro severity_by(expression, limits) -%}
    case
        when {{ expression }} >= {{ limits[2] }} then 'high'
        when {{ expression }} >= {{ limits[1] }} then 'medium'
        else 'low'
    end
{%- endmacro %}
