/*
table: hr.employees
files: roster/*.csv
*/
-- Years come with two digits or four; the length tells which.
select
    empid as employee_id,
    employee_name as full_name,
    cast(
        case when length(trim(dateofhire)) <= 8 then strptime(dateofhire, '%m/%d/%y') else strptime(dateofhire, '%m/%d/%Y') end
        as date
    ) as hired_on,
    cast(
        case
            when length(trim(dateoftermination)) <= 8 then strptime(dateoftermination, '%m/%d/%y')
            else strptime(dateoftermination, '%m/%d/%Y')
        end as date
    ) as left_on,
    case trim(employmentstatus)
        when 'Voluntarily Terminated' then 'voluntary'
        when 'Terminated for Cause' then 'involuntary'
    end as left_reason,
    line_number
from delivered
