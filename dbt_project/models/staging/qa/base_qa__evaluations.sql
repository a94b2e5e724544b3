{{ config(materialized='table') }}

{{ base_rows('qa.evaluations') }}
