{#-
  The stages of an order from its creation to its dispatch, in their order: the stamp that ends each,
  and the cause of an order that lost its time there. The first scan has no stamp of the warehouse's:
  the dispatch event ends it, and whose fault it is depends on whether the hand-over is known.
-#}
{% macro late_stages() -%}
    {{ return([
        {'name': 'confirm', 'stamp': 'confirmed_at', 'cause': 'confirmation'},
        {'name': 'allocate', 'stamp': 'allocated_at', 'cause': 'stock'},
        {'name': 'pick', 'stamp': 'picked_at', 'cause': 'picking'},
        {'name': 'pack', 'stamp': 'packed_at', 'cause': 'packing'},
        {'name': 'label', 'stamp': 'labelled_at', 'cause': 'label'},
        {'name': 'tender', 'stamp': 'tendered_at', 'cause': 'hand_over'},
        {'name': 'first_scan', 'stamp': none, 'cause': 'carrier_scan'},
    ]) }}
{%- endmacro %}

{# The latest of the moments that are known; Spark compares no fewer than two. #}
{% macro latest(moments) -%}
    {%- if moments | length == 1 -%} {{ moments[0] }} {%- else -%} greatest({{ moments | join(', ') }}) {%- endif -%}
{%- endmacro %}

{#-
  Where an order is after a number of stages: the latest of the stamps so far, never after its end. A
  stamp that is missing, or earlier than the one before, leaves it where it was.
-#}
{% macro stage_position(stamps, end) -%}
    least({{ latest(stamps) }}, {{ end }})
{%- endmacro %}
