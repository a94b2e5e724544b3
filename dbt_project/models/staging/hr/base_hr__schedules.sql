{{ config(materialized='table') }}

{{ base_rows('hr.schedules') }}
