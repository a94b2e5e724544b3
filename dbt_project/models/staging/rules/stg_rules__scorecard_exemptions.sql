{{ current_rows('rules.scorecard_exemptions') }}
