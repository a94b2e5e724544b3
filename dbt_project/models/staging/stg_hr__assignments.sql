-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as employee_id,
    cast(null as DATE) as valid_from,
    cast(null as VARCHAR) as site_id,
    cast(null as VARCHAR) as team_id,
    cast(null as VARCHAR) as team_name,
    cast(null as VARCHAR) as business_line,
    cast(null as VARCHAR) as role,
    cast(null as VARCHAR) as supervisor_id,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
