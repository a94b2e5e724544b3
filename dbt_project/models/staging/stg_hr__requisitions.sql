-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as requisition_id,
    cast(null as VARCHAR) as role,
    cast(null as DATE) as opened_on,
    cast(null as DATE) as due_on,
    cast(null as BIGINT) as requested,
    cast(null as BIGINT) as filled,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
