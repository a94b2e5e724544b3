{#- The one way from the refresh's months to a filter. Models that read large tables prune with within_selected_months. -#}

{#- First days of the selected months, ascending, as datetime objects. -#}
{% macro selected_months() -%}
    {%- set months = [] -%}
    {%- for month in var('months') -%}
        {%- do months.append(modules.datetime.datetime.strptime((month | string)[:10], '%Y-%m-%d')) -%}
    {%- endfor -%}
    {{ return(months | unique | sort) }}
{%- endmacro %}

{#- The selected months as ranges [first day, first day after them), neighbours joined, each side widened by days. -#}
{% macro selected_ranges(days_before=0, days_after=0) -%}
    {%- set ranges = [] -%}
    {%- for month in selected_months() -%}
        {%- set after = (month + modules.datetime.timedelta(days=31)).replace(day=1) -%}
        {%- if ranges and ranges[-1][1] == month -%}
            {%- do ranges.append((ranges.pop()[0], after)) -%}
        {%- else -%}
            {%- do ranges.append((month, after)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set widened = [] -%}
    {%- for first, after in ranges -%}
        {%- do widened.append((
            (first - modules.datetime.timedelta(days=days_before)).strftime('%Y-%m-%d'),
            (after + modules.datetime.timedelta(days=days_after)).strftime('%Y-%m-%d'),
        )) -%}
    {%- endfor -%}
    {{ return(widened) }}
{%- endmacro %}

{#- How far outside the selected months plan and states are read. A shift that begins in a selected month is followed for
    so many days, and a shift's beginning is looked for so many days back: no run of work without a break of four hours
    is longer. -#}
{% macro longest_shift_days() -%}
    {{ return(8) }}
{%- endmacro %}

{#- Is the instant (UTC) in a selected month, give or take some days? A local day is at most 14 hours away from the
    UTC one, so at least one day belongs on either side. -#}
{% macro within_selected_months(instant, days_before=1, days_after=1) -%}
    {%- set ranges = selected_ranges(days_before, days_after) -%}
    {%- if not ranges %} false
    {%- else -%}
    (
        {%- for first, after in ranges %}
        {{ 'or ' if not loop.first }}({{ instant }} >= timestamp '{{ first }} 00:00:00' and {{ instant }} < timestamp '{{ after }} 00:00:00')
        {%- endfor %}
    )
    {%- endif -%}
{%- endmacro %}

{#- Does the interval share time with the selected months widened by days, however long it is? -#}
{% macro overlaps_selected_months(starts_at, ends_at, days_before=1, days_after=1) -%}
    {%- set ranges = selected_ranges(days_before, days_after) -%}
    {%- if not ranges %} false
    {%- else -%}
    (
        {%- for first, after in ranges %}
        {{ 'or ' if not loop.first }}({{ ends_at }} > timestamp '{{ first }} 00:00:00' and {{ starts_at }} < timestamp '{{ after }} 00:00:00')
        {%- endfor %}
    )
    {%- endif -%}
{%- endmacro %}

{#- Is the plain date in a selected month? With `rolls_on_months` also in so many after one, or in any ('all'): where a
    month's rows count in the rows of later months; with `months_before` also in so many before one: what those are made of. -#}
{% macro in_selected_months(date, rolls_on_months=0, months_before=0) -%}
    {%- set ranges = rolled_on_ranges(rolls_on_months, months_before) -%}
    {%- if not ranges %} false
    {%- else -%}
    (
        {%- for first, after in ranges %}
        {{ 'or ' if not loop.first }}({{ date }} >= date '{{ first }}' and {{ date }} < date '{{ after }}')
        {%- endfor %}
    )
    {%- endif -%}
{%- endmacro %}

{#- The selected ranges, each so many months longer, and begun so many months earlier. They may overlap. -#}
{% macro rolled_on_ranges(months, months_before=0) -%}
    {%- set rolled = [] -%}
    {%- for first, after in selected_ranges() -%}
        {%- do rolled.append((
            month_later(first, -months_before),
            '9999-12-31' if months == 'all' else month_later(after, months),
        )) -%}
    {%- endfor -%}
    {{ return(rolled) }}
{%- endmacro %}

{#- The first day of a month as text, so many months later. -#}
{% macro month_later(first, months) -%}
    {%- set number = (first[:4] | int) * 12 + (first[5:7] | int) - 1 + months -%}
    {{ return('%04d-%02d-01' % (number // 12, number % 12 + 1)) }}
{%- endmacro %}

{#- The selected months as a relation: month (first day), last_on (last day). -#}
{% macro selected_months_relation() -%}
    {%- for month in selected_months() %}
    select
        date '{{ month.strftime('%Y-%m-%d') }}' as month,
        {{ last_of_month("date '" ~ month.strftime('%Y-%m-%d') ~ "'") }} as last_on
    {{ 'union all' if not loop.last }}
    {%- else %}
    select cast(null as date) as month, cast(null as date) as last_on
    where false
    {%- endfor %}
{%- endmacro %}

{#- Every date of the selected months widened by days, as a relation with the one column date_on. -#}
{% macro selected_dates_relation(days_before=0, days_after=0) -%}
    {%- for first, after in selected_ranges(days_before, days_after) %}
    select {{ each_date("date '" ~ first ~ "'", add_days("date '" ~ after ~ "'", -1)) }} as date_on
    {{ 'union' if not loop.last }}
    {%- else %}
    select cast(null as date) as date_on
    where false
    {%- endfor %}
{%- endmacro %}
