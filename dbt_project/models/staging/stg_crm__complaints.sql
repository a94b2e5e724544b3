-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as complaint_id,
    cast(null as VARCHAR) as contact_id,
    cast(null as VARCHAR) as agent_id,
    cast(null as VARCHAR) as customer_id,
    cast(null as TIMESTAMP) as received_at,
    cast(null as VARCHAR) as category,
    cast(null as BOOLEAN) as upheld,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
