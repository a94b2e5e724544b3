-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as queue_id,
    cast(null as VARCHAR) as queue_name,
    cast(null as VARCHAR) as business_line,
    cast(null as VARCHAR) as channel,
    cast(null as BIGINT) as service_level_seconds,
    cast(null as BIGINT) as short_abandon_seconds,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
