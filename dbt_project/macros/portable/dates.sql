{#- Plain dates, where engines differ. -#}

{% macro add_days(date, days) -%}
    {{ return(adapter.dispatch('add_days')(date, days)) }}
{%- endmacro %}

{% macro default__add_days(date, days) -%}
    ({{ date }} + {{ days }})
{%- endmacro %}

{% macro spark__add_days(date, days) -%}
    date_add({{ date }}, {{ days }})
{%- endmacro %}

{#- One row for each date from the first to the last, both included, none where the last lies before the first.
    Stands in a select list. -#}
{% macro each_date(first, last) -%}
    {{ return(adapter.dispatch('each_date')(first, last)) }}
{%- endmacro %}

{% macro default__each_date(first, last) -%}
    {#- Most stretches of time end on the date they begin: a list of one is made much faster than a series. -#}
    unnest(
        case
            when {{ first }} = {{ last }} then [{{ first }}]
            else cast(
                generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval 1 day) as date[]
            )
        end
    )
{%- endmacro %}

{% macro spark__each_date(first, last) -%}
    explode(filter(sequence(least({{ first }}, {{ last }}), {{ last }}), d -> d >= {{ first }}))
{%- endmacro %}

{#- One row for each whole number from the first to the last, both included. Stands in a select list. -#}
{% macro each_number(first, last) -%}
    {{ return(adapter.dispatch('each_number')(first, last)) }}
{%- endmacro %}

{% macro default__each_number(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}))
{%- endmacro %}

{% macro spark__each_number(first, last) -%}
    explode(sequence({{ first }}, {{ last }}))
{%- endmacro %}

{#- The half hour of the UTC clock an instant lies in, as a whole number that grows by one each half hour. -#}
{% macro half_hour_number(instant) -%}
    {{ return(adapter.dispatch('half_hour_number')(instant)) }}
{%- endmacro %}

{% macro default__half_hour_number(instant) -%}
    (epoch_us({{ instant }}) // 1800000000)
{%- endmacro %}

{% macro spark__half_hour_number(instant) -%}
    (unix_micros({{ instant }}) div 1800000000)
{%- endmacro %}

{#- The start of the half hour of that number. -#}
{% macro half_hour_start(number) -%}
    {{ return(adapter.dispatch('half_hour_start')(number)) }}
{%- endmacro %}

{% macro default__half_hour_start(number) -%}
    make_timestamp(({{ number }}) * 1800000000)
{%- endmacro %}

{% macro spark__half_hour_start(number) -%}
    timestamp_micros(({{ number }}) * 1800000000)
{%- endmacro %}

{% macro first_of_month(date) -%}
    cast(date_trunc('month', {{ date }}) as date)
{%- endmacro %}

{% macro last_of_month(date) -%}
    {{ add_days("cast(date_trunc('month', " ~ date ~ ") + interval 1 month as date)", -1) }}
{%- endmacro %}

{#- 1 Monday to 7 Sunday. -#}
{% macro iso_weekday(date) -%}
    {{ return(adapter.dispatch('iso_weekday')(date)) }}
{%- endmacro %}

{% macro default__iso_weekday(date) -%}
    cast(isodow({{ date }}) as integer)
{%- endmacro %}

{% macro spark__iso_weekday(date) -%}
    cast(weekday({{ date }}) + 1 as integer)
{%- endmacro %}
