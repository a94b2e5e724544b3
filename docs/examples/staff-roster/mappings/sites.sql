/*
table: hr.sites
files: roster/*.csv
*/
-- The roster names no site: its people work from one company in Massachusetts.
select
    'HQ' as site_id,
    'Headquarters' as site_name,
    'America/New_York' as time_zone,
    'US' as country,
    min(line_number) as line_number
from delivered
