{{ config(materialized='table') }}

{{ base_rows('qa.report_deliveries') }}
