{{ current_rows('hr.employees') }}
