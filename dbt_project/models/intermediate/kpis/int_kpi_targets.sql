with

months as (
    {{ selected_months_relation() }}
),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

rules as (
    {{ delivered_and_shipped('kpi_targets', ['kpi_id', 'scope', 'business_line', 'valid_from', 'target']) }}
),

scopes as (

    select 'any' as business_line, 'centre' as scope
    union all
    select 'any' as business_line, 'site' as scope
    union all
    select 'any' as business_line, 'team' as scope
    union all
    select 'any' as business_line, 'employee' as scope
    union all
    select distinct business_line, scope
    from {{ ref('int_scope_lines') }}

),

-- The target that was current when the month began: delivered before shipped, the line's own before that for any line,
-- the scope's own before that for any scope, then the newest.
preferred as (

    select
        months.month,
        definitions.kpi_id,
        scopes.scope,
        scopes.business_line,
        cast(rules.target as double) as target,
        row_number() over (
            partition by months.month, definitions.kpi_id, scopes.scope, scopes.business_line
            order by
                rules.is_delivered desc,
                case when rules.business_line = scopes.business_line then 0 else 1 end,
                case when rules.scope = scopes.scope then 0 else 1 end,
                rules.valid_from desc
        ) as preference
    from months
    cross join definitions
    cross join scopes
    inner join rules
        on
            rules.kpi_id = definitions.kpi_id
            and rules.scope in ('any', scopes.scope)
            and rules.business_line in ('any', scopes.business_line)
            and rules.valid_from <= months.month

),

final as (

    select
        month,
        kpi_id,
        scope,
        business_line,
        target
    from preferred
    where preference = 1

)

select * from final
