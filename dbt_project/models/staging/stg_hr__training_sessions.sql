-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as session_id,
    cast(null as VARCHAR) as programme,
    cast(null as VARCHAR) as title,
    cast(null as DATE) as planned_on,
    cast(null as DECIMAL(26,10)) as planned_hours,
    cast(null as DECIMAL(26,10)) as held_hours,
    cast(null as DATE) as ended_on,
    cast(null as VARCHAR) as status,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
