with

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

measures as (

    select * from {{ ref('int_scope_measures') }}

),

maturity as (

    select * from {{ ref('int_scope_maturity') }}

),

source_reach as (

    select * from {{ ref('int_source_reach') }}

),

-- Earliest date through which all required sources are delivered.
reach as (

    select
        definitions.kpi_id,
        min(coalesce(source_reach.reached_on, {{ first_day() }})) as reached_on
    from definitions
    inner join source_reach
        on ('|' || definitions.needs || '|') like ('%|' || source_reach.source_table || '|%')
    group by definitions.kpi_id

),

added as (

    select
        denominators.month,
        definitions.kpi_id,
        denominators.scope,
        denominators.scope_id,
        definitions.matures_after_days,
        case
            when definitions.is_never_negative then greatest(coalesce(numerators.amount, 0), 0)
            else coalesce(numerators.amount, 0)
        end as numerator_amount,
        case when definitions.is_denominator_one then 1 else denominators.amount end as denominator_amount,
        definitions.numerator_factor,
        definitions.numerator_divisor,
        definitions.denominator_divisor,
        coalesce(numerators.pending_rows, 0) + denominators.pending_rows as pending_rows
    from definitions
    inner join measures as denominators
        on
            denominators.measure = definitions.denominator_measure
            and ('|' || definitions.scopes || '|') like ('%|' || denominators.scope || '|%')
    left join measures as numerators
        on
            numerators.measure = definitions.numerator_measure
            and numerators.month = denominators.month
            and numerators.scope = denominators.scope
            and numerators.scope_id = denominators.scope_id
    where denominators.amount <> 0

),

-- The only division: all sums before it are of integers and decimals, so they do not depend on the order of rows.
divided as (

    select
        *,
        cast(numerator_amount * numerator_factor as double) / numerator_divisor as numerator,
        cast(denominator_amount as double) / denominator_divisor as denominator
    from added

),

final as (

    select
        divided.month,
        divided.kpi_id,
        divided.scope,
        divided.scope_id,
        divided.numerator,
        divided.denominator,
        divided.numerator / divided.denominator as value,
        (
            divided.pending_rows > 0
            or coalesce(maturity.matures_at > {{ as_of() }}, true)
            or coalesce(reach.reached_on < maturity.matures_on, false)
        ) as is_provisional,
        maturity.matures_on
    from divided
    left join maturity
        on
            maturity.month = divided.month
            and maturity.scope = divided.scope
            and maturity.scope_id = divided.scope_id
            and maturity.matures_after_days = divided.matures_after_days
    left join reach on reach.kpi_id = divided.kpi_id

)

select * from final
