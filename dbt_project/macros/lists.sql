{#- In a select list: one row for each element. A row whose list is empty or NULL disappears. -#}
{% macro each_element(expression) -%}
    {{ adapter.dispatch("each_element", "tilannekuva")(expression) }}
{%- endmacro %}

{% macro default__each_element(expression) -%}
    unnest({{ expression }})
{%- endmacro %}

{% macro spark__each_element(expression) -%}
    explode({{ expression }})
{%- endmacro %}

{#- A list as text for people, elements parted by `; `. -#}
{% macro list_as_text(expression) -%}
    {{ adapter.dispatch("list_as_text", "tilannekuva")(expression) }}
{%- endmacro %}

{% macro default__list_as_text(expression) -%}
    nullif(array_to_string({{ expression }}, '; '), '')
{%- endmacro %}

{% macro spark__list_as_text(expression) -%}
    nullif(array_join({{ expression }}, '; '), '')
{%- endmacro %}

{% macro list_length(expression) -%}
    coalesce({{ adapter.dispatch("list_size", "tilannekuva")(expression) }}, 0)
{%- endmacro %}

{% macro default__list_size(expression) -%}
    len({{ expression }})
{%- endmacro %}

{% macro spark__list_size(expression) -%}
    size({{ expression }})
{%- endmacro %}

{#- Aggregate: the texts of a group in alphabetical order, parted by commas. -#}
{% macro texts_together(expression) -%}
    {{ adapter.dispatch("texts_together", "tilannekuva")(expression) }}
{%- endmacro %}

{% macro default__texts_together(expression) -%}
    string_agg({{ expression }}, ', ' order by {{ expression }})
{%- endmacro %}

{% macro spark__texts_together(expression) -%}
    array_join(sort_array(collect_list({{ expression }})), ', ')
{%- endmacro %}
