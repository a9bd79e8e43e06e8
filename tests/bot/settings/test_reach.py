"""A ladder that can reach nobody is refused, and so is one that tells who may not know."""

from tests.bot.settings.conftest import GOOD

MORAG_ROLES = 'roles = ["supervisor", "coordinator"]'
CHANNELS = 'channels = ["telegram", "sms"]'
TELEGRAM = GOOD[GOOD.index("[telegram]") : GOOD.index("[twilio]")]
TWILIO = GOOD[GOOD.index("[twilio]") : GOOD.index("[[teams]]")]
FIRST = 'tell = ["named_supervisor"]'
SECOND = 'tell = ["on_call", "coordinator", "person:morag"]'


def test_a_team_without_anybody_is_refused(wrong):
    team = """\
[[teams]]
key = "gorgie"
name = "Gorgie team"
staffed = "always"
contact = { name = "Isla Example", phone = "+447700900103" }
[[supervisors]]"""
    (problem,) = wrong(("[[supervisors]]", team))
    assert "teams.key: these ladders reach nobody in this team: info, concern, urgent, crisis" in problem
    assert 'teams = ["gorgie"]' in problem


def test_a_team_with_a_coordinator_only_has_ladders_that_reach_nobody(wrong):
    (problem,) = wrong((MORAG_ROLES, 'roles = ["coordinator"]'))
    assert "these ladders reach nobody in this team: info;" in problem


def test_a_team_with_a_supervisor_only_is_enough(read):
    assert read((MORAG_ROLES, 'roles = ["supervisor"]')).supervisors_of("leith")


def test_a_supervisor_without_channel_is_refused(wrong):
    problems = wrong((CHANNELS, ""))
    assert any("supervisors.channels: missing; nothing could reach them" in line for line in problems)


def test_a_supervisor_with_sms_needs_a_phone(wrong):
    (problem,) = wrong(('phone = "+447700900123"\n', ""))
    assert "supervisors.phone: missing; " in problem


def test_a_supervisor_on_telegram_alone_needs_no_phone(read):
    settings = read((f'phone = "+447700900123"\n{CHANNELS}', 'channels = ["telegram"]'))
    assert settings.supervisors[0].phone is None


def test_a_supervisor_whose_only_channel_is_off_reaches_nobody(wrong):
    for section, channel in ((TELEGRAM, "telegram"), (TWILIO, "sms")):
        problems = wrong((section, ""), (CHANNELS, f'channels = ["{channel}"]'))
        assert any("supervisors.channels: none of these channels is on" in line for line in problems)
        assert any("teams.key: these ladders reach nobody" in line for line in problems)


def test_a_supervisor_with_another_channel_that_is_on_is_reached(read):
    assert read((TELEGRAM, "")).supervisors[0].channels == ("telegram", "sms")


def test_an_evaluator_need_not_be_reached(read):
    evaluator = """\
[[supervisors]]
key = "ewan"
name = "Ewan Example"
teams = ["leith"]
roles = ["evaluator"]
[[policies]]
id"""
    assert read(("[[policies]]\nid", evaluator)).supervisors[1].channels == ()


def test_a_ladder_of_unknown_people_is_refused(wrong):
    problems = wrong((FIRST, 'tell = ["person:nobody"]'), (SECOND, 'tell = ["person:noone"]'))
    assert len([line for line in problems if "policies.levels.tell: no supervisor has this key" in line]) == 2


def test_a_ladder_of_somebody_whom_no_channel_reaches_is_refused(wrong):
    evaluator = """\
[[supervisors]]
key = "ewan"
name = "Ewan Example"
teams = ["leith"]
roles = ["evaluator"]
[[policies]]
id"""
    changes = (("[[policies]]\nid", evaluator), (FIRST, 'tell = ["person:ewan"]'), (SECOND, 'tell = ["person:ewan"]'))
    (problem,) = wrong(*changes)
    assert "these ladders reach nobody in this team: slow;" in problem


def test_a_service_ladder_of_wellness_responders_reaches_nobody(wrong):
    (problem,) = wrong((FIRST, 'tell = ["wellness_supporter"]'), (SECOND, 'tell = ["line_supervisor"]'))
    assert "policies.levels.tell: a ladder that can reach nobody" in problem


def test_a_ladder_without_levels_is_refused(wrong):
    levels = GOOD[GOOD.index("[[policies.levels]]") : GOOD.index("[[schedules]]")]
    (problem,) = wrong((levels, "levels = []\n"))
    assert "policies.levels: a ladder without a level" in problem


def test_a_wellness_ladder_may_not_tell_supervisors(wrong):
    problems = wrong(('line = "service"', 'line = "wellness"'))
    assert all("would learn of a peer worker's own wellness" in line for line in problems)
    assert len(problems) == 4


def test_a_wellness_crisis_ladder_may_tell_on_call(read):
    policy = read(
        ('line = "service"', 'line = "wellness"'),
        ('severity = "concern"', 'severity = "crisis"'),
        (FIRST, 'tell = ["wellness_supporter"]'),
        (SECOND, 'tell = ["on_call"]'),
    ).policies["slow"]
    assert policy.levels[1].tell == ("on_call",)


def test_a_shipped_policy_may_not_be_weakened(wrong):
    (problem,) = wrong(('id = "slow"', 'id = "crisis"'))
    assert "policies.severity: lower than the shipped policy has" in problem


def test_a_shipped_policy_keeps_its_line(wrong):
    problems = wrong(('id = "slow"', 'id = "wellness"'))
    assert any("policies.line: another line than the shipped policy has" in line for line in problems)


def test_a_peer_workers_missed_nudges_stay_off_the_service_line(wrong):
    changes = (('who = "service_user"', 'who = "peer_worker"'), ('flow = "a-check-in"', 'flow = "a-nudge"'))
    (problem,) = wrong(*changes)
    assert "schedules.missed.policy: a policy of another line" in problem


def test_a_peer_workers_missed_nudges_go_along_the_wellness_line(read):
    settings = read(
        ('who = "service_user"', 'who = "peer_worker"'),
        ('flow = "a-check-in"', 'flow = "a-nudge"'),
        ('policy = "gone-quiet"', 'policy = "wellness"'),
    )
    assert settings.schedules[0].missed[0].policy == "wellness"
