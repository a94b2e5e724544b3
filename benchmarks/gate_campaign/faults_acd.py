"""Faults of what the ACD delivers: queues, contact legs, agent states."""

from benchmarks.gate_campaign.fault import Fault, at, at_site, in_team, one_in

_LEGS, _STATES, _QUEUES = "acd.contact_legs", "acd.agent_states", "acd.queues"
_BEFORE_16TH = "< '2026-08-16'"

LEGS = (
    Fault("legs_3_percent_missing", _LEGS, keep=f"not {one_in('leg_id', 3)}"),
    Fault("legs_8_percent_missing", _LEGS, keep=f"not {one_in('contact_id', 8)}"),
    Fault("legs_queue_q04_missing", _LEGS, keep="queue_id <> 'Q04'"),
    Fault("legs_queue_q06_missing", _LEGS, keep="queue_id <> 'Q06'"),
    Fault("legs_site_lis_answered_missing", _LEGS, keep=f"agent_id is null or not {at_site('agent_id', 'LIS')}"),
    Fault("legs_to_the_20th", _LEGS, keep="offered_at < '2026-08-21'"),
    Fault("legs_abandoned_twice", _LEGS,
          add="select * replace ('D' || leg_id as leg_id) from contact_legs where outcome = 'abandoned'"),
    Fault("legs_twice_seconds_apart", _LEGS,
          add=f"select * replace ('D' || leg_id as leg_id, {at('offered_at', '2 seconds')} as offered_at, "
              f"{at('answered_at', '2 seconds')} as answered_at, {at('ended_at', '2 seconds')} as ended_at) "
              f"from contact_legs where outcome = 'answered' and {one_in('leg_id', 30)}"),
    Fault("legs_under_new_contacts", _LEGS,
          add="select * replace ('D' || leg_id as leg_id, 'D' || contact_id as contact_id) from contact_legs "
              "where outcome <> 'answered'"),
    Fault("legs_abandoned_not_exported", _LEGS, keep="outcome <> 'abandoned'"),
    Fault("legs_short_calls_not_exported", _LEGS,
          keep="outcome <> 'answered' or cast(talk_seconds as int) >= 120"),
    Fault("legs_answered_at_is_offered_at", _LEGS,
          replace={"answered_at": "if(answered_at is null, null, offered_at)"}),
    Fault("legs_answered_is_offered_in_chat", _LEGS,
          replace={"answered_at": "if(answered_at is not null and queue_id in ('Q01', 'Q02'), offered_at, answered_at)"}),
    Fault("legs_customer_new_each_call", _LEGS, replace={"customer_id": "'N' || leg_id"}),
    Fault("legs_one_customer_for_withheld", _LEGS,
          replace={"customer_id": f"if({one_in('leg_id', 15)}, 'ANONYMOUS', customer_id)"}),
    Fault("legs_handle_in_minutes", _LEGS, needs_history=False, replace={
        c: f"cast(cast({c} as int) // 60 as varchar)" for c in ("talk_seconds", "hold_seconds", "wrap_seconds")}),
    Fault("legs_handle_in_minutes_team_t003", _LEGS, replace={
        c: f"if({in_team('agent_id', 'T003')}, cast(cast({c} as int) // 60 as varchar), {c})"
        for c in ("talk_seconds", "hold_seconds", "wrap_seconds")}),
    Fault("legs_talk_includes_wrap", _LEGS, replace={
        "talk_seconds": "cast(cast(talk_seconds as int) + cast(wrap_seconds as int) as varchar)"}),
    Fault("legs_talk_in_milliseconds_site_nyc", _LEGS, replace={
        "talk_seconds": f"if({at_site('agent_id', 'NYC')}, cast(cast(talk_seconds as int) * 10 as varchar), talk_seconds)"}),
    Fault("legs_wrap_zero", _LEGS, replace={"wrap_seconds": "'0'"}),
    Fault("legs_wrap_constant_30", _LEGS, replace={"wrap_seconds": "if(outcome = 'answered', '30', wrap_seconds)"}),
    Fault("legs_hold_zero_one_queue", _LEGS, replace={"hold_seconds": "if(queue_id = 'Q01', '0', hold_seconds)",
                                                      "wrap_seconds": "if(queue_id = 'Q01', '0', wrap_seconds)"}),
    Fault("legs_transferred_inverted_q03", _LEGS, replace={
        "transferred": "if(queue_id = 'Q03' and outcome = 'answered', if(transferred = 'true', 'false', 'true'), transferred)"}),
    Fault("legs_transferred_never", _LEGS, replace={"transferred": "'false'"}),
    Fault("legs_agents_of_a_team_swapped", _LEGS, replace={
        "agent_id": "if(agent_id is null, null, (select min(p.person_id) from person p where p.team_id = "
                    "(select max(q.team_id) from person q where q.person_id = agent_id) and p.person_id like 'A%'))"}),
    Fault("legs_site_sha_eight_hours_off", _LEGS, replace={
        c: f"if({at_site('agent_id', 'SHA')}, {at(c, '8 hours')}, {c})" for c in ("offered_at", "answered_at", "ended_at")}),
    Fault("legs_cut_at_95_percent", _LEGS, sort="agent_id", cut=0.95),
    Fault("legs_one_business_day_doubled_wait", _LEGS, replace={
        "offered_at": "if(outcome = 'answered' and queue_id = 'Q02', " + at("offered_at", "-30 seconds") + ", offered_at)"}),
    Fault("legs_outbound_as_inbound", _LEGS, replace={"direction": "'inbound'"}),
    Fault("legs_overflow_as_abandoned", _LEGS, replace={
        "outcome": "if(outcome in ('overflowed', 'voicemail'), 'abandoned', outcome)"}),
    Fault("legs_topic_empty", _LEGS, replace={"topic": "null"}),
    Fault("legs_one_agents_calls_to_another_team", _LEGS,
          replace={"agent_id": "if(agent_id = (select min(person_id) from person where team_id = 'T001' and person_id like 'A%'), "
                               "(select min(person_id) from person where team_id = 'T003' and person_id like 'A%'), agent_id)"}),
)  # fmt: skip

STATES = (
    Fault("states_10_percent_missing", _STATES, keep=f"not {one_in('agent_id || started_at', 10)}"),
    Fault("states_site_nyc_four_hours_off", _STATES, replace={
        c: f"if({at_site('agent_id', 'NYC')}, {at(c, '4 hours')}, {c})" for c in ("started_at", "ended_at")}),
    Fault("states_all_one_hour_off", _STATES, replace={c: at(c, "1 hour") for c in ("started_at", "ended_at")}),
    Fault("states_six_minutes_off", _STATES, replace={c: at(c, "6 minutes") for c in ("started_at", "ended_at")}),
    Fault("states_available_as_talking", _STATES, replace={"state": "if(state = 'available', 'talking', state)"}),
    Fault("states_lunch_as_break", _STATES, replace={"state": "if(state = 'lunch', 'break', state)"}),
    Fault("states_not_ready_missing", _STATES, keep="state not in ('break', 'lunch', 'not_ready')"),
    Fault("states_not_ready_as_available", _STATES, replace={"state": "if(state in ('break', 'not_ready'), 'available', state)"}),
    Fault("states_ended_at_empty", _STATES, replace={"ended_at": f"if({one_in('agent_id || started_at', 50)} and state = 'lunch', null, ended_at)"}),
    Fault("states_team_t002_missing", _STATES, keep=f"not {in_team('agent_id', 'T002')}"),
    Fault("states_last_state_of_day_open", _STATES,
          replace={"ended_at": "if(lead(started_at) over (partition by agent_id order by started_at) is distinct from ended_at, null, ended_at)"}),
    Fault("states_second_half_from_15th_missing_lis", _STATES,
          keep=f"not ({at_site('agent_id', 'LIS')} and started_at >= '2026-08-16')"),
    Fault("states_of_one_agent_under_another", _STATES,
          replace={"agent_id": "if(agent_id = (select min(person_id) from person where team_id = 'T001' and person_id like 'A%'), "
                               "(select min(person_id) from person where team_id = 'T003' and person_id like 'A%'), agent_id)"}),
    Fault("states_to_the_minute", _STATES, replace={"started_at": "left(started_at, 17) || '00Z'", "ended_at": "left(ended_at, 17) || '00Z'"}),
    Fault("states_talking_cut_to_half", _STATES, replace={
        "ended_at": "if(state = 'talking', strftime(strptime(started_at, '%Y-%m-%dT%H:%M:%SZ') + (strptime(ended_at, '%Y-%m-%dT%H:%M:%SZ') - strptime(started_at, '%Y-%m-%dT%H:%M:%SZ')) / 2, '%Y-%m-%dT%H:%M:%SZ'), ended_at)"}),
)  # fmt: skip

QUEUES = (
    Fault("queues_threshold_doubled", _QUEUES, needs_history=True,
          replace={"service_level_seconds": "cast(cast(service_level_seconds as int) * 2 as varchar)"}),
    Fault("queues_short_abandon_raised", _QUEUES, needs_history=True, replace={"short_abandon_seconds": "'60'"}),
    Fault("queues_line_moved", _QUEUES, needs_history=True,
          replace={"business_line": "if(queue_id = 'Q05', 'inquiry', business_line)"}),
    Fault("queues_chat_is_voice", _QUEUES, needs_history=True, replace={"channel": "if(channel = 'chat', 'voice', channel)"}),
)  # fmt: skip

FAULTS = (*LEGS, *STATES, *QUEUES)
