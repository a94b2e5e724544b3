-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as evaluation_id,
    cast(null as VARCHAR) as criterion,
    cast(null as DECIMAL(26,10)) as points,
    cast(null as DECIMAL(26,10)) as max_points,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
