"""A mapping may make several rows of one line: each is loaded, refused and replaced by itself."""

import json

from tests.sources.delivering import Centre

_HEAD = "/*\ntable: acd.contact_legs\nfiles: pbx/*.jsonl\n{together}*/\n"
_SELECT = """select
    leg.id as leg_id, conversation as contact_id, leg.number as leg_number, 'inbound' as direction, 'Q1' as queue_id,
    'A1' as agent_id, '2026-08-03T01:00:00Z' as offered_at, '2026-08-03T01:00:10Z' as answered_at,
    '2026-08-03T01:05:00Z' as ended_at, leg.talk as talk_seconds, 0 as hold_seconds, 0 as wrap_seconds,
    'answered' as outcome, false as transferred, line_number{file}
from (
    select *, unnest(from_json(legs, '[{{"id":"VARCHAR","number":"BIGINT","talk":"VARCHAR"}}]')) as leg from delivered
)
"""


def conversation(name: str, *talks: object) -> str:
    legs = [{"id": f"{name}-{n}", "number": n, "talk": str(talk)} for n, talk in enumerate(talks, start=1)]
    return json.dumps({"conversation": name, "legs": legs}) + "\n"


def mapped(centre: Centre, *, together: bool = False) -> Centre:
    centre.mappings.mkdir()
    head = _HEAD.format(together="together: true\n" if together else "")
    (centre.mappings / "legs.sql").write_text(head + _SELECT.format(file=", file" if together else ""))
    return centre


def test_one_bad_row_of_a_line_costs_only_itself(centre: Centre) -> None:
    mapped(centre).deliver(
        "pbx/a.jsonl", conversation("K1", 100, "unknown", 50) + conversation("K2", "soon", 30)
    )
    centre.refresh()
    assert centre.rows(
        "select leg_id, line_number, row_number from staging.stg_acd__contact_legs order by 1"
    ) == [("K1-1", 1, 1), ("K1-3", 1, 3), ("K2-2", 2, 2)]
    assert [row[1:3] for row in centre.quarantined("acd.contact_legs")] == [
        (1, "talk_seconds"),
        (2, "talk_seconds"),
    ]


def test_one_row_of_a_line_is_replaced_and_its_neighbours_stay(centre: Centre) -> None:
    mapped(centre).deliver("pbx/a.jsonl", conversation("K1", 100, 60, 50))
    centre.deliver("pbx/b.jsonl", conversation("K1", 70, "unknown"))
    centre.refresh()
    assert centre.rows("select leg_id, talk_seconds from staging.stg_acd__contact_legs order by 1") == [
        ("K1-1", 70),
        ("K1-2", 60),
        ("K1-3", 50),
    ]
    assert [row[:3] for row in centre.quarantined("acd.contact_legs")] == [("b.jsonl", 1, "talk_seconds")]


def test_rows_that_a_mapping_makes_of_several_files_are_numbered_by_file_and_line(centre: Centre) -> None:
    mapped(centre, together=True).deliver("pbx/a.jsonl", conversation("K1", 100, 60))
    centre.deliver("pbx/b.jsonl", conversation("K2", 70, "unknown"))
    centre.refresh()
    assert centre.rows(
        "select leg_id, line_number, row_number from staging.stg_acd__contact_legs order by 1"
    ) == [("K1-1", 1, 1), ("K1-2", 1, 2), ("K2-1", 1, 1)]
    assert [row[:3] for row in centre.quarantined("acd.contact_legs")] == [("b.jsonl", 1, "talk_seconds")]
