with

dates as (

    select {{ each_date("date '1990-01-01'", "date '" ~ (var('as_of')[:4] | int + 2) ~ "-12-31'") }} as date_on

),

final as (

    select
        date_on as date,
        cast(extract(year from date_on) as integer) as year,
        cast(extract(quarter from date_on) as integer) as quarter,
        {{ first_of_month('date_on') }} as month,
        {{ iso_weekday('date_on') }} as iso_weekday,
        {{ iso_weekday('date_on') }} >= 6 as is_weekend,
        date_on = {{ last_of_month('date_on') }} as is_month_end
    from dates

)

select
    date,
    year,
    quarter,
    month,
    iso_weekday,
    is_weekend,
    is_month_end
from final
