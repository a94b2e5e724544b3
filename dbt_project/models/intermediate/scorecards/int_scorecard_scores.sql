with

subjects as (

    select * from {{ ref('int_scorecard_subjects') }}

),

items as (

    select * from {{ ref('int_scorecard_items') }}

),

-- A number without points (no target is set) makes no score: the gate refuses it.
own as (

    select
        month,
        subject,
        subject_id,
        count(*) as kpis,
        sum(case when value is not null then 1 else 0 end) as kpis_with_a_number,
        cast(sum(case when value is not null then weight else 0 end) / sum(weight) as double) as weight_covered,
        case
            when sum(case when value is not null then 1 else 0 end) > 0
                and sum(case when value is not null and points is null then 1 else 0 end) = 0
                then sum(cast(points as decimal(38, 12)))
        end as score,
        max(case when is_provisional then 1 else 0 end) as provisional,
        max(matures_on) as matures_on
    from items
    group by month, subject, subject_id

),

-- A score of less than half of the weight says too little to be anybody's.
counted as (

    select
        *,
        case when weight_covered >= 0.5 then score end as counted_score
    from own

),

final as (

    select
        subjects.month,
        subjects.subject,
        subjects.subject_id,
        subjects.agent_id,
        subjects.site_id,
        subjects.team_id,
        subjects.business_line,
        subjects.role,
        coalesce(own.kpis, 0) as kpis,
        coalesce(own.kpis_with_a_number, 0) as kpis_with_a_number,
        coalesce(own.weight_covered, 0) as weight_covered,
        cast(own.score as double) as own_score,
        cast(team.counted_score as double) as team_score,
        case
            when subjects.subject = 'employee' and team.counted_score is not null
                then cast(
                    own.counted_score * cast({{ var('scorecard_own_share') }} as decimal(7, 6))
                    + team.counted_score * cast({{ var('scorecard_team_share') }} as decimal(7, 6)) as double
                )
            else cast(own.counted_score as double)
        end as score,
        greatest(coalesce(own.provisional, 0), coalesce(team.provisional, 0)) = 1 as is_provisional,
        greatest(own.matures_on, coalesce(team.matures_on, own.matures_on)) as matures_on
    from subjects
    left join counted as own
        on
            own.month = subjects.month
            and own.subject = subjects.subject
            and own.subject_id = subjects.subject_id
    left join counted as team
        on
            subjects.subject = 'employee'
            and team.subject = 'team'
            and team.month = subjects.month
            and team.subject_id = subjects.team_id

)

select * from final
