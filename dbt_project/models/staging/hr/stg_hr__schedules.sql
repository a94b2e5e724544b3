{{ current_rows('hr.schedules') }}
