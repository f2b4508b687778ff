{#-
    How much one part moves a ratio R = N / D = sum of n / sum of d, from `before` to `now`, with the midpoint weights of
    Kitagawa (1955), which leave no residual: by its own rate r = n / d

        rate = (r_now - r_before) * (s_now + s_before) / 2,                      s = d / D its share of the whole

    and by its share, measured from the whole's rate, because one part's share grows only at the others' cost

        mix = (s_now - s_before) * ((r_now + r_before) / 2 - (R_now + R_before) / 2).

    Their sum needs no rate of the part, so that it is known where there is nothing to divide by; what a part without a
    rate on one side does is all mix.
-#}
{% macro part_effect() -%}
    (
        {{ ratio("numerator_now", "whole_denominator_now") }}
        - {{ ratio("numerator_before", "whole_denominator_before") }}
        - (
            {{ ratio("denominator_now", "whole_denominator_now") }}
            - {{ ratio("denominator_before", "whole_denominator_before") }}
        ) * (whole_rate_now + whole_rate_before) / 2
    )
{%- endmacro %}

{% macro rate_effect() -%}
    coalesce(
        ({{ ratio("numerator_now", "denominator_now") }} - {{ ratio("numerator_before", "denominator_before") }})
        * (
            {{ ratio("denominator_now", "whole_denominator_now") }}
            + {{ ratio("denominator_before", "whole_denominator_before") }}
        ) / 2,
        0
    )
{%- endmacro %}
