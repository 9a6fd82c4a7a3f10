{#
  Bounds of the Wilson score interval at 95 % for `successes` of `trials`; null where there are no
  trials or where the rate passes 1 (units refunded in a window may outnumber those ordered in it).
#}
{% macro wilson_bound(successes, trials, sign) -%}
    {%- set z = 1.959963984540054 -%}
    {%- set n = 'cast(' ~ trials ~ ' as double)' -%}
    {%- set p = '(cast(' ~ successes ~ ' as double) / ' ~ n ~ ')' -%}
    case
        when {{ trials }} <= 0 or {{ successes }} > {{ trials }} then null
        when {{ sign }}1 < 0 and {{ successes }} = 0 then cast(0 as double)
        when {{ sign }}1 > 0 and {{ successes }} = {{ trials }} then cast(1 as double)
        else (
            {{ p }} + {{ z * z / 2 }} / {{ n }}
            {{ sign }} {{ z }} * sqrt({{ p }} * (1 - {{ p }}) / {{ n }} + {{ z * z / 4 }} / ({{ n }} * {{ n }}))
        ) / (1 + {{ z * z }} / {{ n }})
    end
{%- endmacro %}
