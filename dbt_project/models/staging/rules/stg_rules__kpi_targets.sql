{{ current_rows('rules.kpi_targets') }}
