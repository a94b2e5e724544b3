{#- The two rules between the rows of a table. Each names the rows that others rule out `ruled_out`. -#}

{#- A value that leads to one subject (`leads_to`, a login to an employee): of the rows that stand, those whose value an
    earlier subject has are ruled out. The version before such a row then stands in, and may clash in its turn: so three
    rounds.

    Where rows have periods (`periods`, employments), rows of one subject that have a day in common are versions of one
    row: a row stands unless a later one of its key was delivered, or a later one that it has a day in common with, whether
    that one itself stands or not. -#}
{% macro taken_values(contract, rounds=3) -%}
{%- set column, of = contract.leads_to.column, contract.leads_to.of -%}
{%- set key = contract.key | join(', ') -%}
{%- for round in range(1, rounds + 1) -%}
{%- set rows = 'good' if round == 1 else 'standing_' ~ (round - 1) -%}
{{ ranked_rows(contract, rows, 'ranked_' ~ round) }},

clashing_{{ round }} as (
    select * from (
        select
            *,
            min({{ of }}) over (partition by {{ column }}) as belongs_to
        from ranked_{{ round }}
        where age = 1 and {{ column }} is not null
    ) as claims
    where {{ of }} > belongs_to
),

standing_{{ round }} as (
    select * from {{ rows }}
    where not exists (select 1 from clashing_{{ round }} as clashing where {{ on_columns(contract.row, 'clashing', rows) }})
),

{% endfor -%}
ruled_out as (
    {%- for round in range(1, rounds + 1) %}
    select {{ contract.row | join(', ') }} from clashing_{{ round }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

{{ ranked_rows(contract, 'standing_' ~ rounds, 'claimed') }}
{%- endmacro %}

{#- The CTE `name`: rows with their age, 1 for those that stand. -#}
{% macro ranked_rows(contract, rows, name) -%}
{%- set periods = contract.periods -%}
{{ name }}{{ '_by_key' if periods }} as (
    select
        *,
        row_number() over (
            partition by {{ contract.key | join(', ') }} order by {{ newest_first(contract, rows) }}
        ) as {{ 'key_age' if periods else 'age' }}
    from {{ rows }}
)
{%- if periods -%},

{{ name }} as (
    select
        by_key.*,
        case when overtaken.{{ contract.row[0] }} is null then by_key.key_age else by_key.key_age + 1 end as age
    from {{ name }}_by_key as by_key
    left join (
        select distinct earlier.{{ contract.row | join(', earlier.') }}
        from {{ name }}_by_key as earlier
        inner join {{ rows }} as later
            on
                earlier.{{ periods.of }} = later.{{ periods.of }}
                and earlier.{{ periods.starts }} <> later.{{ periods.starts }}
                and {{ is_later('later', 'earlier') }}
                and later.{{ periods.starts }} <= coalesce(earlier.{{ periods.ends }}, {{ last_day() }})
                and earlier.{{ periods.starts }} <= coalesce(later.{{ periods.ends }}, {{ last_day() }})
        where earlier.key_age = 1
    ) as overtaken on {{ on_columns(contract.row, 'by_key', 'overtaken') }}
)
{%- endif %}
{%- endmacro %}

{#- Segments that do not overlap (`no_overlap`): one that starts before an earlier one, which itself counts, has ended is
    ruled out. Only runs of segments of which each starts before all earlier ones have ended are walked through. -#}
{% macro overlapping_segments(contract) -%}
{%- set within = contract.no_overlap.within -%}
{%- set starts = contract.no_overlap.starts -%}
newest as (
    select good.* from good
    left join versions on {{ on_columns(contract.row, 'good', 'versions') }}
    where coalesce(versions.age, 1) = 1
),

neighbours as (
    select
        *,
        row_number() over (partition by {{ within }} order by {{ starts }}) as place,
        max(segment_ends_at) over (
            partition by {{ within }} order by {{ starts }} rows between unbounded preceding and 1 preceding
        ) as busy_until
    from newest
),

runs as (
    select
        *,
        sum(case when busy_until > {{ starts }} then 0 else 1 end) over (
            partition by {{ within }} order by {{ starts }} rows between unbounded preceding and current row
        ) as run
    from neighbours
),

crowded as (
    select
        runs.*,
        row_number() over (partition by runs.{{ within }}, runs.run order by runs.{{ starts }}) as step
    from runs
    inner join (
        select distinct
            {{ within }},
            run
        from runs
        where busy_until > {{ starts }}
    ) as crowds on runs.{{ within }} = crowds.{{ within }} and runs.run = crowds.run
),

-- along each run: a segment counts if it starts when the last one that counts has ended
walked as (
    select
        {{ within }},
        run,
        step,
        {{ contract.row | join(',\n        ') }},
        segment_ends_at as counts_until,
        true as counts
    from crowded
    where step = 1
    union all
    select
        crowded.{{ within }},
        crowded.run,
        crowded.step,
        crowded.{{ contract.row | join(',\n        crowded.') }},
        case when crowded.{{ starts }} >= walked.counts_until then crowded.segment_ends_at else walked.counts_until end,
        crowded.{{ starts }} >= walked.counts_until
    from walked
    inner join crowded
        on walked.{{ within }} = crowded.{{ within }}
        and walked.run = crowded.run
        and walked.step + 1 = crowded.step
),

ruled_out as (
    select {{ contract.row | join(', ') }} from walked
    where not counts
)
{%- endmacro %}
