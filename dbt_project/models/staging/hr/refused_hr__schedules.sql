{{ config(materialized='table', schema='quarantine') }}

{{ refused_rows('hr.schedules') }}
