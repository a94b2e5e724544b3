{{ current_rows('qa.evaluations') }}
