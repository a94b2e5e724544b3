-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as employee_id,
    cast(null as VARCHAR) as agent_id,
    cast(null as VARCHAR) as full_name,
    cast(null as DATE) as hired_on,
    cast(null as DATE) as probation_ends_on,
    cast(null as VARCHAR) as probation_result,
    cast(null as DATE) as left_on,
    cast(null as VARCHAR) as left_reason,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
