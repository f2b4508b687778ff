{#-
    Reading the lake, the one place that knows its layout.
    `lake` gives the relation of every accepted row of an extract, `lake_log` that of the pipeline's own files.
-#}
{% macro lake_root() -%}
    {{ var("lake") or env_var("TILANNEKUVA_HOME", "data") ~ "/lake" }}
{%- endmacro %}

{% macro lake(extract_id) -%}
    {{ adapter.dispatch("read_parquet", "tilannekuva")(lake_root() ~ "/" ~ extract_id ~ "/organisation=*/*.parquet") }}
{%- endmacro %}

{% macro lake_log(name) -%}
    {{ adapter.dispatch("read_parquet", "tilannekuva")(lake_root() ~ "/" ~ name ~ "/*.parquet") }}
{%- endmacro %}

{#- By name, because a later contract version may add a column. The partition is inside the file as well. -#}
{% macro default__read_parquet(glob) -%}
    read_parquet('{{ glob | replace("'", "''") }}', union_by_name = true, hive_partitioning = false)
{%- endmacro %}

{% macro spark__read_parquet(glob) -%}
    parquet.`{{ glob }}`
{%- endmacro %}

{#-
    The rows of an extract that stand tonight. A delivery stands for a period, or whole where the extract has no
    periods; the key of a delivery is its organisation, extract and content together, because two organisations may
    deliver the same bytes.
    With `key` (mode upsert) the newest row of each key wins: by its own `change_time` where it has one, then by
    delivery order.
-#}
{% macro current_rows(extract_id, key=none, change_time=none) -%}
    {%- set joined -%}
    select
        lake.*
        {%- if key %},
        row_number() over (
            partition by lake.organisation_id, {{ key | join(", ") }}
            order by
                {% if change_time %}lake.{{ change_time }} desc nulls last, {% endif -%}
                delivery.received_at desc, delivery.file_name desc, lake.row_number desc
        ) as newness
        {%- endif %}
    from {{ lake(extract_id) }} as lake
    inner join {{ ref("int_delivery_current") }} as delivery
        on lake.organisation_id = delivery.organisation_id
        and lake.delivery_id = delivery.delivery_id
        and coalesce(lake.period, '') = coalesce(delivery.period, '')
        and delivery.extract_id = '{{ extract_id }}'
    {%- endset -%}
    {%- if key -%}
    select * from ({{ joined }}) as ranked where newness = 1
    {%- else -%}
    {{ joined }}
    {%- endif -%}
{%- endmacro %}
