-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as order_id,
    cast(null as VARCHAR) as contact_id,
    cast(null as VARCHAR) as agent_id,
    cast(null as VARCHAR) as customer_id,
    cast(null as TIMESTAMP) as created_at,
    cast(null as DECIMAL(26,10)) as amount,
    cast(null as TIMESTAMP) as paid_at,
    cast(null as TIMESTAMP) as refunded_at,
    cast(null as VARCHAR) as status,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
