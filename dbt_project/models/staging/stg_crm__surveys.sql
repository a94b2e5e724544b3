-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as survey_id,
    cast(null as VARCHAR) as contact_id,
    cast(null as VARCHAR) as agent_id,
    cast(null as TIMESTAMP) as responded_at,
    cast(null as BIGINT) as csat,
    cast(null as BIGINT) as nps,
    cast(null as BIGINT) as resolution,
    cast(null as BIGINT) as attitude,
    cast(null as BIGINT) as speed,
    cast(null as BIGINT) as ease,
    cast(null as VARCHAR) as comment,
    cast(null as VARCHAR) as review,
    cast(null as VARCHAR) as review_reason,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
