with

queues as (

    select * from {{ ref('stg_acd__queues') }}

),

days as (

    select * from {{ ref('int_login_utc_days') }}
    where is_selected

),

valid_orders as (

    select distinct contact_id
    from {{ ref('stg_crm__orders') }}
    where status = 'valid' and created_at <= {{ as_of() }} and contact_id is not null

),

legs as {{ inlined() }} (

    select
        legs.contact_id,
        legs.leg_number,
        legs.leg_id,
        legs.offered_at,
        legs.answered_at,
        legs.outcome = 'answered' as is_answered,
        {{ is_short_abandon('legs', 'queues') }} as is_short_abandon,
        case when legs.outcome = 'answered' then coalesce(legs.agent_id, '') else '' end as agent_key,
        legs.customer_id,
        legs.topic,
        queues.channel,
        queues.business_line,
        legs.delivery_id,
        legs.line_number,
        legs.row_number
    from {{ ref('stg_acd__contact_legs') }} as legs
    inner join queues on queues.queue_id = legs.queue_id
    where
        legs.direction = 'inbound'
        and legs.ended_at <= {{ as_of() }}
        and {{ within_selected_months(
            'legs.offered_at', var('longest_contact_days') + 1,
            var('longest_contact_days') + var('repeat_contact_days') + 1
        ) }}

),

-- Few contacts have more than one leg; only the legs of those are sorted.
several as (

    select contact_id
    from legs
    group by contact_id
    having count(*) > 1

),

placed as (

    select
        legs.*,
        row_number() over (
            partition by legs.contact_id
            order by legs.leg_number, legs.offered_at, legs.leg_id
        ) as place,
        row_number() over (
            partition by legs.contact_id, legs.is_answered
            order by legs.leg_number, legs.offered_at, legs.leg_id
        ) as place_among_equals,
        min(case when legs.is_short_abandon then 1 else 0 end) over (partition by legs.contact_id) = 1
            as are_all_short_abandons
    from legs
    inner join several on several.contact_id = legs.contact_id

),

-- Attributes come from the first leg, attribution from the first answered leg.
contacts as (

    select
        legs.contact_id,
        legs.offered_at as first_offered_at,
        legs.customer_id,
        legs.topic,
        legs.channel,
        legs.is_short_abandon as are_all_short_abandons,
        legs.is_answered,
        legs.answered_at,
        legs.agent_key,
        legs.business_line,
        legs.delivery_id,
        legs.line_number,
        legs.row_number
    from legs
    left join several on several.contact_id = legs.contact_id
    where several.contact_id is null

    union all

    select
        first_leg.contact_id,
        first_leg.offered_at as first_offered_at,
        first_leg.customer_id,
        first_leg.topic,
        first_leg.channel,
        first_leg.are_all_short_abandons,
        answered_leg.contact_id is not null as is_answered,
        answered_leg.answered_at,
        coalesce(answered_leg.agent_key, '') as agent_key,
        coalesce(answered_leg.business_line, first_leg.business_line) as business_line,
        coalesce(answered_leg.delivery_id, first_leg.delivery_id) as delivery_id,
        coalesce(answered_leg.line_number, first_leg.line_number) as line_number,
        coalesce(answered_leg.row_number, first_leg.row_number) as row_number
    from placed as first_leg
    left join placed as answered_leg
        on
            answered_leg.contact_id = first_leg.contact_id
            and answered_leg.is_answered
            and answered_leg.place_among_equals = 1
    where first_leg.place = 1

),

-- A contact of short abandons only is not a repeat, so such contacts are a partition of their own. The count for
-- contacts without a customer is meaningless and not used below.
followed as (

    select
        *,
        count(*) over (
            partition by are_all_short_abandons, customer_id, topic
            order by {{ microseconds_of('first_offered_at') }}
            range between 1 following and {{ var('repeat_contact_days') * 24 * 3600 * 1000000 }} following
        ) as repeats
    from contacts

),

final as (

    select
        days.month,
        days.local_date,
        days.period_id,
        followed.contact_id,
        followed.business_line,
        followed.delivery_id,
        followed.line_number,
        followed.row_number,
        case when followed.is_answered and followed.customer_id is not null then 1 else 0 end as known_contacts,
        case when followed.is_answered and followed.customer_id is not null and followed.repeats = 0 then 1 else 0 end
            as contacts_without_repeat,
        case when followed.channel = 'chat' and not followed.are_all_short_abandons then 1 else 0 end as chat_contacts,
        case when followed.channel = 'chat' and not followed.are_all_short_abandons and not followed.is_answered then 1 else 0 end
            as lost_chat_contacts,
        case when followed.channel = 'chat' and followed.is_answered then 1 else 0 end as answered_chat_contacts,
        case when followed.channel = 'chat' and followed.is_answered and valid_orders.contact_id is not null then 1 else 0 end
            as converted_chat_contacts,
        case when followed.channel = 'chat' and followed.is_answered and followed.answered_at is not null then 1 else 0 end
            as chat_contacts_with_known_response,
        case
            when followed.channel = 'chat' and followed.is_answered and followed.answered_at is not null
                then {{ microseconds_between('followed.first_offered_at', 'followed.answered_at') }}
            else 0
        end as first_response_microseconds
    from followed
    inner join days
        on
            days.agent_key = followed.agent_key
            and days.utc_date = cast(followed.first_offered_at as date)
            and followed.first_offered_at >= days.starts_at
            and followed.first_offered_at < days.ends_at
    left join valid_orders on valid_orders.contact_id = followed.contact_id

)

select * from final
