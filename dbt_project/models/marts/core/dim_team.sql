with

assignments as (

    select * from {{ ref('stg_hr__assignments') }}

),

-- A team has no table of its own: what most of the assignments that start on one day say about it; if equally many, the
-- first in the alphabet.
team_versions as (

    select
        team_id,
        valid_from,
        team_name,
        site_id,
        business_line,
        row_number() over (
            partition by team_id, valid_from
            order by count(*) desc, team_name asc, site_id asc, business_line asc
        ) as preference
    from assignments
    group by team_id, valid_from, team_name, site_id, business_line

),

compared as (

    select
        *,
        lag(team_name) over (partition by team_id order by valid_from) as previous_name,
        lag(site_id) over (partition by team_id order by valid_from) as previous_site_id,
        lag(business_line) over (partition by team_id order by valid_from) as previous_line
    from team_versions
    where preference = 1

),

changes as (

    select
        *,
        row_number() over (partition by team_id order by valid_from) as version,
        lead(valid_from) over (partition by team_id order by valid_from) as next_valid_from
    from compared
    where
        previous_name is null
        or team_name <> previous_name
        or site_id <> previous_site_id
        or business_line <> previous_line

),

final as (

    select
        team_id,
        case when version = 1 then {{ first_day() }} else valid_from end as valid_from,
        {{ add_days('next_valid_from', -1) }} as valid_to,
        team_name,
        site_id,
        business_line
    from changes

)

select
    team_id,
    valid_from,
    valid_to,
    team_name,
    site_id,
    business_line
from final
