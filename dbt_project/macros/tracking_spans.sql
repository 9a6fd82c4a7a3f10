{#
  On which days [from_on, to_on) each package counts in the valid tracking rate (no defect named), and
  on which of them it is defective, by the first test that it fails: rows of `phases` (those of
  `int_package_phases` that count), the columns `keys` carried along. A span may be taken back by one
  of opposite sign.
#}
{% macro tracking_spans(phases, keys) -%}
    {%- set carried = keys | join(', ') -%}
    select * from (

        select
            {{ carried }},
            from_on,
            to_on,
            cast(null as {{ dbt.type_string() }}) as tracking_defect,
            1 as packages,
            0 as defective
        from {{ phases }}

        union all

        select {{ carried }}, from_on, to_on, number_defect as tracking_defect, 0 as packages, 1 as defective
        from {{ phases }}
        where number_defect is not null

        union all

        -- Days on which a scan is missing from a number that is good in itself.
        select
            {{ carried }},
            greatest(from_on, unscanned_from_on) as from_on,
            least(to_on, unscanned_to_on) as to_on,
            'no_scan' as tracking_defect,
            0 as packages,
            1 as defective
        from {{ phases }}
        where number_defect is null and unscanned_from_on is not null

        union all

        -- It was scanned, and uploaded long after that: the days of the two never meet.
        select
            {{ carried }},
            greatest(from_on, late_upload_from_on) as from_on,
            to_on,
            'late_upload' as tracking_defect,
            0 as packages,
            1 as defective
        from {{ phases }}
        where number_defect is null and late_upload_from_on is not null

        union all

        -- Days on which its scans are in the wrong place, or before the order …
        select
            {{ carried }},
            greatest(from_on, misplaced_from_on) as from_on,
            to_on,
            misplaced_defect as tracking_defect,
            0 as packages,
            1 as defective
        from {{ phases }}
        where number_defect is null and misplaced_from_on is not null
        {%- for first, last_on in [
            ('unscanned', 'least(to_on, unscanned_to_on)'), ('late_upload', 'to_on')
        ] %}

        union all

        -- … unless {{ 'the missing scan' if first == 'unscanned' else 'the late upload' }} is the first test that it fails.
        select
            {{ carried }},
            greatest(from_on, misplaced_from_on, {{ first }}_from_on) as from_on,
            {{ last_on }} as to_on,
            misplaced_defect as tracking_defect,
            0 as packages,
            -1 as defective
        from {{ phases }}
        where number_defect is null and misplaced_from_on is not null and {{ first }}_from_on is not null
        {%- endfor %}

    ) as counted
    where to_on is null or from_on < to_on
{%- endmacro %}

{#
  Spans summed to signed changes by the columns `keys` and the day from which they are known.
#}
{% macro tracking_changes(spans, keys) -%}
    {%- set grouped = keys | join(', ') -%}
    select
        {{ grouped }},
        from_on as known_on,
        tracking_defect,
        cast(sum(packages) as bigint) as packages,
        cast(sum(defective) as bigint) as defective_packages
    from {{ spans }}
    group by {{ grouped }}, from_on, tracking_defect

    union all

    select
        {{ grouped }},
        to_on as known_on,
        tracking_defect,
        cast(-sum(packages) as bigint) as packages,
        cast(-sum(defective) as bigint) as defective_packages
    from {{ spans }}
    where to_on is not null
    group by {{ grouped }}, to_on, tracking_defect
{%- endmacro %}
