{#- Joins the division of a row by the extracts' code; NULL codes and codes that nobody declared are `unmapped`. -#}
{% macro join_division(row) -%}
    left join {{ ref("int_division") }} as division
        on {{ row }}.organisation_id = division.organisation_id
        and upper(trim({{ row }}.division_code)) = division.code_key
{%- endmacro %}

{% macro division_id() -%}
    coalesce(division.division_id, 'unmapped')
{%- endmacro %}
