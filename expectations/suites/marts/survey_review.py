"""What must hold for `marts.survey_review`: keys, states, reasons, and decisions that do not stand in the way of the CRM."""

from expectations.suite import Expectation, Suite, pack, refers_to, rule, unique_key

_TABLE = "survey_review"
_KEY = ("survey_id",)

# The files that `callboard reviews --in` writes (orchestration.deliveries.review_decisions names them): they sort after the CRM's.
_DECISIONS = r"reviews-\d{8}T\d{6}\.\d{6}Z\.csv$"
_SAID = ("agent_id", "contact_id", "csat", "nps", "resolution", "attitude", "speed", "ease")

_states = rule(
    _TABLE,
    "survey_review_states_fit_their_reviews",
    month="month",
    expected="open: a csat of 1 or 2 and no review; else the state is the review: pending, upheld or excluded",
    broken="""
        case state
            when 'open' then review is not null or csat is null or csat not between 1 and 2
            else state not in ('pending', 'upheld', 'excluded') or state is distinct from review
        end
    """,
    shown=(
        "state",
        "review",
        "csat",
    ),
    key=_KEY,
)

_happened = rule(
    _TABLE,
    "survey_review_lies_before_as_of",
    month="month",
    expected="no survey answered after as_of",
    broken="responded_at > getvariable('as_of')",
    shown=("responded_at",),
    key=_KEY,
)

# A warning: the rating is out of the numbers as somebody decided, only nobody can see why.
_reasons = Expectation(
    name="survey_review_exclusions_have_a_reason",
    expected="whoever excludes a rating says why",
    found="excluded without a reason",
    ask="Decide it once more with `callboard reviews --in`, this time saying why.",
    severity="noted",
    broken_rows=f"""
        select month, {pack(*_KEY)} as keys, null as found
        from marts.{_TABLE}
        where month in (select month from month_asked) and state = 'excluded' and review_reason is null
    """,
)

# A file of decisions repeats the scores as they were at the decision, and takes precedence over later deliveries of the CRM.
_corrections = Expectation(
    name="survey_review_decisions_hide_no_correction",
    expected="what the CRM says of a decided survey is what its decision repeats",
    found="{file} says otherwise",
    ask="The CRM corrected the survey after the decision: decide it once more with `callboard reviews --in`.",
    severity="noted",
    broken_rows=f"""
        with said as (
            select row.survey_id, {", ".join(f"row.{column}" for column in _SAID)}, delivery.file,
                case when row.local_columns is null then row.responded_at end as responded_at
            from raw.crm__surveys as row
            join raw.delivery as delivery using (delivery_id)
            left join (
                select delivery_id, line_number, row_number
                from quarantine.refused_crm__surveys where reason_code <> 'replaced'
            ) as refused using (delivery_id, line_number, row_number)
            where refused.delivery_id is null and not regexp_matches(delivery.file, '{_DECISIONS}')
            qualify row_number() over (
                partition by row.survey_id order by row.delivery_order desc, row.line_number desc, row.row_number desc) = 1
        )
        select decided.month, {pack("decided.survey_id")} as keys, {pack("said.file")} as found
        from marts.{_TABLE} as decided
        join staging.stg_crm__surveys as in_force using (survey_id)
        join raw.delivery as delivery on delivery.delivery_id = in_force.delivery_id
        join said using (survey_id)
        where decided.month in (select month from month_asked) and regexp_matches(delivery.file, '{_DECISIONS}')
            and (
                ({", ".join(f"said.{column}" for column in _SAID)})
                    is distinct from ({", ".join(f"in_force.{column}" for column in _SAID)})
                or said.responded_at <> in_force.responded_at
            )
    """,
)

SUITE = Suite(
    _TABLE,
    (
        unique_key(_TABLE, _KEY, "month"),
        _states,
        _happened,
        _reasons,
        _corrections,
        refers_to(_TABLE, "employee_id", "dim_employee", "month"),
    ),
)
