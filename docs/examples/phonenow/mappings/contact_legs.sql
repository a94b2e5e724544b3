/*
table: acd.contact_legs
files: phonenow/*.xlsx
time_zone: UTC
*/
-- Durations are cells of times of day. How long a caller waited who was not answered, the workbook does not say.
with

calls as (
    select
        *,
        "answered (y/n)" = 'Y' as is_answered,
        cast(date as date) + cast(time as time) as offered_at,
        cast("speed of answer in seconds" as int) as wait_seconds,
        cast(epoch(cast(avgtalkduration as time)) as int) as talk_seconds
    from delivered
)

select
    "call id" as leg_id,
    "call id" as contact_id,
    1 as leg_number,
    'inbound' as direction,
    topic as queue_id,
    case when is_answered then agent end as agent_id,
    topic,
    offered_at,
    case when is_answered then offered_at + to_seconds(wait_seconds) end as answered_at,
    case when is_answered then offered_at + to_seconds(wait_seconds + talk_seconds) else offered_at end as ended_at,
    case when is_answered then talk_seconds else 0 end as talk_seconds,
    0 as hold_seconds,
    0 as wrap_seconds,
    case when is_answered then 'answered' else 'abandoned' end as outcome,
    false as transferred,
    line_number
from calls
