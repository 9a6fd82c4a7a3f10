{# The few functions that DuckDB and Spark name differently. #}

{# A 64-bit fingerprint of a row's values, for equality and for ties; nulls count as values. #}
{% macro row_fingerprint(columns) -%}
    {{ return(adapter.dispatch('row_fingerprint', 'greenzone')(columns)) }}
{%- endmacro %}

{% macro default__row_fingerprint(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__row_fingerprint(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}

{# The day `days` after a date, as a date. #}
{% macro add_days(day, days) -%}
    cast({{ dbt.dateadd('day', days, day) }} as date)
{%- endmacro %}

{# The moment `hours` after a timestamp. #}
{% macro add_hours(moment, hours) -%}
    {{ dbt.dateadd('hour', hours, moment) }}
{%- endmacro %}

{# The Monday of the ISO week that holds a date. #}
{% macro week_start(day) -%}
    cast({{ dbt.date_trunc('week', day) }} as date)
{%- endmacro %}

{# Text folded for look-ups: trimmed, lower case, empty for null. #}
{% macro fold(column) -%}
    lower(trim(coalesce({{ column }}, '')))
{%- endmacro %}

{# A ratio that is null, never infinite, where its denominator is 0. #}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}

{# Microseconds since 1970 of a naive UTC timestamp. #}
{% macro epoch_micros(moment) -%}
    {{ return(adapter.dispatch('epoch_micros', 'greenzone')(moment)) }}
{%- endmacro %}

{% macro default__epoch_micros(moment) -%}
    epoch_us({{ moment }})
{%- endmacro %}

{% macro spark__epoch_micros(moment) -%}
    unix_micros({{ moment }})
{%- endmacro %}

{# The distinct values of a column in their order, as one text. #}
{% macro joined_text(column) -%}
    {{ return(adapter.dispatch('joined_text', 'greenzone')(column)) }}
{%- endmacro %}

{% macro default__joined_text(column) -%}
    string_agg(distinct {{ column }}, ', ' order by {{ column }})
{%- endmacro %}

{% macro spark__joined_text(column) -%}
    array_join(array_sort(collect_set({{ column }})), ', ')
{%- endmacro %}

{# The Sunday of the ISO week that holds a date. #}
{% macro week_end(day) -%}
    {{ add_days(week_start(day), 6) }}
{%- endmacro %}

{# The name of a time zone; null where there is no such zone. #}
{% macro known_zone(zone) -%}
    {{ return(adapter.dispatch('known_zone', 'greenzone')(zone)) }}
{%- endmacro %}

{% macro default__known_zone(zone) -%}
    case when {{ zone }} in (select name from pg_timezone_names()) then {{ zone }} end
{%- endmacro %}

{% macro spark__known_zone(zone) -%}
    {{ zone }}
{%- endmacro %}

{# A naive UTC timestamp on the clock of a zone that `known_zone` let through. #}
{% macro local_time(moment, zone) -%}
    {{ return(adapter.dispatch('local_time', 'greenzone')(moment, zone)) }}
{%- endmacro %}

{% macro default__local_time(moment, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ moment }}))
{%- endmacro %}

{% macro spark__local_time(moment, zone) -%}
    from_utc_timestamp({{ moment }}, {{ zone }})
{%- endmacro %}
