with

months as (
    {{ selected_months_relation() }}
),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

waits as (

    select distinct matures_after_days
    from {{ ref('int_kpi_definitions') }}

),

-- A day wider than the month: in another site's time zone the last hours of an assignment may fall on the next date.
assigned as (

    select
        months.month,
        months.last_on,
        periods.*
    from months
    inner join periods
        on
            periods.first_on <= {{ add_days('months.last_on', 1) }}
            and periods.next_first_on >= months.month

),

-- Rows without an employee are dated in the default site's time zone, for the centre and for their queue's line.
time_zones as (

    select distinct month, last_on, 'centre' as scope, 'all' as scope_id, time_zone
    from assigned

    union

    select months.month, months.last_on, 'centre' as scope, 'all' as scope_id, sites.time_zone
    from months
    cross join {{ ref('stg_hr__sites') }} as sites

    union

    select month, last_on, 'site' as scope, site_id as scope_id, time_zone
    from assigned

    union

    select month, last_on, 'business_line' as scope, business_line as scope_id, time_zone
    from assigned

    union

    select
        months.month,
        months.last_on,
        'business_line' as scope,
        queues.business_line as scope_id,
        {{ default_time_zone() }} as time_zone
    from months
    cross join {{ ref('stg_acd__queues') }} as queues

    union

    select month, last_on, 'team' as scope, team_id as scope_id, time_zone
    from assigned

    union

    select month, last_on, 'employee' as scope, employee_id as scope_id, time_zone
    from assigned

),

-- A month ends at one instant per time zone: computed once.
ends as (

    select
        zones.month,
        zones.time_zone,
        waits.matures_after_days,
        {{ add_days('zones.last_on', 'waits.matures_after_days') }} as matures_on,
        {{ to_utc(
            'cast(' ~ add_days('zones.last_on', 'waits.matures_after_days + 1') ~ ' as timestamp)', 'zones.time_zone'
        ) }} as matures_at
    from (select distinct month, last_on, time_zone from time_zones) as zones
    cross join waits

),

final as (

    select
        time_zones.month,
        time_zones.scope,
        time_zones.scope_id,
        ends.matures_after_days,
        ends.matures_on,
        max(ends.matures_at) as matures_at
    from time_zones
    inner join ends on ends.month = time_zones.month and ends.time_zone = time_zones.time_zone
    where time_zones.scope_id is not null
    group by time_zones.month, time_zones.scope, time_zones.scope_id, ends.matures_after_days, ends.matures_on

)

select * from final
