{% macro selected_months() -%}
    {%- set months = [] -%}
    {%- for month in var('months') -%}
        {%- do months.append(modules.datetime.datetime.strptime((month | string)[:10], '%Y-%m-%d')) -%}
    {%- endfor -%}
    {{ return(months | unique | sort) }}
{%- endmacro %}

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

{% macro longest_shift_days() -%}
    {{ return(8) }}
{%- endmacro %}

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

{% macro month_later(first, months) -%}
    {%- set number = (first[:4] | int) * 12 + (first[5:7] | int) - 1 + months -%}
    {{ return('%04d-%02d-01' % (number // 12, number % 12 + 1)) }}
{%- endmacro %}

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

{% macro selected_dates_relation(days_before=0, days_after=0) -%}
    {%- for first, after in selected_ranges(days_before, days_after) %}
    select {{ each_date("date '" ~ first ~ "'", add_days("date '" ~ after ~ "'", -1)) }} as date_on
    {{ 'union' if not loop.last }}
    {%- else %}
    select cast(null as date) as date_on
    where false
    {%- endfor %}
{%- endmacro %}
