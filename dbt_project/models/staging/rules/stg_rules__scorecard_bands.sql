{{ current_rows('rules.scorecard_bands') }}
