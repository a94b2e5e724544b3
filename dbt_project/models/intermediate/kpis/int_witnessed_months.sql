with

months as (
    {{ selected_months_relation() }}
),

daily as (

    select
        max(source_reach.reached_on) as reached_on,
        count(*) as sources
    from {{ ref('int_source_reach') }} as source_reach
    inner join {{ ref('int_delivered_sources') }} as delivered on delivered.source_table = source_reach.source_table
    where source_reach.is_witness

),

-- Of a centre that delivers HR tables alone.
events_of_hr as (

    select hired_on as happened_on
    from {{ ref('stg_hr__employees') }}
    union all
    select left_on as happened_on
    from {{ ref('stg_hr__employees') }}
    union all
    select {{ last_of_month('month') }} as happened_on
    from {{ ref('stg_hr__appraisals') }}
    union all
    select {{ last_of_month('month') }} as happened_on
    from {{ ref('stg_hr__budget_lines') }}
    where spent > 0
    union all
    select ended_on as happened_on
    from {{ ref('stg_hr__training_sessions') }}
    where status = 'held'

),

hr as (

    select max(happened_on) as happened_on
    from events_of_hr
    where happened_on <= {{ as_of_date() }}

),

final as (

    select months.month
    from months
    cross join daily
    cross join hr
    where
        case
            when daily.sources > 0 then daily.reached_on >= months.last_on
            else hr.happened_on >= months.month
        end

)

select * from final
