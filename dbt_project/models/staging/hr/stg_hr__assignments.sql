{{ current_rows('hr.assignments') }}
