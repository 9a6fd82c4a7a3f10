{# A part is at most its whole. #}
{% test at_most(model, part, whole) %}
select {{ part }}, {{ whole }}
from {{ model }}
where {{ part }} > {{ whole }}
{% endtest %}
