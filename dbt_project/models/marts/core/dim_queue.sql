select
    queue_id,
    {{ first_day() }} as valid_from,
    cast(null as date) as valid_to,
    queue_name,
    business_line,
    channel,
    service_level_seconds,
    short_abandon_seconds
from {{ ref('stg_acd__queues') }}
