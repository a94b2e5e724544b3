-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as site_id,
    cast(null as VARCHAR) as site_name,
    cast(null as VARCHAR) as time_zone,
    cast(null as VARCHAR) as country,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
