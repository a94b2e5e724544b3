-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as case_id,
    cast(null as VARCHAR) as contact_id,
    cast(null as VARCHAR) as customer_id,
    cast(null as VARCHAR) as agent_id,
    cast(null as VARCHAR) as category,
    cast(null as TIMESTAMP) as opened_at,
    cast(null as TIMESTAMP) as due_at,
    cast(null as TIMESTAMP) as closed_at,
    cast(null as BOOLEAN) as reopened,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
