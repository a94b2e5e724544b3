/*
table: acd.queues
files: bank/*.txt
reader: {format: tsv}
*/
-- One queue per type of service; what the types stand for is told in Brown et al., JASA 2005.
select
    type as queue_id,
    case type
        when 'PS' then 'Regular activity'
        when 'PE' then 'Regular activity, English'
        when 'IN' then 'Internet consulting'
        when 'NE' then 'Stock exchange activity'
        when 'NW' then 'Prospective customers'
        when 'TT' then 'Call-backs'
    end as queue_name,
    case when type in ('PS', 'PE', 'TT') then 'banking' when type = 'NE' then 'stock_exchange'
        when type = 'IN' then 'internet' when type = 'NW' then 'prospects' end as business_line,
    'voice' as channel,
    20 as service_level_seconds,
    -- gone within the second in which the queue began: never waited
    1 as short_abandon_seconds,
    min(line_number) as line_number
from delivered
group by type
