{{ config(materialized='table', schema='quarantine') }}

{{ refused_rows('crm.surveys') }}
