{#- KPIs and the measures they are made of, as models/kpis/*.yml declares them in dbt's own metrics and semantic models.
    dbt fills `graph` when models run, not while it parses: until then these macros give empty lists. A model that refers
    to the relations of kpi_families therefore names them in `-- depends_on:` lines, and dbt refuses one that is missing. -#}

{#- The families of rows that KPIs count: one for each semantic model with a source_table.

    rows          the relation that lists the family row by row
    summed        the relation to add up: a smaller one with the same measures where there is one, else `rows`
    source_table  the table that delivery_id and line_number of `rows` point into
    line          the column that stands for the business line
    measures      list of {name, expr: SQL over `rows`, summed_expr: SQL over `summed`}; two families may count one measure,
                  whose first is the one that says where it comes from -#}
{% macro kpi_families() -%}
    {%- set families = [] -%}
    {%- for semantic_model in (graph.semantic_models.values() if execute else []) if semantic_model.config.meta.source_table -%}
        {%- set meta = semantic_model.config.meta -%}
        {%- set measures = [] -%}
        {%- for measure in semantic_model.measures -%}
            {%- set name = measure.name[(meta.prefix or '') | length:] -%}
            {%- set expr = measure.expr or name -%}
            {%- do measures.append({'name': name, 'expr': expr, 'summed_expr': name if meta.added_up_in else expr}) -%}
        {%- endfor -%}
        {%- set lines = semantic_model.dimensions | selectattr('name', 'equalto', 'business_line') | list -%}
        {%- do families.append({
            'rows': semantic_model.refs[0].name,
            'summed': meta.added_up_in or semantic_model.refs[0].name,
            'source_table': meta.source_table,
            'agent_day_columns': meta.agent_day_columns or [],
            'line': lines[0].expr or 'business_line',
            'measures': measures,
        }) -%}
    {%- endfor -%}
    {{ return(families) }}
{%- endmacro %}

{#- What the relation `summed` adds up for KPIs, and the columns `others` that only marts ask for. -#}
{% macro measures_added_up_in(summed, others=[]) -%}
    {%- set measures = [] -%}
    {%- for name in others -%}
        {%- do measures.append({'name': name, 'expr': name}) -%}
    {%- endfor -%}
    {%- for family in kpi_families() if family.summed == summed -%}
        {%- for measure in family.measures if measure.name not in others -%}
            {%- do measures.append(measure) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(measures) }}
{%- endmacro %}

{#- Every KPI with all its attributes, see docs/adding_a_kpi.md. Refuses a KPI that lacks an attribute, has one that does
    not exist, or a value that nothing knows. -#}
{% macro kpis() -%}
    {%- set source_of, columns_of, of_measures = {}, {}, [] -%}
    {%- for family in kpi_families() -%}
        {%- do columns_of.setdefault(family.source_table, []).extend(family.agent_day_columns) -%}
        {%- for measure in family.measures -%}
            {%- do source_of.setdefault(measure.name, family.source_table) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for semantic_model in (graph.semantic_models.values() if execute else []) -%}
        {%- do of_measures.extend(semantic_model.measures | map(attribute='name')) -%}
    {%- endfor -%}
    {%- set found, defaults = [], kpi_defaults() -%}
    {%- for metric in (graph.metrics.values() if execute else []) if metric.name not in of_measures -%}
        {%- do check_kpi(metric, defaults) -%}
        {%- do found.append(kpi_of_metric(metric, defaults, source_of, columns_of)) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Attributes that a KPI may leave out, and what holds then. A KPI in points says its scale; a ratio runs from 0 to 1. -#}
{% macro kpi_defaults() -%}
    {{ return({
        'needs': [],
        'known_of': none,
        'matures_after_days': 0,
        'counted_where': none,
        'numerator_factor': 1,
        'numerator_divisor': 1,
        'denominator_divisor': 1,
        'is_never_negative': false,
        'is_satisfaction': false,
        'scale': none,
        'bounds': none,
        'may_exceed_one': false,
        'is_cohort': false,
        'event_size': 1,
        'headline_rank': none,
        'is_charted_by_team': false,
    }) }}
{%- endmacro %}

{% macro check_kpi(metric, defaults) -%}
    {%- set required = ['numerator', 'denominator', 'zh', 'unit', 'better', 'owner_role', 'scopes'] -%}
    {%- set meta = metric.config.meta -%}
    {%- set problems = [] -%}
    {%- for name in required if name not in meta -%}
        {%- do problems.append('meta.' ~ name ~ ' is missing') -%}
    {%- endfor -%}
    {%- for name in ['name', 'definition', 'numerator', 'denominator'] if name not in (meta.zh or {}) -%}
        {%- do problems.append('meta.zh.' ~ name ~ ' is missing') -%}
    {%- endfor -%}
    {%- for name in meta if name not in required and name not in defaults -%}
        {%- do problems.append('meta.' ~ name ~ ' does not exist') -%}
    {%- endfor -%}
    {%- for name, known in {
        'unit': ['ratio', 'seconds', 'points', 'per_hour', 'money', 'count'],
        'better': ['higher', 'lower', 'none'],
    }.items() if name in meta and meta[name] not in known -%}
        {%- do problems.append('meta.' ~ name ~ ' is ' ~ meta[name] ~ ', not one of ' ~ known | join(', ')) -%}
    {%- endfor -%}
    {%- for scope in meta.scopes or [] if scope not in ['centre', 'site', 'business_line', 'team', 'employee'] -%}
        {%- do problems.append('meta.scopes has ' ~ scope ~ ', which is no scope') -%}
    {%- endfor -%}
    {%- if meta.unit == 'points' and not meta.scale -%}
        {%- do problems.append('meta.scale is missing: points run from some number to some other') -%}
    {%- endif -%}
    {%- if not metric.description -%}
        {%- do problems.append('description is missing') -%}
    {%- endif -%}
    {%- if metric.type not in ['ratio', 'simple'] -%}
        {%- do problems.append('type is ' ~ metric.type ~ ', not ratio or simple') -%}
    {%- endif -%}
    {%- if problems -%}
        {{ exceptions.raise_compiler_error(
            'KPI ' ~ metric.name ~ ' (' ~ metric.original_file_path ~ '): ' ~ problems | join('; ')
            ~ '. docs/adding_a_kpi.md has the attributes of a KPI.'
        ) }}
    {%- endif -%}
{%- endmacro %}

{#- A simple metric is a number that is not divided (its denominator is 1), counted where its measure `counted_where` is not
    0; one without that is made elsewhere, by scorecards. -#}
{% macro kpi_of_metric(metric, defaults, source_of, columns_of) -%}
    {%- set meta = dict(defaults, **metric.config.meta) -%}
    {%- set is_ratio = metric.type == 'ratio' -%}
    {%- if is_ratio -%}
        {%- set measured = [metric.type_params.numerator.name, metric.type_params.denominator.name] -%}
    {%- elif meta.counted_where -%}
        {%- set measured = [metric.type_params.measure.name, meta.counted_where] -%}
    {%- else -%}
        {%- set measured = [none, none] -%}
    {%- endif -%}
    {%- set scale = meta.scale or ([0, 1] if meta.unit == 'ratio' else [0, none]) -%}
    {%- set bounds = meta.bounds or ([0, none] if meta.may_exceed_one else scale) -%}
    {%- set counted = [] -%}
    {%- for measure in measured if measure in source_of -%}
        {%- do counted.append(source_of[measure]) -%}
    {%- endfor -%}
    {%- set needs = needs_of_kpi(meta.needs, counted) -%}
    {%- set sources = needs | join(' or ') -%}
    {%- set sources = (sources.split(' or ') if sources else []) | unique | sort -%}
    {%- set agent_day_columns = [] -%}
    {%- for source in sources -%}
        {%- do agent_day_columns.extend(columns_of.get(source, [])) -%}
    {%- endfor -%}
    {{ return(dict(meta, **{
        'kpi_id': metric.name,
        'name_en': metric.label,
        'name_zh': meta.zh.name,
        'definition': metric.description,
        'definition_zh': meta.zh.definition,
        'numerator_zh': meta.zh.numerator,
        'denominator_zh': meta.zh.denominator,
        'scopes': meta.scopes | join('|'),
        'needs': needs | join('|') or none,
        'known_of_measure': meta.known_of,
        'numerator_measure': measured[0],
        'denominator_measure': measured[1],
        'is_denominator_one': not is_ratio,
        'lower_bound': bounds[0],
        'upper_bound': bounds[1],
        'scale_width': 1 if scale[1] is none else scale[1] - scale[0],
        'source_tables': sources | join('|'),
        'agent_day_columns': agent_day_columns | join('|'),
    })) }}
{%- endmacro %}

{#- The source tables that a KPI cannot do without: those of its measures, and what its `needs` names besides. One of
    `needs` may be several tables of which one is enough, `a or b`; then it stands in the place of each of them. -#}
{% macro needs_of_kpi(named, counted) -%}
    {%- set needs, alternatives = named | list, named | join(' or ') -%}
    {%- for source_table in counted if source_table not in alternatives.split(' or ') -%}
        {%- do needs.append(source_table) -%}
    {%- endfor -%}
    {{ return(needs | unique | sort) }}
{%- endmacro %}
