{% macro to_local(utc, time_zone) -%}
    {{ return(adapter.dispatch('to_local')(utc, time_zone)) }}
{%- endmacro %}

{% macro default__to_local(utc, time_zone) -%}
    timezone({{ time_zone }}, timezone('UTC', {{ utc }}))
{%- endmacro %}

{% macro spark__to_local(utc, time_zone) -%}
    from_utc_timestamp({{ utc }}, {{ time_zone }})
{%- endmacro %}

{% macro local_date(utc, time_zone) -%}
    cast({{ to_local(utc, time_zone) }} as date)
{%- endmacro %}

{#- The UTC offset of the day before decides both cases of a clock change, unless it does not lead back to the same local
    time: then the engine's own conversion decides. -#}
{% macro to_utc(local, time_zone) -%}
    {{ return(adapter.dispatch('to_utc')(local, time_zone)) }}
{%- endmacro %}

{% macro default__to_utc(local, time_zone) -%}
    {%- set engine -%} timezone('UTC', timezone({{ time_zone }}, {{ local }})) {%- endset -%}
    {%- set day_before -%} timezone('UTC', timezone({{ time_zone }}, {{ local }} - interval 1 day)) + interval 1 day {%- endset -%}
    case
        when {{ to_local(day_before, time_zone) }} = {{ local }} then {{ day_before }}
        else {{ engine }}
    end
{%- endmacro %}

{% macro spark__to_utc(local, time_zone) -%}
    {%- set day_before -%} to_utc_timestamp({{ local }} - interval 1 day, {{ time_zone }}) + interval 1 day {%- endset -%}
    case
        when from_utc_timestamp({{ day_before }}, {{ time_zone }}) = {{ local }} then {{ day_before }}
        else to_utc_timestamp({{ local }}, {{ time_zone }})
    end
{%- endmacro %}

{#- As to_utc, but a local time that a clock change skips is the instant of the change: the first whole minute at which the
    clock shows more. It lies no further before the time moved on by the gap than the gap is long. -#}
{% macro to_utc_or_jump(local, time_zone) -%}
    {{ return(adapter.dispatch('to_utc_or_jump')(local, time_zone)) }}
{%- endmacro %}

{% macro default__to_utc_or_jump(local, time_zone) -%}
    {%- set moved_on -%} timezone('UTC', timezone({{ time_zone }}, {{ local }})) {%- endset -%}
    case
        when {{ to_local(to_utc(local, time_zone), time_zone) }} = {{ local }} then {{ to_utc(local, time_zone) }}
        else list_min(list_filter(
            list_transform(
                range(0, datediff('minute', {{ local }}, {{ to_local(moved_on, time_zone) }}) + 1),
                lambda minutes: date_trunc('minute', {{ moved_on }}) - to_minutes(minutes)
            ),
            lambda instant: {{ to_local('instant', time_zone) }} > {{ local }}
        ))
    end
{%- endmacro %}

{% macro spark__to_utc_or_jump(local, time_zone) -%}
    {%- set moved_on -%} to_utc_timestamp({{ local }}, {{ time_zone }}) {%- endset -%}
    case
        when {{ to_local(to_utc(local, time_zone), time_zone) }} = {{ local }} then {{ to_utc(local, time_zone) }}
        else array_min(filter(
            sequence(
                date_trunc('minute', {{ moved_on }}) - ({{ to_local(moved_on, time_zone) }} - {{ local }}),
                date_trunc('minute', {{ moved_on }}),
                interval 1 minute
            ),
            instant -> {{ to_local('instant', time_zone) }} > {{ local }}
        ))
    end
{%- endmacro %}

{% macro microseconds_between(earlier, later) -%}
    ({{ microseconds_of(later) }} - {{ microseconds_of(earlier) }})
{%- endmacro %}


{% macro microseconds_of(instant) -%}
    {{ return(adapter.dispatch('microseconds_of')(instant)) }}
{%- endmacro %}

{% macro default__microseconds_of(instant) -%}
    epoch_us({{ instant }})
{%- endmacro %}

{% macro spark__microseconds_of(instant) -%}
    unix_micros({{ instant }})
{%- endmacro %}
