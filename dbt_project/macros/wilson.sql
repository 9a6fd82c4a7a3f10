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

{#
  Lower bound of the same interval for one of `segments` that are looked at together: the more there
  are, the more of them stand out by chance alone. At one segment it is the 95 % bound; z² grows by
  3.5 ln(segments). Of made-up shops of 4 to 30 creators without trouble one in a hundred then names a
  creator; by the 95 % bound alone one in eleven does at 4 creators, and every other one at 30.
#}
{% macro sure_lower_bound(successes, trials, segments) -%}
    {%- set n = 'cast(' ~ trials ~ ' as double)' -%}
    {%- set p = '(cast(' ~ successes ~ ' as double) / ' ~ n ~ ')' -%}
    {%- set z2 = '(3.841458820694124 + 3.5 * ln(cast(' ~ segments ~ ' as double)))' -%}
    case
        when {{ trials }} <= 0 or {{ segments }} <= 0 or {{ successes }} > {{ trials }} then null
        when {{ successes }} = 0 then cast(0 as double)
        else (
            {{ p }} + {{ z2 }} / (2 * {{ n }})
            - sqrt({{ z2 }}) * sqrt({{ p }} * (1 - {{ p }}) / {{ n }} + {{ z2 }} / (4 * {{ n }} * {{ n }}))
        ) / (1 + {{ z2 }} / {{ n }})
    end
{%- endmacro %}
