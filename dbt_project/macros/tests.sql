{#- Data tests over several columns at once: one query a table instead of one a column. -#}

{% test unique_together(model, columns) %}
select {{ columns | join(", ") }}
from {{ model }}
group by {{ columns | join(", ") }}
having count(*) > 1
{% endtest %}

{% test filled(model, columns) %}
select {{ columns | join(", ") }}
from {{ model }}
where
    {% for column in columns %}
    {{ column }} is null{% if not loop.last %} or{% endif %}
    {% endfor %}
{% endtest %}

{% test finite(model, columns) %}
select {{ columns | join(", ") }}
from {{ model }}
where
    {% for column in columns %}
    not coalesce({{ is_finite(column) }}, true){% if not loop.last %} or{% endif %}
    {% endfor %}
{% endtest %}
