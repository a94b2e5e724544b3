{{ current_rows('hr.requisitions') }}
