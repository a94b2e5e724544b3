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

witnessed as (

    select * from {{ ref('int_witnessed_months') }}

),

-- Earliest date through which all required sources are delivered, and whether all of them ever were.
needs as (

    select
        kpi_id,
        min(case when is_delivered then 1 else 0 end) = 1 as are_delivered,
        min(reached_on) as reached_on
    from {{ ref('int_kpi_needs') }}
    group by kpi_id

),

added as (

    select
        denominators.month,
        definitions.kpi_id,
        denominators.scope,
        denominators.scope_id,
        definitions.matures_after_days,
        needs.reached_on,
        case
            when definitions.is_never_negative then greatest(coalesce(numerators.amount, 0), 0)
            else coalesce(numerators.amount, 0)
        end as numerator_amount,
        case when definitions.is_denominator_one then 1 else denominators.amount end as denominator_amount,
        definitions.numerator_factor,
        definitions.numerator_divisor,
        definitions.denominator_divisor,
        coalesce(numerators.pending_rows, 0) + denominators.pending_rows as pending_rows,
        coalesce(cast(denominators.amount as double) / whole.amount, 1) as coverage
    from definitions
    inner join needs on needs.kpi_id = definitions.kpi_id and needs.are_delivered
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
    left join measures as whole
        on
            whole.measure = definitions.known_of_measure
            and whole.month = denominators.month
            and whole.scope = denominators.scope
            and whole.scope_id = denominators.scope_id
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
        divided.coverage,
        (
            divided.pending_rows > 0
            or coalesce(maturity.matures_at > {{ as_of() }}, true)
            or coalesce(divided.reached_on < maturity.matures_on, false)
            or witnessed.month is null
        ) as is_provisional,
        maturity.matures_on
    from divided
    left join maturity
        on
            maturity.month = divided.month
            and maturity.scope = divided.scope
            and maturity.scope_id = divided.scope_id
            and maturity.matures_after_days = divided.matures_after_days
    left join witnessed on witnessed.month = divided.month

)

select * from final
