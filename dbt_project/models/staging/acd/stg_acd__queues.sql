{{ current_rows('acd.queues') }}
