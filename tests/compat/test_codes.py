# test_codes.py - exit codes and streams that scripts rely on.  SPDX-License-Identifier: Apache-2.0
import json

import pytest

# Words after nono, exit code, and what error output holds.
CODES = [
    ([], 2, 'nono COMMAND --help'),
    (['--help'], 0, ''),
    (['help'], 0, ''),
    (['help', 'run'], 0, ''),
    (['run', '-h'], 0, ''),
    (['--version'], 0, ''),
    (['-V'], 0, ''),
    (['nosuch'], 2, "there is no command 'nosuch'"),
    (['run', '--nosuch'], 2, 'there is no option --nosuch'),
    (['run', '-Z'], 2, 'there is no option -Z'),
    (['run', '--block-net', '--net-allow', '--', 'true'], 2, 'cannot be used together'),
    (['run', '--extends', 'x', '--', 'true'], 2, '--extends needs --profile'),
    (['run', '--open-port', '65536', '--', 'true'], 2, 'from 1 to 65535'),
    (['run', '--open-port', 'http', '--', 'true'], 2, 'from 1 to 65535'),
    (['run', '-p', 'nosuch', '--', 'true'], 1, 'nosuch'),
    (['run', '-p', '../x', '--', 'true'], 1, ''),
    (['run', '-p', 'bad_name', '--', 'true'], 1, 'bad_name'),
    (['run', '-p', './missing.json', '--', 'true'], 1, 'missing.json'),
    (['run', '-s', '--', 'true'], 1, '--allow-cwd'),
    (['run', '--allow-cwd', '--', 'rm', 'x'], 1, "the command 'rm' is blocked"),
    (['run', '--allow-file', '/', '--', 'true'], 1, 'directory'),
    (['run', '--override-deny', '~/.ssh', '--allow-cwd', '--', 'true'], 0, ''),
    (['run', '--read', '/nonexistent', '--allow-cwd', '--', 'true'], 0, 'skipped'),
    (['run', '--allow-cwd', '--', 'nosuch'], 127, 'command not found'),
    (['run', '--allow-cwd', '--', '/etc/passwd'], 126, 'Permission denied'),
    (['run', '--allow-cwd', '--', './nosuch'], 127, 'No such file'),
    (['wrap', '--allow-cwd', '--', 'nosuch'], 127, 'command not found'),
    (['wrap', '--allow-cwd', '--', '/etc/passwd'], 126, 'Permission denied'),
    (['run', '--allow-cwd', '--', 'false'], 1, ''),
    (['run', '--allow-cwd', '--', 'sh', '-c', 'exit 42'], 42, ''),
    (['wrap', '--allow-cwd', '--', 'sh', '-c', 'exit 42'], 42, ''),
    (['run', '--allow-cwd', '--', 'sh', '-c', 'kill -TERM $$'], 143, ''),
    (['run', '--dry-run', '--allow-cwd', '--', 'false'], 0, 'dry run'),
    (['run', '--dry-run', '--allow-cwd', '--', 'nosuch'], 127, 'command not found'),
    (['why'], 1, 'what is the question'),
    (['why', '--path', '/etc/passwd', '--op', 'fly'], 2, '--op'),
    (['why', '--host', 'x', '--port', '0'], 2, '--port'),
    (['why', '--path', '~/.ssh/id'], 0, ''),
    (['why', '--path', '/etc/passwd'], 0, ''),
    (['why', '--self'], 0, ''),
    (['why', '-p', 'nosuch', '--path', '/'], 1, 'nosuch'),
]


@pytest.mark.parametrize('words,code,text', CODES, ids=lambda value: ' '.join(value) if isinstance(value, list) else str(value))
def test_code(world, words, code, text):
    done = world.run(*words)
    assert done.returncode == code, done.stderr
    assert text in done.stderr
    # Answers and help are output; whatever went wrong is not.
    if code in (1, 2) and words[:1] != ['run'] or code == 2:
        assert done.stdout == ''


def test_version(world):
    done = world.run('--version')
    assert done.stdout.startswith('nono ') and done.stdout.count('\n') == 1 and done.stdout.split()[1][0].isdigit()


def test_an_error_is_one_line_that_begins_with_the_name(world):
    for words in (['run', '-p', 'nosuch', '--', 'true'], ['nosuch'], ['run', '--nosuch'], ['run', '--allow-cwd', '--', 'nosuch']):
        done = world.run(*words)
        assert done.stderr.splitlines()[-1].startswith('nono: ')


# Words after why --json, and what the answer holds.
ANSWERS = [
    (['--path', '/usr/bin/env'], {'status': 'allowed', 'reason': 'granted_path', 'access': 'read', 'source': 'group:system_read_linux_core'}),
    (['--path', '~/.ssh/id'], {'status': 'denied', 'reason': 'sensitive_path', 'policy_source': 'group:deny_credentials'}),
    (['--path', '~/x'], {'status': 'denied', 'reason': 'path_not_granted'}),
    (['--read', '~/docs', '--path', '~/docs/x'], {'status': 'allowed', 'source': 'user', 'access': 'read'}),
    (['--read', '~/docs', '--path', '~/docs/x', '--op', 'write'], {'status': 'denied', 'reason': 'insufficient_access', 'matching_access': 'read'}),
    (['-p', 'mine', '--path', '~/mine'], {'status': 'allowed', 'source': 'profile', 'access': 'read+write'}),
    (['-p', 'mine', '--path', '~/no'], {'status': 'denied', 'reason': 'filesystem_deny', 'policy_source': 'profile'}),
    (['--host', 'example.org'], {'status': 'allowed', 'reason': 'network_allowed'}),
    (['--block-net', '--host', 'example.org'], {'status': 'denied', 'reason': 'network_blocked', 'suggested_flag': '--allow-net'}),
    (['--self'], {'status': 'not_sandboxed'}),
]


@pytest.mark.parametrize('words,expected', ANSWERS, ids=lambda value: ' '.join(value) if isinstance(value, list) else '')
def test_answers(world, words, expected):
    world.mkdir('docs')
    world.mkdir('mine')
    world.profile('mine', '{"filesystem": {"allow": ["~/mine"], "deny": ["~/no"]}}')
    words = [word.replace('~', world.home) for word in words]
    done = world.run('why', '--json', *words)
    answer = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, '')
    assert {key: answer.get(key) for key in expected} == expected
    text = world.run('why', *words).stdout
    assert text.startswith({'allowed': 'ALLOWED\n', 'denied': 'DENIED\n', 'not_sandboxed': 'NOT SANDBOXED\n'}[expected['status']])
    assert all(line.startswith('  ') and ': ' in line for line in text.rstrip('\n').split('\n')[1:])
