{{ current_rows('hr.budget_lines') }}
