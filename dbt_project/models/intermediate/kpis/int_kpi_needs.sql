with

delivered as (

    select * from {{ ref('int_delivered_sources') }}

),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

source_reach as (

    select * from {{ ref('int_source_reach') }}

),

source_tables as (
    {%- for source_table in contract_names() %}
    select '{{ source_table }}' as source_table {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- A table that stands alone between bars is a need by itself; the others are those of which one is enough.
needs as (

    select
        definitions.kpi_id,
        source_tables.source_table,
        case when ('|' || definitions.needs || '|') like ('%|' || source_tables.source_table || '|%') then source_tables.source_table end
            as single_table
    from definitions
    inner join source_tables
        on ('|' || replace(definitions.needs, ' or ', '|') || '|') like ('%|' || source_tables.source_table || '|%')

),

-- Of several tables that are enough each, the one that reaches furthest counts. Tables that cannot show how far they
-- reach have no date.
final as (

    select
        needs.kpi_id,
        {{ dbt.listagg(measure='needs.source_table', delimiter_text="' or '", order_by_clause='order by needs.source_table') }} as need,
        max(case when delivered.source_table is not null then 1 else 0 end) = 1 as is_delivered,
        max(case when source_reach.source_table is not null then coalesce(source_reach.reached_on, {{ first_day() }}) end)
            as reached_on
    from needs
    left join delivered on delivered.source_table = needs.source_table
    left join source_reach on source_reach.source_table = needs.source_table
    group by needs.kpi_id, needs.single_table

)

select * from final
