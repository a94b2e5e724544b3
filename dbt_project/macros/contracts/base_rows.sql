{#- The rows of a table that came with local times, every time of which is an instant. A time without an offset is local
    to the site where the row's person was that day, to the default time zone where the row names nobody. A segment of which
    a clock change skips all is no row; one whose file names its time zone came with that word instead of local columns. -#}
{% macro base_rows(table) -%}
{%- set contract = contract_of(table) -%}
{%- set person = contract.person -%}
{%- set zone_key = 'agent_id' if person == 'agent_id' else 'employee_id' -%}
{%- set segment = contract.segment -%}
{%- set bounds = [segment.starts, segment.ends] if segment else [] -%}
with

delivered as (
    select * from {{ source('raw', contract.model) }}
    where local_columns is not null{{ " and local_columns <> 'skipped'" if segment }}
),

default_zone as (select {{ default_time_zone() }} as time_zone),
{%- if person %}

zones as (
    select distinct {{ zone_key }}, from_on, until_on, time_zone
    from {{ ref('base_hr__employee_time_zones') }}
),
{%- endif %}

zoned as (
    select
        delivered.*,
        {%- for name in contract.instants %}
        {{ 'coalesce(' ~ name ~ '_zone.time_zone, default_zone.time_zone)' if person else 'default_zone.time_zone' }} as {{ name }}_zone
        {{- ',' if not loop.last }}
        {%- endfor %}
    from delivered
    cross join default_zone
    {%- for name in contract.instants if person %}
    left join zones as {{ name }}_zone
        on delivered.{{ person }} = {{ name }}_zone.{{ zone_key }}
        and cast(delivered.{{ name }} as date) >= {{ name }}_zone.from_on
        and cast(delivered.{{ name }} as date) < {{ name }}_zone.until_on
    {%- endfor %}
),

instants as (
    select
        {%- for name, sql in contract.sql.items() %}
        {%- if name in contract.instants %}
        case
            when {{ is_local(name) }}
                then {{ to_utc_or_jump(name, name ~ '_zone') if name in bounds else to_utc(name, name ~ '_zone') }}
            else {{ name }}
        end as {{ name }},
        {%- else %}
        {{ sql }},
        {%- endif %}
        {%- endfor %}
        {%- if segment %}
        error_code is null and {{ is_local(segment.starts) }} and {{ is_local(segment.ends) }}
        and {{ segment.starts }} < {{ segment.ends }} as runs_forwards,
        {%- endif %}
        {{ contract.carried | join(',\n        ') }}
    from zoned
),

final as (
    select
        {{ contract.sql.values() | join(',\n        ') }},
        {{ contract.carried | join(',\n        ') }}
    from instants
    {%- if segment %}
    where not coalesce(runs_forwards and {{ segment.starts }} = {{ segment.ends }}, false)
    {%- endif %}
)

select * from final
{%- endmacro %}

{#- Whether a column of the row came as a local time. -#}
{% macro is_local(column) -%}
    concat(',', local_columns, ',') like '%,{{ column }},%'
{%- endmacro %}
