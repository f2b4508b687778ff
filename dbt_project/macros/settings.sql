{#- The night's settings as SQL, each in one place. -#}
{% macro as_of() -%}
    cast('{{ var("as_of") or run_started_at.strftime("%Y-%m-%d") }}' as date)
{%- endmacro %}

{% macro small_number() -%}
    {{ var("small_number") | int }}
{%- endmacro %}
