with

subjects as (

    select * from {{ ref('int_scorecard_subjects') }}

),

weights as (

    select * from {{ ref('int_scorecard_weights') }}
    where weight > 0

),

kpi_values as (

    select * from {{ ref('int_kpi_values') }}

),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

targets as (

    select * from {{ ref('int_kpi_targets') }}

),

missing as (

    select
        kpi_id,
        {{ dbt.listagg(measure='need', delimiter_text="', '", order_by_clause='order by need') }} as missing_sources
    from {{ ref('int_kpi_needs') }}
    where not is_delivered
    group by kpi_id

),

bands as (
    {{ delivered_and_shipped('scorecard_bands', [
        'business_line', 'role', 'valid_from', 'kpi_id', 'band', 'bound', 'share',
    ]) }}
),

exemption_rules as (
    {{ delivered_and_shipped('scorecard_exemptions', [
        'business_line', 'role', 'kpi_id', 'condition_kpi_id', 'condition_value', 'valid_from', 'valid_to',
    ]) }}
),

-- A delivered exemption replaces a shipped one of the same KPI and condition.
exemptions as (

    select
        exemption_rules.*,
        max(exemption_rules.is_delivered) over (
            partition by exemption_rules.kpi_id, exemption_rules.condition_kpi_id
        ) as newest
    from exemption_rules

),

weighted as (

    select
        subjects.month,
        subjects.subject,
        subjects.subject_id,
        subjects.business_line,
        subjects.role,
        weights.kpi_id,
        weights.weight,
        weights.method,
        weights.counted,
        weights.points_per_unit,
        weights.allowance,
        weights.cap,
        weights.set_business_line,
        weights.set_valid_from,
        weights.is_delivered,
        case weights.measured_at when 'own' then subjects.subject else weights.measured_at end as value_scope,
        case weights.measured_at
            when 'own' then subjects.subject_id
            when 'team' then subjects.team_id
            when 'site' then subjects.site_id
            when 'business_line' then subjects.business_line
            else 'all'
        end as value_scope_id
    from subjects
    inner join weights
        on
            weights.month = subjects.month
            and weights.business_line = subjects.business_line
            and weights.role = subjects.role

),

valued as (

    select
        weighted.*,
        definitions.better,
        case weighted.counted when 'numerator' then kpi_values.numerator else kpi_values.value end as value,
        targets.target,
        missing.missing_sources,
        kpi_values.is_provisional,
        kpi_values.matures_on
    from weighted
    left join definitions on definitions.kpi_id = weighted.kpi_id
    left join missing on missing.kpi_id = weighted.kpi_id
    left join kpi_values
        on
            kpi_values.month = weighted.month
            and kpi_values.kpi_id = weighted.kpi_id
            and kpi_values.scope = weighted.value_scope
            and kpi_values.scope_id = weighted.value_scope_id
    left join targets
        on
            targets.month = weighted.month
            and targets.kpi_id = weighted.kpi_id
            and targets.scope = weighted.value_scope
            and targets.business_line
            = case when weighted.value_scope in ('employee', 'team', 'business_line') then weighted.business_line else 'any' end

),

-- The best of the bands whose bound the value meets.
banded as (

    select
        valued.month,
        valued.subject,
        valued.subject_id,
        valued.kpi_id,
        max(cast(bands.share as double)) as share
    from valued
    inner join bands
        on
            bands.business_line = valued.set_business_line
            and bands.role = valued.role
            and bands.valid_from = valued.set_valid_from
            and bands.kpi_id = valued.kpi_id
            and (bands.is_delivered = 1) = valued.is_delivered
    where
        valued.method = 'tiered'
        and valued.value is not null
        and (bands.bound is null or {{ is_as_good('valued.value', 'cast(bands.bound as double)', 'valued.better') }})
    group by valued.month, valued.subject, valued.subject_id, valued.kpi_id

),

-- If several exemptions apply, the first by name is shown as the reason.
exempted as (

    select
        valued.month,
        valued.subject,
        valued.subject_id,
        valued.kpi_id,
        min(
            exemptions.condition_kpi_id || ' ' || {{ number_text('conditions.value') }} || ' is as good as '
            || {{ number_text('exemptions.condition_value') }}
        ) as exempt_since
    from valued
    inner join exemptions
        on
            exemptions.kpi_id = valued.kpi_id
            and exemptions.is_delivered = exemptions.newest
            and exemptions.business_line in ('any', valued.business_line)
            and exemptions.role in ('any', valued.role)
            and exemptions.valid_from <= valued.month
            and (exemptions.valid_to is null or exemptions.valid_to >= valued.month)
    inner join definitions on definitions.kpi_id = exemptions.condition_kpi_id
    inner join kpi_values as conditions
        on
            conditions.month = valued.month
            and conditions.kpi_id = exemptions.condition_kpi_id
            and conditions.scope = valued.subject
            and conditions.scope_id = valued.subject_id
    where {{ is_as_good('conditions.value', 'cast(exemptions.condition_value as double)', 'definitions.better') }}
    group by valued.month, valued.subject, valued.subject_id, valued.kpi_id

),

-- Share of the weight that the value earns by its method, 0 to 1.
earned as (

    select
        valued.*,
        exempted.exempt_since,
        case valued.method
            when 'tiered' then coalesce(banded.share, 0)
            when 'deduction'
                then greatest(0, 1 - valued.points_per_unit * greatest(0, case valued.better
                    when 'lower' then valued.value - valued.allowance
                    when 'higher' then valued.allowance - valued.value
                end) / valued.weight)
            when 'ratio' then {{ capped_attainment('valued.value', 'valued.target', 'valued.better', 'valued.cap') }}
            when 'all_or_nothing'
                then case {{ is_as_good('valued.value', 'valued.target', 'valued.better') }} when true then 1 when false then 0 end
            when 'judged' then greatest(0, least(1, valued.value / 100))
        end as method_share
    from valued
    left join banded
        on
            banded.month = valued.month
            and banded.subject = valued.subject
            and banded.subject_id = valued.subject_id
            and banded.kpi_id = valued.kpi_id
    left join exempted
        on
            exempted.month = valued.month
            and exempted.subject = valued.subject
            and exempted.subject_id = valued.subject_id
            and exempted.kpi_id = valued.kpi_id

),

-- A KPI without a number is left out, and its weight is shared among the others in proportion.
shared as (

    select
        *,
        case when value is not null then method_share end as own_share,
        case
            when value is not null
                then weight * sum(weight) over (partition by month, subject, subject_id)
                / sum(case when value is not null then weight else 0 end) over (partition by month, subject, subject_id)
            else 0
        end as weight_counted
    from earned

),

exempted_shares as (

    select
        *,
        exempt_since is not null and own_share < 1 as is_exempt,
        case when exempt_since is not null and own_share < 1 then 1 else own_share end as share
    from shared

),

final as (

    select
        month,
        subject,
        subject_id,
        business_line,
        role,
        kpi_id,
        value_scope as measured_scope,
        value_scope_id as measured_scope_id,
        value,
        target,
        method,
        weight,
        weight_counted,
        cast(cast(weight_counted * share as decimal(38, 12)) as double) as points,
        coalesce(is_exempt, false) as is_exempt,
        {{ why_points() }} as why,
        is_provisional,
        matures_on
    from exempted_shares

)

select * from final
