/*
table: hr.assignments
files: roster/*.csv
*/
-- A department, as it is written without its trailing blanks, is a team; the roster keeps no history of moves.
select
    empid as employee_id,
    cast(
        case when length(trim(dateofhire)) <= 8 then strptime(dateofhire, '%m/%d/%y') else strptime(dateofhire, '%m/%d/%Y') end
        as date
    ) as valid_from,
    'HQ' as site_id,
    trim(department) as team_id,
    trim(department) as team_name,
    'internal' as business_line,
    case when regexp_matches(position, 'Manager|Director|CIO|President') then 'manager' else 'agent' end as role,
    line_number
from delivered
