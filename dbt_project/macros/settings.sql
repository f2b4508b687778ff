{#- The night's settings as SQL, each in one place. -#}
{% macro as_of() -%}
    cast('{{ var("as_of") or run_started_at.strftime("%Y-%m-%d") }}' as date)
{%- endmacro %}

{% macro small_number() -%}
    {{ var("small_number") | int }}
{%- endmacro %}

{#- The rules of process control: how many points in a row on one side of the centre, and how many that rise or fall one
    after another, are a signal. -#}
{% macro spc_run_points() -%}
    {{ spc_preset({"7/7": 7, "8/6": 8}) }}
{%- endmacro %}

{% macro spc_trend_points() -%}
    {{ spc_preset({"7/7": 7, "8/6": 6}) }}
{%- endmacro %}

{% macro spc_preset(presets) -%}
    {%- if var("spc_rules") not in presets -%}
        {{ exceptions.raise_compiler_error(
            "dbt_project.yml: the var spc_rules is " ~ var("spc_rules") ~ "; set it to one of " ~ presets | join(", ")
        ) }}
    {%- endif -%}
    {{ presets.get(var("spc_rules"), 0) }}
{%- endmacro %}
