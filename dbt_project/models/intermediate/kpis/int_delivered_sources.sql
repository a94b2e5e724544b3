select distinct table_name as source_table
from {{ source('raw', 'delivery') }}
where superseded_by is null and unreadable_reason is null
