-- placeholder, replaced by the generated model
select
    cast(null as DATE) as month,
    cast(null as VARCHAR) as category,
    cast(null as DECIMAL(26,10)) as budgeted,
    cast(null as DECIMAL(26,10)) as spent,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
