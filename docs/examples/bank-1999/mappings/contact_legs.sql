/*
table: acd.contact_legs
files: bank/*.txt
reader: {format: tsv}
time_zone: Asia/Jerusalem
*/
-- The queue's clock and the service's clock run a second or two apart, so times are the queue's and the length of the
-- service is what the service measured. A caller who was not queued is offered when the voice menu ends.
with

calls as (
    select
        *,
        outcome = 'AGENT' as is_answered,
        q_start <> '0:00:00' or q_time <> '0' as is_queued,
        strptime(date, '%y%m%d') as day,
        cast(q_time as int) as wait_seconds,
        cast(ser_time as int) as service_seconds
    from delivered
    -- a PHANTOM is no call
    where outcome <> 'PHANTOM'
),

offered as (
    select
        *,
        day + cast(case when is_queued then q_start else vru_exit end as interval)
        -- past midnight since the voice menu began
        + case
            when is_queued and cast(q_start as interval) < cast(vru_entry as interval) - interval 12 hours then interval 1 day
            when not is_queued and cast(vru_exit as interval) < cast(vru_entry as interval) - interval 12 hours then interval 1 day
            else interval 0 days
        end as offered_at
    from calls
    -- who hangs up in the voice menu was never offered to a queue
    where is_answered or is_queued
)

select
    "vru+line" || '-' || call_id as leg_id,
    "vru+line" || '-' || call_id as contact_id,
    1 as leg_number,
    'inbound' as direction,
    type as queue_id,
    case when is_answered then nullif(server, 'NO_SERVER') end as agent_id,
    nullif(customer_id, '0') as customer_id,
    type as topic,
    offered_at,
    case when is_answered then offered_at + to_seconds(wait_seconds) end as answered_at,
    offered_at + to_seconds(wait_seconds + case when is_answered then service_seconds else 0 end) as ended_at,
    case when is_answered then service_seconds else 0 end as talk_seconds,
    0 as hold_seconds,
    0 as wrap_seconds,
    case when is_answered then 'answered' else 'abandoned' end as outcome,
    false as transferred,
    line_number
from offered
