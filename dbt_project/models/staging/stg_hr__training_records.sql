-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as session_id,
    cast(null as VARCHAR) as employee_id,
    cast(null as BIGINT) as absences,
    cast(null as DECIMAL(26,10)) as exam_score,
    cast(null as BOOLEAN) as exam_passed,
    cast(null as BOOLEAN) as left,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
