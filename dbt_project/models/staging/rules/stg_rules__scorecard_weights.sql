{{ current_rows('rules.scorecard_weights') }}
