with

definitions as (

    select * from {{ ref('int_kpi_definitions') }}
    where denominator_measure is not null

),

missing as (

    select
        kpi_id,
        {{ dbt.listagg(measure='need', delimiter_text="'|'", order_by_clause='order by need') }} as missing_sources
    from {{ ref('int_kpi_needs') }}
    where not is_delivered
    group by kpi_id

),

kpi_values as (

    select * from {{ ref('int_kpi_values') }}

),

measures as (

    select * from {{ ref('int_scope_measures') }}

),

subjects as (

    select month, 'centre' as scope, 'all' as scope_id
    from ({{ selected_months_relation() }}) as months

    union

    select month, scope, scope_id
    from kpi_values
    where scope <> 'employee'

),

final as (

    select
        subjects.month,
        definitions.kpi_id,
        subjects.scope,
        subjects.scope_id,
        case
            when missing.kpi_id is not null then 'not_delivered'
            when measures.amount > 0 then 'not_known'
            else 'nothing_to_count'
        end as reason,
        missing.missing_sources
    from subjects
    inner join definitions on ('|' || definitions.scopes || '|') like ('%|' || subjects.scope || '|%')
    left join kpi_values
        on
            kpi_values.month = subjects.month
            and kpi_values.kpi_id = definitions.kpi_id
            and kpi_values.scope = subjects.scope
            and kpi_values.scope_id = subjects.scope_id
    left join missing on missing.kpi_id = definitions.kpi_id
    left join measures
        on
            measures.month = subjects.month
            and measures.measure = definitions.known_of_measure
            and measures.scope = subjects.scope
            and measures.scope_id = subjects.scope_id
    where kpi_values.kpi_id is null

)

select * from final
