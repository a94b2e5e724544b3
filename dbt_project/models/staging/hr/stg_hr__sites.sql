{{ current_rows('hr.sites') }}
