{# How parcels go: by which carrier and service, from where, to where, how heavy. #}

{# From so many parcels on a route is told by what was seen of it. #}
{% macro enough_parcels() -%}30{%- endmacro %}

{# Days before the first as-of day whose orders' parcels are kept: a window of 90 days, and a month on the way. #}
{% macro route_history_days() -%}120{%- endmacro %}

{# The weight band of a parcel; its upper edge belongs to it. #}
{% macro weight_band(weight_kg) -%}
    case
        when {{ weight_kg }} <= 0.5 then '0-0.5 kg'
        when {{ weight_kg }} <= 1 then '0.5-1 kg'
        when {{ weight_kg }} <= 2 then '1-2 kg'
        when {{ weight_kg }} <= 5 then '2-5 kg'
        when {{ weight_kg }} <= 10 then '5-10 kg'
        when {{ weight_kg }} > 10 then '10+ kg'
        else '(unknown)'
    end
{%- endmacro %}
