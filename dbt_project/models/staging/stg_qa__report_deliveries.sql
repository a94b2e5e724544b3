-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as report_id,
    cast(null as VARCHAR) as report_name,
    cast(null as VARCHAR) as owner_id,
    cast(null as TIMESTAMP) as due_at,
    cast(null as TIMESTAMP) as delivered_at,
    cast(null as BIGINT) as defects,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
