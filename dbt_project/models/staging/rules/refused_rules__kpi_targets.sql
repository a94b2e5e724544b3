{{ config(materialized='table', schema='quarantine') }}

{{ refused_rows('rules.kpi_targets') }}
