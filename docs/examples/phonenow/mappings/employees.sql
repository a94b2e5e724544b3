/*
table: hr.employees
files: phonenow/*.xlsx
*/
-- The log does not say since when its agents work there: a date before it keeps them out of the quarter's hires.
select
    agent as employee_id,
    agent as agent_id,
    date '2020-01-01' as hired_on,
    min(line_number) as line_number
from delivered
group by agent
