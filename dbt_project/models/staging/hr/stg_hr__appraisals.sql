{{ current_rows('hr.appraisals') }}
