/*
table: crm.surveys
files: phonenow/*.xlsx
time_zone: UTC
*/
-- A rating is given at the end of its call.
select
    "call id" as survey_id,
    "call id" as contact_id,
    agent as agent_id,
    cast(date as date) + cast(time as time)
    + to_seconds(cast("speed of answer in seconds" as int) + cast(epoch(cast(avgtalkduration as time)) as int)) as responded_at,
    "satisfaction rating" as csat,
    line_number
from delivered
where "satisfaction rating" is not null
