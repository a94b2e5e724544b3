{#- The texts of kpi_driver_monthly. They read the columns of its CTE `found`: agents, lowest, highest, is_measured,
    correlation, slope, the driver's unit, name_en and name_zh, and the same of the satisfaction measure with
    satisfaction_ before them. -#}

{#- Chance alone brings one pair of 370 three standard errors, 1 / sqrt(agents) each, away from 0, and a month looks at
    hundreds of pairs. -#}
{% macro claimed_standard_errors() -%}
    {{ return(3) }}
{%- endmacro %}

{% macro driver_steps() -%}
    {%- set steps = {
        'ratio': [
            (0.1, 'Ten percentage points more', '每高10个百分点'), (0.01, 'One percentage point more', '每高1个百分点'),
        ],
        'seconds': [(60, 'One minute more', '每多1分钟'), (10, 'Ten seconds more', '每多10秒')],
        'points': [(10, 'Ten points more', '每高10分'), (1, 'One point more', '每高1分')],
        'per_hour': [(1, 'One more in', '每多1个'), (0.1, '0.1 more in', '每多0.1个')],
        'money': [(100, '100 more in', '每高100'), (10, '10 more in', '每高10')],
        'count': [(10, 'Ten more in', '每多10个'), (1, 'One more in', '每多1个')],
    } -%}
    {%- for unit, (wide, narrow) in steps.items() %}
    select
        '{{ unit }}' as unit,
        cast({{ wide[0] }} as double) as wide_step,
        '{{ wide[1] }}' as wide_en,
        '{{ wide[2] }}' as wide_zh,
        cast({{ narrow[0] }} as double) as narrow_step,
        '{{ narrow[1] }}' as narrow_en,
        '{{ narrow[2] }}' as narrow_zh
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro within_sentence(name) -%}
    lower(substring({{ name }}, 1, 1)) || substring({{ name }}, 2)
{%- endmacro %}

{% macro driver_finding() -%}
    case
        when agents < {{ var('driver_min_agents') }} then 'too_few'
        when not is_measured then 'constant'
        when abs(correlation) >= {{ claimed_standard_errors() }} / sqrt(agents) then 'related'
        else 'unclear'
    end
{%- endmacro %}

{% macro change_in_words(change, below) -%}
    case
        when abs({{ change }}) < 0.005 then '{{ below }}'
        else cast(cast(abs({{ change }}) as decimal(18, 2)) as varchar)
    end
{%- endmacro %}

{% macro driver_sentence() -%}
    case finding
        when 'too_few'
            then
                cast(agents as varchar) || ' of at least {{ var("driver_min_agents") }} agents with enough surveys: too few to say anything about '
                || {{ within_sentence('name_en') }} || ' and ' || {{ within_sentence('satisfaction_name_en') }} || '.'
        when 'constant'
            then
                constant_name_en || ' is the same for all ' || cast(agents as varchar) || ' agents: nothing can be said about '
                || {{ within_sentence('name_en') }} || ' and ' || {{ within_sentence('satisfaction_name_en') }} || '.'
        when 'unclear'
            then
                'No clear relation between ' || {{ within_sentence('name_en') }} || ' and '
                || {{ within_sentence('satisfaction_name_en') }} || ' among ' || cast(agents as varchar) || ' agents.'
        else
            step_en || ' ' || {{ within_sentence('name_en') }} || ' goes with '
            || {{ change_in_words('change', 'less than 0.01') }}
            || case satisfaction_unit when 'ratio' then ' percentage points' else ' points' end
            || case when change < 0 then ' less ' else ' more ' end
            || {{ within_sentence('satisfaction_name_en') }} || ', among ' || cast(agents as varchar) || ' agents.'
    end
{%- endmacro %}

{% macro driver_sentence_zh() -%}
    case finding
        when 'too_few'
            then
                '评价数量足够的员工只有' || cast(agents as varchar) || '名（至少需要{{ var("driver_min_agents") }}名），无法判断'
                || name_zh || '与' || satisfaction_name_zh || '的关系。'
        when 'constant'
            then
                cast(agents as varchar) || '名员工的' || constant_name_zh || '都相同，无法判断' || name_zh || '与'
                || satisfaction_name_zh || '的关系。'
        when 'unclear'
            then cast(agents as varchar) || '名员工中，' || name_zh || '与' || satisfaction_name_zh || '没有明显关系。'
        else
            cast(agents as varchar) || '名员工中，' || name_zh || step_zh || '，' || satisfaction_name_zh || '平均'
            || case when change < 0 then '低' else '高' end
            || {{ change_in_words('change', '不到0.01') }}
            || case satisfaction_unit when 'ratio' then '个百分点' else '分' end || '。'
    end
{%- endmacro %}
