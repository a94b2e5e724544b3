-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as employee_id,
    cast(null as DATE) as month,
    cast(null as DECIMAL(26,10)) as self_score,
    cast(null as DECIMAL(26,10)) as manager_score,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
