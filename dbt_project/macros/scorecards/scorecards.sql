{% macro is_as_good(value, other, better) -%}
    case {{ better }}
        when 'higher' then {{ value }} >= {{ other }} - 1e-9 * greatest(abs({{ other }}), 1)
        when 'lower' then {{ value }} <= {{ other }} + 1e-9 * greatest(abs({{ other }}), 1)
    end
{%- endmacro %}

{% macro attainment(value, target, better) -%}
    case
        when {{ better }} = 'higher' and {{ target }} > 0 then {{ value }} / {{ target }}
        when {{ better }} = 'lower' and {{ target }} >= 0 and {{ value }} > 0 then {{ target }} / {{ value }}
    end
{%- endmacro %}

{% macro target_status(value, target, better) -%}
    case {{ is_as_good(value, target, better) }} when true then 'met' when false then 'missed' end
{%- endmacro %}

{% macro number_text(number) -%}
    rtrim(rtrim(cast(cast({{ number }} as decimal(26, 4)) as varchar), '0'), '.')
{%- endmacro %}

{% macro delivered_and_shipped(table, columns) -%}
    select {{ columns | join(', ') }}, 1 as is_delivered
    from {{ ref('stg_rules__' ~ table) }}
    union all
    select {{ columns | join(', ') }}, 0 as is_delivered
    from {{ ref(table) }}
{%- endmacro %}

{% macro capped_attainment(value, target, better, cap) -%}
    case
        when {{ better }} = 'lower' and {{ target }} > 0 and {{ value }} <= 0 then {{ cap }}
        when {{ better }} = 'lower' and {{ target }} = 0 and {{ value }} <= 0 then 1
        when {{ attainment(value, target, better) }} is not null
            then greatest(0, least({{ cap }}, {{ attainment(value, target, better) }}))
    end
{%- endmacro %}

{% macro why_points() -%}
    case
        when value is null
            then coalesce('not delivered: ' || missing_sources, 'no number this month') || '; its weight is shared among the others'
        else
            case method
                when 'tiered'
                    then {{ number_text('value') }} || ' is worth ' || {{ number_text('100 * own_share') }} || ' % of the weight'
                when 'deduction'
                    then {{ number_text('value') }} || ' against an allowance of ' || {{ number_text('allowance') }} || ', '
                    || {{ number_text('points_per_unit') }} || ' points a unit'
                when 'judged' then {{ number_text('value') }} || ' of 100'
                else
                    case
                        when target is null then {{ number_text('value') }} || ', and no target to hold it against'
                        when method = 'all_or_nothing'
                            then {{ number_text('value') }} || ' against ' || {{ number_text('target') }}
                            || case when own_share = 1 then ': met' else ': missed' end
                        else
                            {{ number_text('value') }} || ' against ' || {{ number_text('target') }} || ': attainment '
                            || {{ number_text('own_share') }} || case when own_share = cap then ', the most that counts' else '' end
                    end
            end
            || case when is_exempt then '; costs nothing: ' || exempt_since else '' end
            || case
                when abs(weight_counted - weight) > 1e-9
                    then '; counts for ' || {{ number_text('weight_counted') }} || ' instead of ' || {{ number_text('weight') }}
                    || ', since others have no number'
                else ''
            end
    end
{%- endmacro %}

{% macro published_scorecard_items(subjects, id_column) -%}
    select
        month,
        subject_id as {{ id_column }},
        kpi_id,
        measured_scope,
        measured_scope_id,
        value,
        target,
        method,
        weight,
        weight_counted,
        points,
        is_exempt,
        why,
        is_provisional,
        '{{ var("release_id") }}' as release_id
    from {{ ref('int_scorecard_items') }}
    where subject in ('{{ subjects | join("', '") }}')
{%- endmacro %}
