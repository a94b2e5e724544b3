-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as evaluation_id,
    cast(null as VARCHAR) as contact_id,
    cast(null as VARCHAR) as agent_id,
    cast(null as VARCHAR) as evaluator_id,
    cast(null as TIMESTAMP) as evaluated_at,
    cast(null as VARCHAR) as method,
    cast(null as DECIMAL(26,10)) as score,
    cast(null as BOOLEAN) as critical_error,
    cast(null as VARCHAR) as status,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
