{{ current_rows('qa.evaluation_items') }}
