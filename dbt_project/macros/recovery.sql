{#
  The least whole number that is not below a ratio of whole numbers; null over 0. A quotient of whole
  numbers is a whole number in floating point exactly when it is one, so nothing is lost on the way.
#}
{% macro ceiling_of(numerator, denominator) -%}
    cast(ceil({{ ratio(numerator, denominator) }}) as bigint)
{%- endmacro %}

{# The greatest whole number that is not above a ratio of whole numbers; null over 0. #}
{% macro floor_of(numerator, denominator) -%}
    cast(floor({{ ratio(numerator, denominator) }}) as bigint)
{%- endmacro %}
