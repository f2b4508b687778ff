{#- The night's settings as SQL, each in one place. -#}
{% macro as_of() -%}
    cast('{{ var("as_of") or run_started_at.strftime("%Y-%m-%d") }}' as date)
{%- endmacro %}

{% macro small_number() -%}
    {{ var("small_number") | int }}
{%- endmacro %}

{#- The rules of process control: how many points on one side of the centre, and how many that rise or fall one after
    another, are a signal. -#}
{% macro spc_run_points() -%}
    {{ spc_preset()[0] }}
{%- endmacro %}

{% macro spc_trend_points() -%}
    {{ spc_preset()[1] }}
{%- endmacro %}

{%- macro spc_preset() -%}
    {%- set presets = {"7/7": [7, 7], "8/6": [8, 6]} -%}
    {%- if var("spc_rules") not in presets -%}
        {{ exceptions.raise_compiler_error(
            "dbt_project.yml: var spc_rules is " ~ var("spc_rules") ~ "; it must be one of " ~ presets | join(", ")
        ) }}
    {%- endif -%}
    {{ return(presets[var("spc_rules")]) }}
{%- endmacro %}
