{#-
    How much one part moves a ratio V = factor * N / D, N and D the sums of the parts' n and d, from `before` to `now`,
    with the midpoint weights of Kitagawa (1955), which leave no residual. By its own rate v = factor * n / d:

        rate = (v_now - v_before) * (s_now + s_before) / 2,                      s = d / D its share of the whole

    and by its share, measured from the whole's rate, because one part's share grows only at the others' cost:

        mix = (s_now - s_before) * ((v_now + v_before) / 2 - (V_now + V_before) / 2).

    Their sum needs no rate of the part, so that it is known where there is nothing to divide by; what a part without a
    rate on one side does is all mix. Columns: factor, numerator_*, denominator_* of the part, divisor_* (D) and value_*
    (V) of the whole.
-#}
{% macro part_effect() -%}
    (
        {{ ratio("factor * numerator_now", "divisor_now") }} - {{ ratio("factor * numerator_before", "divisor_before") }}
        - ({{ ratio("denominator_now", "divisor_now") }} - {{ ratio("denominator_before", "divisor_before") }})
        * (value_now + value_before) / 2
    )
{%- endmacro %}

{% macro rate_effect() -%}
    coalesce(
        (
            {{ ratio("factor * numerator_now", "denominator_now") }}
            - {{ ratio("factor * numerator_before", "denominator_before") }}
        )
        * ({{ ratio("denominator_now", "divisor_now") }} + {{ ratio("denominator_before", "divisor_before") }}) / 2,
        0
    )
{%- endmacro %}
