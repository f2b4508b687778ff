{#- Month arithmetic. A month is a date on its first day. -#}
{% macro month_of(expression) -%}
    cast(date_trunc('month', {{ expression }}) as date)
{%- endmacro %}

{% macro add_months(expression, months) -%}
    {{ adapter.dispatch("add_months", "tilannekuva")(expression, months) }}
{%- endmacro %}

{% macro default__add_months(expression, months) -%}
    cast({{ expression }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{% macro spark__add_months(expression, months) -%}
    add_months({{ expression }}, {{ months }})
{%- endmacro %}

{#- Whole months from one first of month to another. -#}
{% macro months_between(earlier, later) -%}
    ((year({{ later }}) - year({{ earlier }})) * 12 + month({{ later }}) - month({{ earlier }}))
{%- endmacro %}

{#- The month that a period means, alone (`2024-03`) or with a figure (`2024-03|no_shows`); NULL for any other. -#}
{% macro month_of_period(period) -%}
    try_cast(
        case when length({{ period }}) = 7 or substr({{ period }}, 8, 1) = '|' then substr({{ period }}, 1, 7) || '-01' end
        as date
    )
{%- endmacro %}

{#- What a period of an extract covers: the extract, or of a month and a figure that figure only. -#}
{% macro coverage_of(extract_id, period) -%}
    case
        when substr({{ period }}, 8, 1) = '|' then {{ extract_id }} || ' ' || substr({{ period }}, 9)
        else {{ extract_id }}
    end
{%- endmacro %}

{#- In a select list: one row for each day or month from start to end, both included. -#}
{% macro each_date(start, end, unit) -%}
    {{ adapter.dispatch("each_date", "tilannekuva")(start, end, unit) }}
{%- endmacro %}

{% macro default__each_date(start, end, unit) -%}
    cast(unnest(generate_series({{ start }}, {{ end }}, interval 1 {{ unit }})) as date)
{%- endmacro %}

{% macro spark__each_date(start, end, unit) -%}
    explode(sequence({{ start }}, {{ end }}, interval 1 {{ unit }}))
{%- endmacro %}
