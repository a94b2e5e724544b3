{{ config(materialized='table', schema='quarantine') }}

{{ refused_rows('qa.report_deliveries') }}
