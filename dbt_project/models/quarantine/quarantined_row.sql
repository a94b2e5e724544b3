-- Made by `make generate` from the contracts: change those, not this.
with

delivery as (select * from {{ source('raw', 'delivery') }} where superseded_by is null),

refused as (
    select 'acd.queues' as table_name, * from {{ ref('excluded_acd__queues') }} where is_quarantined
    union all
    select 'acd.contact_legs' as table_name, * from {{ ref('excluded_acd__contact_legs') }} where is_quarantined
    union all
    select 'acd.agent_states' as table_name, * from {{ ref('excluded_acd__agent_states') }} where is_quarantined
    union all
    select 'crm.cases' as table_name, * from {{ ref('excluded_crm__cases') }} where is_quarantined
    union all
    select 'crm.surveys' as table_name, * from {{ ref('excluded_crm__surveys') }} where is_quarantined
    union all
    select 'crm.complaints' as table_name, * from {{ ref('excluded_crm__complaints') }} where is_quarantined
    union all
    select 'crm.orders' as table_name, * from {{ ref('excluded_crm__orders') }} where is_quarantined
    union all
    select 'hr.sites' as table_name, * from {{ ref('excluded_hr__sites') }} where is_quarantined
    union all
    select 'hr.employees' as table_name, * from {{ ref('excluded_hr__employees') }} where is_quarantined
    union all
    select 'hr.assignments' as table_name, * from {{ ref('excluded_hr__assignments') }} where is_quarantined
    union all
    select 'hr.schedules' as table_name, * from {{ ref('excluded_hr__schedules') }} where is_quarantined
    union all
    select 'hr.staffing_requirements' as table_name, * from {{ ref('excluded_hr__staffing_requirements') }} where is_quarantined
    union all
    select 'hr.training_sessions' as table_name, * from {{ ref('excluded_hr__training_sessions') }} where is_quarantined
    union all
    select 'hr.training_records' as table_name, * from {{ ref('excluded_hr__training_records') }} where is_quarantined
    union all
    select 'hr.requisitions' as table_name, * from {{ ref('excluded_hr__requisitions') }} where is_quarantined
    union all
    select 'hr.budget_lines' as table_name, * from {{ ref('excluded_hr__budget_lines') }} where is_quarantined
    union all
    select 'hr.appraisals' as table_name, * from {{ ref('excluded_hr__appraisals') }} where is_quarantined
    union all
    select 'qa.evaluations' as table_name, * from {{ ref('excluded_qa__evaluations') }} where is_quarantined
    union all
    select 'qa.evaluation_items' as table_name, * from {{ ref('excluded_qa__evaluation_items') }} where is_quarantined
    union all
    select 'qa.report_deliveries' as table_name, * from {{ ref('excluded_qa__report_deliveries') }} where is_quarantined
    union all
    select 'rules.kpi_targets' as table_name, * from {{ ref('excluded_rules__kpi_targets') }} where is_quarantined
    union all
    select 'rules.scorecard_weights' as table_name, * from {{ ref('excluded_rules__scorecard_weights') }} where is_quarantined
    union all
    select 'rules.scorecard_bands' as table_name, * from {{ ref('excluded_rules__scorecard_bands') }} where is_quarantined
    union all
    select 'rules.scorecard_exemptions' as table_name, * from {{ ref('excluded_rules__scorecard_exemptions') }} where is_quarantined
),

final as (
    select
        refused.table_name,
        delivery.file,
        refused.line_number as line,
        refused.column_name,
        refused.reason,
        refused.row_text,
        refused.row_text_public,
        refused.delivery_id
    from refused
    inner join delivery on refused.delivery_id = delivery.delivery_id
    union all
    select
        table_name,
        file,
        cast(null as bigint) as line,
        cast(null as {{ dbt.type_string() }}) as column_name,
        concat('the file can''t be used: ', unreadable_reason) as reason,
        cast(null as {{ dbt.type_string() }}) as row_text,
        cast(null as {{ dbt.type_string() }}) as row_text_public,
        delivery_id
    from delivery
    where unreadable_reason is not null
)

select * from final
