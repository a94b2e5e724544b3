/*
table: hr.employees
files: bank/*.txt
reader: {format: tsv}
*/
-- The log knows its agents by name alone, and not since when they work there: a date before the month keeps them out of
-- the month's hires.
select
    server as employee_id,
    server as agent_id,
    date '1999-01-01' as hired_on,
    min(line_number) as line_number
from delivered
where server <> 'NO_SERVER'
group by server
