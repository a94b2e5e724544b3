with

rules as (
    {{ delivered_and_shipped('scorecard_weights', [
        'business_line', 'role', 'valid_from', 'kpi_id', 'weight', 'method', 'measured_at', 'counted', 'points_per_unit',
        'allowance', 'cap',
    ]) }}
),

sets as (

    select distinct
        business_line,
        role,
        valid_from,
        is_delivered
    from rules

),

groups as (

    select distinct
        month,
        business_line,
        role
    from {{ ref('int_scorecard_subjects') }}

),

-- Each month and the month before, whose weight is shown beside the new one.
wanted_months as (

    select
        *,
        month as for_month
    from groups

    union all

    select
        *,
        cast(month - interval 1 month as date) as for_month
    from groups

),

-- The set that was current when the month began: delivered before shipped, the line's own before that for any line,
-- then the newest.
preferred as (

    select
        wanted_months.month,
        wanted_months.for_month,
        wanted_months.business_line,
        wanted_months.role,
        sets.business_line as set_business_line,
        sets.valid_from as set_valid_from,
        sets.is_delivered,
        row_number() over (
            partition by wanted_months.for_month, wanted_months.month, wanted_months.business_line, wanted_months.role
            order by
                sets.is_delivered desc,
                case when sets.business_line = wanted_months.business_line then 0 else 1 end,
                sets.valid_from desc
        ) as preference
    from wanted_months
    inner join sets
        on
            sets.role = wanted_months.role
            and sets.business_line in ('any', wanted_months.business_line)
            and sets.valid_from <= wanted_months.for_month

),

weights as (

    select
        preferred.month,
        preferred.for_month,
        preferred.business_line,
        preferred.role,
        rules.kpi_id,
        cast(rules.weight as double) as weight,
        rules.method,
        coalesce(rules.measured_at, 'own') as measured_at,
        coalesce(rules.counted, 'value') as counted,
        cast(rules.points_per_unit as double) as points_per_unit,
        cast(coalesce(rules.allowance, 0) as double) as allowance,
        cast(coalesce(rules.cap, {{ var('scorecard_ratio_cap') }}) as double) as cap,
        preferred.set_business_line,
        preferred.set_valid_from,
        preferred.is_delivered
    from preferred
    inner join rules
        on
            rules.business_line = preferred.set_business_line
            and rules.role = preferred.role
            and rules.valid_from = preferred.set_valid_from
            and rules.is_delivered = preferred.is_delivered
    where preferred.preference = 1

),

before as (

    select * from weights
    where for_month < month

),

had_set as (

    select distinct month, business_line, role
    from before

),

final as (

    select
        weights.month,
        weights.business_line,
        weights.role,
        weights.kpi_id,
        weights.weight,
        weights.method,
        weights.measured_at,
        weights.counted,
        weights.points_per_unit,
        weights.allowance,
        weights.cap,
        case when had_set.month is not null then coalesce(before.weight, 0) end as previous_weight,
        weights.set_business_line,
        weights.set_valid_from,
        weights.is_delivered = 1 as is_delivered
    from weights
    left join had_set
        on
            had_set.month = weights.month
            and had_set.business_line = weights.business_line
            and had_set.role = weights.role
    left join before
        on
            before.month = weights.month
            and before.business_line = weights.business_line
            and before.role = weights.role
            and before.kpi_id = weights.kpi_id
    where weights.for_month = weights.month

    union all

    -- A KPI that left the set is listed once more, with weight 0.
    select
        before.month,
        before.business_line,
        before.role,
        before.kpi_id,
        0 as weight,
        before.method,
        before.measured_at,
        before.counted,
        before.points_per_unit,
        before.allowance,
        before.cap,
        before.weight as previous_weight,
        before.set_business_line,
        before.set_valid_from,
        before.is_delivered = 1 as is_delivered
    from before
    left join weights
        on
            weights.for_month = before.month
            and weights.month = before.month
            and weights.business_line = before.business_line
            and weights.role = before.role
            and weights.kpi_id = before.kpi_id
    where weights.kpi_id is null

)

select * from final
