{#- Delivery order: time of landing, ties by file name. -#}
{% macro delivered_after(later, earlier) -%}
    ({{ later }}.received_at > {{ earlier }}.received_at
        or ({{ later }}.received_at = {{ earlier }}.received_at and {{ later }}.file_name > {{ earlier }}.file_name))
{%- endmacro %}
