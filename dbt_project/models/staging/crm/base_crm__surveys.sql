{{ config(materialized='table') }}

{{ base_rows('crm.surveys') }}
