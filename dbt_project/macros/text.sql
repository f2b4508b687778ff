{#- Does the whole text have the form of a pattern? -#}
{% macro matches_whole(expression, pattern) -%}
    {{ adapter.dispatch("matches_whole", "tilannekuva")(expression, pattern) }}
{%- endmacro %}

{% macro default__matches_whole(expression, pattern) -%}
    regexp_full_match({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__matches_whole(expression, pattern) -%}
    ({{ expression }} rlike '^(?:{{ pattern }})$')
{%- endmacro %}

{#-
    A role and nothing else. The register's contract asks for a role, never a person; what a supplier writes there all the
    same in the form of a name (a later word with a capital, such as `johtaja Maija Malli`, or an address) is not passed on.
    Abbreviations in capitals (`HR`) are words of a role.
-#}
{% macro role_only(expression) -%}
    case
        when {{ matches_whole(expression, "[^ @]+( ([a-zåäöéš&(–-][^ @]*|[A-ZÅÄÖ]{2,}[^ @]*))*") }} then {{ expression }}
    end
{%- endmacro %}
