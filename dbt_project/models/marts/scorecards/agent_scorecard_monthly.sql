{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month', 'rolls_on_months': 'all'},
) }}

with

scores as (

    select * from {{ ref('int_scorecard_scores') }}
    where subject = 'employee'

),

days as (

    select
        cast(date_trunc('month', business_date) as date) as month,
        employee_id,
        sum(case when is_present then 1 else 0 end) as days_present
    from {{ ref('fct_agent_day') }}
    where {{ in_selected_months('business_date') }}
    group by cast(date_trunc('month', business_date) as date), employee_id

),

-- Without states, days present are unknown.
months_with_states as (

    select month
    from days
    group by month
    having sum(days_present) > 0

),

present as (

    select
        scores.*,
        cast(floor(100 * scores.weight_covered) as bigint) as points_covered,
        case when months_with_states.month is not null and scores.agent_id is not null then coalesce(days.days_present, 0) end
            as days_present
    from scores
    left join months_with_states on months_with_states.month = scores.month
    left join days on days.month = scores.month and days.employee_id = scores.subject_id

),

checked as (

    select
        *,
        case
            when kpis = 0 then 'no_weights'
            when weight_covered < 0.5 and kpis_with_a_number > 0 then 'little_weight'
            when score is null then 'no_number'
            when days_present < {{ var('scorecard_min_days_present') }} then 'few_days'
        end as left_out_code
    from present

),

counted as (

    select
        *,
        sum(case when left_out_code is null then 1 else 0 end) over (partition by month, business_line, role) as people
    from checked

),

coded as (

    select
        *,
        coalesce(left_out_code, case when people < {{ var('scorecard_min_people') }} then 'few_people' end) as unranked_code
    from counted

),

reasoned as (

    select
        *,
        case unranked_code
            when 'no_weights' then 'no weights for the role ' || role || ' in the line ' || business_line
            when 'little_weight' then 'numbers for only ' || cast(points_covered as varchar) || ' of 100 points of weight'
            when 'no_number' then 'none of the KPIs has a number'
            when 'few_days'
                then 'present on ' || cast(days_present as varchar) || ' of at least {{ var('scorecard_min_days_present') }} days'
            when 'few_people'
                then cast(people as varchar) || ' of at least {{ var('scorecard_min_people') }} people in the line and role'
        end as unranked_reason
    from coded

),

-- Scores that agree to the sixth decimal are equal: doubles leave the last bits open.
ranked as (

    select
        *,
        case
            when unranked_code is null
                then rank() over (
                    partition by month, business_line, role, case when unranked_code is null then 1 else 0 end
                    order by round(score, 6) desc
                )
        end as place,
        -- at most a fifth of the people is in the top or bottom tier
        floor(people * 0.2) as fifth
    from reasoned

),

built as (

    select
        month,
        subject_id as employee_id,
        site_id,
        team_id,
        business_line,
        role,
        cast(kpis as bigint) as kpis,
        cast(kpis_with_a_number as bigint) as kpis_with_a_number,
        own_score,
        team_score,
        score,
        cast(days_present as bigint) as days_present,
        cast(case when unranked_code is null then people else 0 end as bigint) as people_ranked,
        cast(place as bigint) as rank,
        case
            when place <= fifth then 'top'
            when place > people - fifth then 'bottom'
            when place is not null then 'middle'
        end as tier,
        unranked_reason,
        unranked_code,
        is_provisional,
        '{{ var("release_id") }}' as release_id
    from ranked

    {% if is_incremental() -%}
    union all

    -- Published rows of the other months: rebuilding a month changes the counts of the months after it.
    select
        month,
        employee_id,
        site_id,
        team_id,
        business_line,
        role,
        kpis,
        kpis_with_a_number,
        own_score,
        team_score,
        score,
        days_present,
        people_ranked,
        rank,
        tier,
        unranked_reason,
        {{ kept_column('unranked_code', dbt.type_string()) }},
        is_provisional,
        release_id
    from {{ this }}
    where not {{ in_selected_months('month') }}
    {%- endif %}

),

-- Consecutive months in the bottom tier share the number of better ranked months before them.
followed as (

    select
        *,
        sum(case when tier is not null then 1 else 0 end) over (
            partition by employee_id
            order by month
            rows between unbounded preceding and current row
        ) as ranked_months,
        sum(case when tier in ('top', 'middle') then 1 else 0 end) over (
            partition by employee_id
            order by month
            rows between unbounded preceding and current row
        ) as better_months
    from built

),

final as (

    select
        *,
        cast(sum(case when tier = 'bottom' then 1 else 0 end) over (
            partition by employee_id, better_months
            order by month
            rows between unbounded preceding and current row
        ) as bigint) as months_in_bottom_tier,
        cast(ranked_months as bigint) as months_ranked
    from followed

)

select
    month,
    employee_id,
    site_id,
    team_id,
    business_line,
    role,
    kpis,
    kpis_with_a_number,
    own_score,
    team_score,
    score,
    days_present,
    people_ranked,
    rank,
    tier,
    unranked_reason,
    unranked_code,
    months_in_bottom_tier,
    months_ranked,
    is_provisional,
    release_id
from final
where {{ in_selected_months('month', rolls_on_months='all') }}
