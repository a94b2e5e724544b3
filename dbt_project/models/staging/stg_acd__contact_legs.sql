-- placeholder, replaced by the generated model
select
    cast(null as VARCHAR) as leg_id,
    cast(null as VARCHAR) as contact_id,
    cast(null as BIGINT) as leg_number,
    cast(null as VARCHAR) as direction,
    cast(null as VARCHAR) as queue_id,
    cast(null as VARCHAR) as agent_id,
    cast(null as VARCHAR) as customer_id,
    cast(null as VARCHAR) as topic,
    cast(null as TIMESTAMP) as offered_at,
    cast(null as TIMESTAMP) as answered_at,
    cast(null as TIMESTAMP) as ended_at,
    cast(null as BIGINT) as talk_seconds,
    cast(null as BIGINT) as hold_seconds,
    cast(null as BIGINT) as wrap_seconds,
    cast(null as VARCHAR) as outcome,
    cast(null as BOOLEAN) as transferred,
    cast(null as BIGINT) as delivery_id,
    cast(null as BIGINT) as line_number
where false
