select
    site_id,
    {{ first_day() }} as valid_from,
    cast(null as date) as valid_to,
    site_name,
    time_zone,
    country
from {{ ref('stg_hr__sites') }}
