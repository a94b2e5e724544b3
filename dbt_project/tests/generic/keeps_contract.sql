{#- The rows that count keep their contract in every point, whatever was delivered: one row per point that some do not
    keep, with how many. One test for the whole contract: a test costs more than what it reads. -#}
{% test keeps_contract(model, table) %}
{%- set contract = contract_of(table) -%}
{%- set points = [] -%}
{%- for rule in row_rules(contract) if rule.code != 'no_current_row' -%}
    {%- do points.append((rule.code ~ ' ' ~ rule.column, rule.broken)) -%}
{%- endfor -%}
{%- for name, column in contract.columns.items() if column.ref -%}
    {%- set found = 'select ' ~ column.ref.column ~ ' from ' ~ ref('stg_' ~ column.ref.table.replace('.', '__')) -%}
    {%- do points.append((
        'no_current_row ' ~ name,
        name ~ ' is not null and ' ~ name ~ ' not in (' ~ found ~ ' where ' ~ column.ref.column ~ ' is not null)',
    )) -%}
{%- endfor -%}
with

repeated as (
    select count(*) as broken_rows from (
        select 1 from {{ model }}
        where {{ contract.key | join(' is not null and ') }} is not null
        group by {{ contract.key | join(', ') }}
        having count(*) > 1
    ) as groups
),

{% if contract.leads_to -%}
shared as (
    select count(*) as broken_rows from (
        select 1 from {{ model }}
        where {{ contract.leads_to.column }} is not null
        group by {{ contract.leads_to.column }}
        having min({{ contract.leads_to.of }}) <> max({{ contract.leads_to.of }})
    ) as groups
),

{% endif -%}
{% if contract.periods -%}
touching as (
    select count(*) as broken_rows from (
        select
            {{ contract.periods.starts }} as starts,
            max(coalesce({{ contract.periods.ends }}, {{ last_day() }})) over (
                partition by {{ contract.periods.of }} order by {{ contract.periods.starts }}
                rows between unbounded preceding and 1 preceding
            ) as busy_until
        from {{ model }}
    ) as periods
    where starts <= busy_until
),

{% endif -%}
{% if contract.no_overlap -%}
overlapping as (
    select count(*) as broken_rows from (
        select
            {{ contract.no_overlap.starts }} as starts,
            max({{ contract.no_overlap.ends }}) over (
                partition by {{ contract.no_overlap.within }} order by {{ contract.no_overlap.starts }}
                rows between unbounded preceding and 1 preceding
            ) as busy_until
        from {{ model }}
    ) as segments
    where starts < busy_until
),

{% endif -%}
counted as (
    {%- for point, broken in points %}
    select '{{ point }}' as point, count(*) as broken_rows from {{ model }} where {{ broken }}
    union all
    {%- endfor %}
    select 'key', broken_rows from repeated
    {%- if contract.leads_to %}
    union all
    select 'leads_to {{ contract.leads_to.column }}', broken_rows from shared
    {%- endif %}
    {%- if contract.periods %}
    union all
    select 'periods', broken_rows from touching
    {%- endif %}
    {%- if contract.no_overlap %}
    union all
    select 'no_overlap', broken_rows from overlapping
    {%- endif %}
)

select * from counted
where broken_rows > 0
{% endtest %}
