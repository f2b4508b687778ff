{#- Every division goes through here: DuckDB makes 1/0 infinite and 0/0 NaN, and neither may reach a reader. -#}
{% macro ratio(numerator, denominator) -%}
    (cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0))
{%- endmacro %}

{#- The value on the straight line from one point to another at a month; before the first the first value, after the
    last the last. -#}
{% macro on_path(month, from_month, from_value, to_month, to_value) -%}
    ({{ from_value }} + ({{ to_value }} - ({{ from_value }})) * least(1.0, greatest(0.0, coalesce(
        {{ ratio(months_between(from_month, month), months_between(from_month, to_month)) }},
        case when {{ month }} < {{ from_month }} then 0.0 else 1.0 end
    ))))
{%- endmacro %}

{#- Comparisons of figures are made to nine decimals, so that the last bit of a sum decides no status. -#}
{% macro rounded(expression) -%}
    round({{ expression }}, 9)
{%- endmacro %}

{% macro is_finite(expression) -%}
    {{ adapter.dispatch("is_finite", "tilannekuva")(expression) }}
{%- endmacro %}

{% macro default__is_finite(expression) -%}
    isfinite({{ expression }})
{%- endmacro %}

{% macro spark__is_finite(expression) -%}
    (not isnan({{ expression }}) and abs({{ expression }}) < double('Infinity'))
{%- endmacro %}
