# test_why.py - nono why: every question, for people, programs and CI.  SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import subprocess
import time

import jsonschema
import pytest
from world import ROOT

with open(os.path.join(ROOT, 'data', 'schema', 'why.schema.json'), encoding='utf-8') as schema_file:
    SCHEMA = json.load(schema_file)


def parse(line):
    answer = json.loads(line, object_pairs_hook=no_twice)
    jsonschema.validate(answer, SCHEMA)
    return answer


def no_twice(pairs):
    assert len(dict(pairs)) == len(pairs), pairs
    return dict(pairs)


def ask(world, *words, **more):
    """The answer; --check and the text for people have to say the same."""
    done = world.run('why', *words, '--json', **more)
    assert (done.returncode, done.stderr, done.stdout.count('\n')) == (0, '', 1), done.stderr
    answer = parse(done.stdout)
    text = world.run('why', *words, **more).stdout
    assert text.split('\n')[0] == {'allowed': 'ALLOWED', 'denied': 'DENIED', 'scope': 'SCOPE', 'not_sandboxed': 'NOT SANDBOXED'}[answer['status']]
    assert [line for line in text.split('\n') if line and line[:2] != '  '] == text.split('\n')[:1]
    yes = answer.get('enforced', answer['status'] != 'denied')
    assert world.run('why', *words, '--check', **more).returncode == (0 if yes else 3)
    return answer


def test_paths(world):
    key, data = world.write('.ssh/id', 'k'), world.write('data/f', 'd')
    answer = ask(world, '--path', key)
    assert (answer['reason'], answer['details'], answer['policy_source']) == ('sensitive_path', world.path('.ssh'), 'group:deny_credentials')
    assert answer['suggested_flag'] == f'--override-deny {key} --read-file {key}'
    assert ask(world, '--path', data)['reason'] == 'path_not_granted'
    answer = ask(world, '--path', data, '--read-file', data)
    assert (answer['reason'], answer['granted_path'], answer['access'], answer['source']) == ('granted_path', data, 'read', 'user')
    answer = ask(world, '--path', data, '--op', 'write', '--read', world.path('data'))
    assert (answer['reason'], answer['matching_capability']) == ('insufficient_access', {'path': world.path('data'), 'access': 'read', 'source': 'user'})
    assert (answer['matching_path'], answer['matching_access']) == (world.path('data'), 'read')
    world.profile('p', json.dumps({'filesystem': {'deny': ['~/data/f'], 'read': ['~/data/f']}}))
    answer = ask(world, '-p', 'p', '--path', data)
    assert (answer['reason'], answer['policy_source']) == ('filesystem_deny', 'profile')


@pytest.mark.parametrize('op,flag,key', [('read', '--read-file', 'read_file'), ('write', '--write-file', 'write_file'),
                                         ('readwrite', '--allow-file', 'allow_file')])
def test_no_more_is_suggested_than_was_asked_for(world, op, flag, key):
    data = world.write('data/f', 'd')
    answer = ask(world, '--path', data, '--op', op)
    assert answer['suggested_flag'] == f'{flag} {data}'
    assert ask(world, '--path', data, '--op', op, flag, data)['status'] == 'allowed'
    inside = world.run('run', '--allow-cwd', '--', world.nono, 'why', '--self', '--path', data, '--op', op)
    assert f'  Suggested fix: {flag} {data}\n' in inside.stdout and 'In a profile' not in inside.stdout, inside.stderr
    text = world.run('why', '--path', data, '--op', op).stdout
    assert f'  In a profile: "filesystem": {{ "{key}": ["~/data/f"] }}\n' in text


@pytest.mark.parametrize('name,op', [('data/f', 'read'), ('data', 'read'), ('.ssh/id', 'read'), ('data/new', 'create'), ('data/f', 'unlink'), ('we"ird', 'write')])
def test_the_profile_line_is_one(world, name, op):
    """Pasted into a profile, it allows what was asked."""
    world.write('data/f', 'd')
    world.write('.ssh/id', 'k')
    world.write('we"ird', 'w')
    path = world.path(name)
    found = re.search(r'^  In a profile: (.*)$', world.run('why', '--path', path, '--op', op).stdout, re.M)
    world.profile('p', '{' + found.group(1) + '}')
    assert ask(world, '-p', 'p', '--path', path, '--op', op)['status'] == 'allowed'


@pytest.mark.parametrize('words', [['--path', '/'], ['--path', 'a$b'], ['--path', '~/.local/state/nono'], ['--host', 'example.org', '--block-net']])
def test_no_profile_line_where_none_would_help(world, words):
    world.write('project/a$b', 'x')
    words = [word.replace('~', world.home) for word in words]
    text = world.run('why', *words).stdout
    assert text.startswith('DENIED\n') and 'In a profile' not in text


def test_a_union_of_grants(world):
    data = world.write('data/f', 'd')
    answer = ask(world, '--path', data, '--op', 'readwrite', '--read', world.path('data'), '--write-file', data)
    assert (answer['reason'], answer['access'], answer['source']) == ('granted_path_union', 'readwrite', 'user + user')
    text = world.run('why', '--path', data, '--op', 'readwrite', '--read', world.path('data'), '--write-file', data).stdout
    assert text.count('Granted by') == 2 and world.path('data') + '\n' in text and data + '\n' in text
    assert ask(world, '--path', data, '--op', 'readwrite', '--allow-file', data)['reason'] == 'granted_path'


def test_a_file_that_was_replaced(world):
    """The kernel's rule is the old file's: the command cannot read the new one, and why --self knows."""
    granted = world.write('data/f', 'old')
    script = (f'cat {granted}; {world.nono} why --self --path {granted} --json; touch ready; '
              f'while [ ! -e go ]; do sleep 0.05; done; cat {granted}; {world.nono} why --self --path {granted} --json --check; echo $?')
    world.profile('p', '{"workdir": {"access": "readwrite"}}')
    process = world.start('run', '-s', '-p', 'p', '--allow-cwd', '--read-file', granted, '--', 'sh', '-c', script,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(600):
        if os.path.exists(world.path('project/ready')) or process.poll() is not None:
            break
        time.sleep(0.05)
    world.write('data/f.new', 'new')
    os.rename(world.path('data/f.new'), granted)
    world.write('project/go', '')
    out, errors = process.communicate(timeout=60)
    lines = out.decode().replace('old', 'old\n').split('\n')
    assert lines[0] == 'old' and parse(lines[1])['status'] == 'allowed'
    stale = parse(lines[2])
    assert (stale['status'], stale['reason'], lines[3]) == ('denied', 'stale_file_grant', '3')
    assert stale['matching_capability'] == {'path': granted, 'access': 'read', 'source': 'user'} and 'suggested_flag' not in stale
    assert b'Permission denied' in errors


HOSTS = [('example.org', 443), ('example.org:8443', 8443), ('https://example.org', 443), ('http://example.org/a?b#c', 80), ('https://u:secret@example.org:99/x', 99),
         ('[::1]:80', 80), ('::1', 443), ('http://[2001:db8::1]/', 80), ('ssh://git@example.org/x.git', 22), ('odd://example.org:7/', 7)]


@pytest.mark.parametrize('text,port', HOSTS)
def test_hosts(world, text, port):
    answer = ask(world, '--host', text)
    assert (answer['reason'], answer['port']) == ('network_allowed', port) and 'secret' not in json.dumps(answer)
    assert answer['host'] in ('example.org', '::1', '2001:db8::1') and answer['warning'].startswith('rules are about ports')
    answer = ask(world, '--host', text, '--block-net')
    assert (answer['status'], answer['reason'], answer['suggested_flag']) == ('denied', 'network_blocked', '--allow-net')


def test_ports(world):
    world.profile('p', '{"network": {"connect_port": [22], "open_port_range": [[8000, 8010]]}}')
    for text, port, allowed in (('a', '22', True), ('a', None, False), ('http://a:8010/', None, True), ('http://a:8011/', None, False)):
        answer = ask(world, '-p', 'p', '--host', text, *(['--port', port] if port else []))
        assert (answer['status'] == 'allowed') == allowed
        assert allowed or answer['suggested_flag'] == '--allow-connect-port PORT'


@pytest.mark.parametrize('words', [['--host', ''], ['--host', 'http:///x'], ['--host', 'a b'], ['--host', '[::1'], ['--host', '[::1]x'], ['--host', 'a:0'],
                                   ['--host', 'a:70000'], ['--host', 'odd://a'], ['--host', 'a', '--port', '0'], ['--host', 'a', '--port', '+80'],
                                   ['--host', 'a:80', '--port', '81'], ['--host', 'a' * 300], ['--host', 'http://secret:x@/'], ['--scope', 'signals'],
                                   ['--command', ''], ['--path', ''], ['--path', '/', '--op', 'rw']])
def test_questions_that_cannot_be_understood(world, words):
    done = world.run('why', *words, '--check', '--json')
    assert (done.returncode, done.stdout) == (2, '') and 'secret' not in done.stderr


def test_no_question_is_no_answer(world):
    done = world.run('why', '--check')
    assert done.returncode == 1 and '--scope SCOPE' in done.stderr
    assert world.run('why', '-p', 'nosuch', '--path', '/', '--check').returncode == 1


def test_scopes(world):
    for scope, key, off in (('signal', 'signal_mode', 'allow_all'), ('abstract-unix-socket', 'ipc_mode', 'full')):
        answer = ask(world, '--scope', scope)
        assert (answer['scope'], answer['requested'], answer['enforced']) == (scope, True, answer['supported'])
        assert answer['state'] == ('enforced' if answer['supported'] else 'unsupported')
        world.profile('p', json.dumps({'security': {key: off}}))
        answer = ask(world, '-p', 'p', '--scope', scope)
        assert (answer['state'], answer['requested'], answer['enforced']) == ('not_requested', False, False)
        inside = world.sh(f'{world.nono} why --self --scope {scope} --json', '-p', 'p')
        assert parse(inside.stdout)['state'] == 'not_requested'
        inside = world.sh(f'{world.nono} why --self --scope {scope} --json')
        assert parse(inside.stdout)['state'] in ('enforced', 'unsupported')


def test_commands(world):
    answer = ask(world, '--command', 'rm')
    assert (answer['status'], answer['reason'], answer['policy_source']) == ('denied', 'command_policy_denied', 'group:dangerous_commands')
    assert answer['suggested_flag'] == '--allow-command rm' and 'only the command that nono itself starts' in answer['warning']
    done = world.run('run', '--allow-cwd', '--', 'rm', 'x')
    assert done.returncode == 1 and 'blocked by group dangerous_commands' in done.stderr
    answer = ask(world, '--command', 'rm', '--allow-command', 'rm')
    assert (answer['status'], answer['reason'], answer['policy_source']) == ('allowed', 'invocation_policy_allowed', 'group:dangerous_commands')
    assert ask(world, '--command', 'ls')['reason'] == 'command_not_policy_controlled'
    assert ask(world, '--command', 'ls', '--block-command', 'ls')['policy_source'] == 'user'
    # By another name the same file: links are followed, as at the start.
    os.symlink('/bin/rm', world.path('project/harmless'))
    assert ask(world, '--command', './harmless')['reason'] == 'command_policy_denied'
    hidden = world.write('tools/hidden', '#!/bin/sh\n', 0o700)
    answer = ask(world, '--command', hidden)
    assert (answer['status'], answer['reason'], answer['program']) == ('denied', 'path_not_granted', hidden)
    assert 'program' not in ask(world, '--command', 'nosuch')


def test_inside_a_sandbox(world):
    done = world.sh(f'for q in "--command rm" "--command ls" "--host a" "--path /etc"; do {world.nono} why --self $q --json; done', '--block-net')
    rm, ls, host, path = (parse(line) for line in done.stdout.strip().split('\n'))
    assert (rm['status'], rm['policy_source'], ls['status'], host['status'], path['status']) == ('denied', 'group:dangerous_commands', 'allowed', 'denied', 'allowed')
    assert ask(world, '--self', '--path', '/')['status'] == 'not_sandboxed'


def test_which_question_is_answered(world):
    every = ['--scope', 'signal', '--host', 'a', '--path', '/etc', '--command', 'ls']
    for keep, key in ((8, 'command'), (6, 'path'), (4, 'host'), (2, 'scope')):
        assert key in ask(world, *every[:keep])


def test_an_odd_name_stays_one_line(world):
    name = world.write('data/a\n\x1b[31mDENIED', 'x')
    assert ask(world, '--path', name)['path'] == name
