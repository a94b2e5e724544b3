{{ current_rows('hr.training_sessions') }}
