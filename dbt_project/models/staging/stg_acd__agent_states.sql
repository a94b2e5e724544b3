-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as agent_id,
    cast(null as VARCHAR) as state,
    cast(null as TIMESTAMP) as started_at,
    cast(null as TIMESTAMP) as ended_at,
    cast(null as VARCHAR) as reason_code,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
