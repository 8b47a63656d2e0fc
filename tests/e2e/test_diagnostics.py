# test_diagnostics.py - run --diagnostics-json: how a run went, for programs.  SPDX-License-Identifier: Apache-2.0
import json
import os

import jsonschema
import pytest
from dialogue import Dialogue
from world import ROOT

with open(os.path.join(ROOT, 'data', 'schema', 'diagnostics.schema.json'), encoding='utf-8') as schema_file:
    SCHEMA = json.load(schema_file)


def parse(text):
    """The object that the error output ends with."""
    start = 0 if text.startswith('{\n') else text.index('\n{\n') + 1
    session = json.loads(text[start:])
    jsonschema.validate(session, SCHEMA)
    session = session['session']
    assert [d['remediation']['kind'] for d in session['diagnostics'][-2:]] == ['run_discovery', 'check_policy']
    assert all(d['severity'] == 'info' for d in session['diagnostics'][-2:])
    return session, session['diagnostics'][:-2]


def report(world, *words, **more):
    done = world.run('run', '--diagnostics-json', *words, **more)
    session, diagnostics = parse(done.stderr)
    assert session['exit_code'] == done.returncode
    return done, session, diagnostics


def test_a_denied_and_a_missing_grant(world):
    key, other = world.write('.ssh/id_ed25519', 'k'), world.write('data/f', 'd')
    done, session, diagnostics = report(world, '--allow-cwd', '--', 'sh', '-c', f'cat {key} {other}; echo x > {world.home}/data/new; exit 5')
    assert done.returncode == 5
    assert session['denials'] == [{'path': key, 'access': 'Read', 'reason': 'PolicyBlocked'},
                                  {'path': other, 'access': 'Read', 'reason': 'PolicyBlocked'},
                                  {'path': world.path('data/new'), 'access': 'Write', 'reason': 'PolicyBlocked'}]
    first, second, third = diagnostics
    assert (first['code'], first['severity']) == ('sandbox_denied_path', 'error') and 'group deny_credentials' in first['message']
    assert first['remediation'] == {'kind': 'grant_path', 'path': key, 'access': 'Read', 'is_file': True}
    assert first['detail'] == {'kind': 'stderr_observation', 'observation_kind': 'likely_sandbox_path'}
    assert first['hint'] == f'--override-deny {key} --read-file {key}'
    assert second['hint'] == f'--read-file {other}'
    assert third['remediation'] == {'kind': 'grant_path', 'path': world.path('data'), 'access': 'Write', 'is_file': False}
    # The hint is true.
    assert world.run('run', '--allow-cwd', *first['hint'].split(), '--', 'cat', key).stdout == 'k'


def test_granted_for_something_else(world):
    path = world.write('data/f', 'd')
    _, session, diagnostics = report(world, '--allow-cwd', '--read-file', path, '--', 'sh', '-c', f'echo x > {path}')
    assert session['denials'] == [{'path': path, 'access': 'Write', 'reason': 'InsufficientAccess'}]
    assert 'does not suffice' in diagnostics[0]['message']


def test_what_is_allowed_is_never_listed(world):
    """The program may say what it likes: only what the policy refuses counts."""
    path = world.write('project/f', 'mine')
    done, session, diagnostics = report(world, '--allow-cwd', '--', 'sh', '-c', f'echo "cat: {path}: Permission denied" >&2; exit 1')
    assert session['denials'] == [] and [d['code'] for d in diagnostics] == ['command_failed_application']
    assert 'Nothing that the policy refuses' in done.stderr


def test_a_path_that_only_the_command_line_names(world):
    path = world.write('data/f', 'd')
    _, session, diagnostics = report(world, '--allow-cwd', '--', 'sh', '-c', 'exit 3', path)
    assert session['denials'] == []
    (only,) = diagnostics
    assert (only['code'], only['severity'], only['path']) == ('command_failed_likely_sandbox', 'warning', path) and 'detail' not in only
    assert only['remediation']['kind'] == 'grant_path'


@pytest.mark.parametrize('script,code,codes', [('exit 0', 0, []), ('kill -TERM $$', 143, ['other']), ('exit 9', 9, ['command_failed_application'])])
def test_ends_that_the_policy_has_no_part_in(world, script, code, codes):
    done, session, diagnostics = report(world, '--allow-cwd', '--', 'sh', '-c', script)
    assert done.returncode == code and session['denials'] == [] and [d['code'] for d in diagnostics] == codes


def test_commands_that_do_not_start(world):
    plain = world.write('project/plain', 'x', 0o600)
    hidden = world.write('tools/hidden', '#!/bin/sh\n', 0o700)
    looped = world.write('tools/looped', f'#!{world.path("tools/looped")}\n', 0o700)
    for words, returncode, code in ((['nosuch'], 127, 'command_not_found'), ([plain], 126, 'io_error')):
        done, session, diagnostics = report(world, '--allow-cwd', '--', *words)
        assert done.returncode == returncode and session['denials'] == []
        assert [d['code'] for d in diagnostics] == [code] and diagnostics[0]['message'] in done.stderr
    for path in (hidden, looped):
        done, session, diagnostics = report(world, '--allow-cwd', '--', path)
        assert done.returncode == 126
        assert session['denials'] == [{'path': path, 'access': 'Read', 'reason': 'PolicyBlocked'}]
        assert [d['code'] for d in diagnostics] == ['io_error', 'sandbox_denied_path']


def test_policies_that_do_not_compose(world):
    world.profile('bad', '{"filesystem": {"raed": []}}')
    for words, code in ((['-p', 'bad'], 'configuration_error'), (['-p', 'none'], 'configuration_error'),
                        (['--block-command', 'true'], 'configuration_error'),
                        (['-s', '--read', world.work], None)):
        done, _, diagnostics = report(world, *words, '--', 'true')
        if code:
            assert done.returncode == 1 and [d['code'] for d in diagnostics] == [code]
            assert diagnostics[0]['message'] in done.stderr
        else:
            assert done.returncode == 0 and diagnostics == []


def test_the_working_directory(world):
    world.write('project/f', 'mine')
    done, session, diagnostics = report(world, '-s', '--', 'cat', 'f')
    assert done.returncode == 1 and [d['code'] for d in diagnostics] == ['cwd_access_required']
    assert diagnostics[0]['remediation'] == {'kind': 'allow_cwd'}
    done, session, diagnostics = report(world, '--', 'cat', 'f')
    assert done.returncode == 1 and len(session['denials']) == 1
    assert (diagnostics[0]['code'], diagnostics[0]['hint'], diagnostics[0]['remediation']) == ('cwd_access_required', '--allow-cwd', {'kind': 'allow_cwd'})
    assert world.run('run', diagnostics[0]['hint'], '--', 'cat', 'f').stdout == 'mine'


def test_nothing_else_takes_it_away(world):
    path = world.write('data/f', 'd')
    for flags in (['-s'], ['--no-diagnostics']):
        done, session, _ = report(world, *flags, '--allow-cwd', '--', 'cat', path)
        assert len(session['denials']) == 1 and 'NONO DIAGNOSTIC' not in done.stderr
    assert '"session"' not in world.run('run', '--allow-cwd', '--', 'false').stderr
    assert '"session"' not in world.run('run', '--diagnostics-json', '--dry-run', '--allow-cwd', '--', 'false').stderr


def test_a_shell_reports_too(world):
    script = world.write('script', 'exit 6\n')
    with open(script, 'rb') as f:
        done = world.run('shell', '--allow-cwd', '--diagnostics-json', stdin=f)
    session, _ = parse(done.stderr)
    assert (done.returncode, session['exit_code']) == (6, 6) and 'NONO DIAGNOSTIC' not in done.stderr


def test_on_a_terminal_nothing_is_claimed(world):
    """There the error output is the terminal's, so only what the command was given can be judged."""
    path = world.write('data/f', 'd')
    for words, codes in ((['cat', path], ['command_failed_likely_sandbox']), (['false'], ['other'])):
        dialogue = Dialogue(world, [world.nono, 'run', '--diagnostics-json', '--allow-cwd', '--no-diagnostics', '--', *words])
        text, code = dialogue.end()
        session, diagnostics = parse(text)
        assert code == 1 and session['denials'] == [] and [d['code'] for d in diagnostics] == codes


def test_hostile_names(world):
    name = 'a"b\\\n\x1b[31m\u202e\udcff'
    path = world.write('data/' + name, 'd')
    done, session, _ = report(world, '--allow-cwd', '--', 'cat', path)
    assert done.returncode == 1 and '\x1b' not in done.stderr.split('\n{\n')[-1]
    for denial in session['denials']:
        assert denial['path'].startswith(world.path('data'))


def test_where_it_does_not_belong(world):
    assert world.run('wrap', '--diagnostics-json', '--', 'true').returncode == 2
    done = world.run('run', '--exec', '--diagnostics-json', '--', 'true')
    assert done.returncode == 2 and 'cannot be used together' in done.stderr
