-- placeholder, replaced by the generated model
select
    cast(null as TIMESTAMP) as interval_starts_at,
    cast(null as VARCHAR) as business_line,
    cast(null as DECIMAL(26,10)) as required_agents,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
