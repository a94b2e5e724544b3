with

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

-- Days outside the selected months are for shifts that began in one, and for half hours in other time zones.
dates as (
    {{ selected_dates_relation(days_before=1, days_after=longest_shift_days()) }}
),

time_zones as (

    select distinct time_zone from periods

),

local_days as (

    select
        time_zones.time_zone,
        dates.date_on as local_date,
        {{ to_utc('cast(dates.date_on as timestamp)', 'time_zones.time_zone') }} as starts_at,
        {{ to_utc('cast(' ~ add_days('dates.date_on', 1) ~ ' as timestamp)', 'time_zones.time_zone') }} as ends_at
    from time_zones
    cross join dates

),

assigned_days as (

    select
        periods.period_id,
        periods.employee_id,
        periods.agent_key,
        periods.left_on,
        local_days.local_date,
        greatest(local_days.starts_at, periods.starts_at) as starts_at,
        least(local_days.ends_at, periods.ends_at) as ends_at
    from periods
    inner join local_days on local_days.time_zone = periods.time_zone
    where
        local_days.starts_at < periods.ends_at
        and periods.starts_at < local_days.ends_at
        and periods.starts_at < periods.ends_at

),

utc_days as (

    select
        *,
        {{ each_date('cast(starts_at as date)', "cast(ends_at - interval 1 microsecond as date)") }} as utc_date
    from assigned_days

),

final as (

    select
        period_id,
        employee_id,
        agent_key,
        utc_date,
        local_date,
        {{ first_of_month('local_date') }} as month,
        greatest(starts_at, cast(utc_date as timestamp)) as starts_at,
        least(ends_at, cast({{ add_days('utc_date', 1) }} as timestamp)) as ends_at,
        coalesce(local_date <= left_on, true) as is_employed,
        {{ in_selected_months('local_date') }} as is_selected
    from utc_days

)

select * from final
