{{ current_rows('qa.report_deliveries') }}
