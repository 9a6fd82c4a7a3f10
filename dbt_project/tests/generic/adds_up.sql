{# Parts add up to their whole. #}
{% test adds_up(model, parts, whole) %}
select {{ parts | join(', ') }}, {{ whole }}
from {{ model }}
where {{ parts | join(' + ') }} <> {{ whole }}
{% endtest %}
