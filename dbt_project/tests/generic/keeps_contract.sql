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

{% for columns in [contract.key, [contract.unique]] if columns[0] -%}
repeated_{{ loop.index }} as (
    select count(*) as broken_rows from (
        select 1 from {{ model }}
        where {{ columns | join(' is not null and ') }} is not null
        group by {{ columns | join(', ') }}
        having count(*) > 1
    ) as groups
),

{% endfor -%}
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
    select 'key', broken_rows from repeated_1
    {%- if contract.unique %}
    union all
    select 'unique {{ contract.unique }}', broken_rows from repeated_2
    {%- endif %}
    {%- if contract.no_overlap %}
    union all
    select 'no_overlap', broken_rows from overlapping
    {%- endif %}
)

select * from counted
where broken_rows > 0
{% endtest %}
