{{ current_rows('crm.cases') }}
