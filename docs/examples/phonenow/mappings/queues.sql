/*
table: acd.queues
files: phonenow/*.xlsx
*/
select
    topic as queue_id,
    topic as queue_name,
    'telecom' as business_line,
    'voice' as channel,
    60 as service_level_seconds,
    0 as short_abandon_seconds,
    min(line_number) as line_number
from delivered
group by topic
