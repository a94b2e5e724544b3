{{ current_rows('acd.queue_intervals') }}
