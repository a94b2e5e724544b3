-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as employee_id,
    cast(null as VARCHAR) as activity,
    cast(null as TIMESTAMP) as starts_at,
    cast(null as TIMESTAMP) as ends_at,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
