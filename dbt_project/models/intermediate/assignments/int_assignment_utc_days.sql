with

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

employments as (

    select * from {{ ref('int_employments') }}

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
        utc_days.period_id,
        utc_days.employee_id,
        utc_days.agent_key,
        utc_days.utc_date,
        utc_days.local_date,
        {{ first_of_month('utc_days.local_date') }} as month,
        greatest(utc_days.starts_at, cast(utc_days.utc_date as timestamp)) as starts_at,
        least(utc_days.ends_at, cast({{ add_days('utc_days.utc_date', 1) }} as timestamp)) as ends_at,
        coalesce(utc_days.local_date <= employments.left_on, true) as is_employed,
        coalesce(
            utc_days.local_date in (employments.first_on, {{ add_days('employments.left_on', 1) }}), false
        ) as is_after_a_change,
        {{ in_selected_months('utc_days.local_date') }} as is_selected
    from utc_days
    left join employments
        on
            employments.employee_id = utc_days.employee_id
            and utc_days.local_date >= employments.first_on
            and utc_days.local_date < employments.next_first_on

)

select * from final
