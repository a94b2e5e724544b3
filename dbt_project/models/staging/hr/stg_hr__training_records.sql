{{ current_rows('hr.training_records') }}
