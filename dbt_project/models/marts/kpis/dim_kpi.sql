select
    kpi_id,
    name_en,
    name_zh,
    unit,
    better,
    definition,
    numerator,
    denominator,
    definition_zh,
    numerator_zh,
    denominator_zh,
    owner_role,
    scopes,
    cast(matures_after_days as integer) as matures_after_days
from {{ ref('kpi_definitions') }}
