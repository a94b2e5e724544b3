{{ config(materialized='table') }}

{{ base_rows('hr.staffing_requirements') }}
