{{ current_rows('hr.staffing_requirements') }}
