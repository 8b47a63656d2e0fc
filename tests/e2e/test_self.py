# test_self.py - what a command can learn of its own sandbox, and nono inside nono.  SPDX-License-Identifier: Apache-2.0
import json
import os
import re

import pytest
from world import foreign

# Tries an operation for real and asks nono about it; both answers in one line.
COMPARE = r'''
import errno, json, os, subprocess, sys
def attempt(op, path):
    try:
        if op == 'read':
            os.listdir(path) if os.path.isdir(path) else os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        elif op == 'write':
            os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        elif op == 'readwrite':
            os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))
        elif op == 'create':
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)); os.unlink(path)
        elif op == 'exec':
            subprocess.run([path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError as e:
        return 'denied' if e.errno in (errno.EACCES, errno.EPERM) else errno.errorcode[e.errno]
    return 'allowed'
for line in sys.stdin:
    op, path = line.rstrip('\n').split(' ', 1)
    done = subprocess.run([sys.argv[1], 'why', '--self', '--json', '--op', op, '--path', path], capture_output=True, text=True)
    print(op, path, attempt(op, path), json.loads(done.stdout)['status'])
'''


@pytest.fixture
def files(world):
    for name in ('docs/letter', '.ssh/id', 'flag/f', 'project/file', 'out/f'):
        world.write(name, 'x')
    world.write('docs/program', '#!/bin/sh\n', 0o700)
    world.write('project/program', '#!/bin/sh\n', 0o700)
    world.write('project/compare.py', COMPARE)
    world.profile('p', json.dumps({'extends': 'claude-code', 'filesystem': {'read': ['~/docs'], 'write': ['~/out'], 'deny': ['~/flag']}}))
    world.run('run', '-p', 'p', '--allow-cwd', '--', 'true')
    return world


def test_answers_are_the_kernels(files):
    home = files.home
    questions = [f'{op} {path}' for op in ('read', 'write', 'readwrite') for path in
                 (f'{home}/docs/letter', f'{home}/.ssh/id', f'{home}/flag/f', f'{home}/project/file', f'{home}/out/f', '/dev/null',
                  f'{home}/.claude.json')]
    questions += [f'read {path}' for path in (home, '/usr', '/', '/etc/passwd', '/proc/self/status', f'{home}/project', f'{home}/out',
                                              f'{home}/.local/state/nono', files.nono)]
    questions += [f'create {path}/new-file' for path in (home, f'{home}/docs', f'{home}/out', f'{home}/project', '/tmp', '/etc', f'{home}/.claude')]
    questions += [f'exec {path}' for path in (f'{home}/docs/program', f'{home}/project/program', '/usr/bin/true', files.nono)]
    with open(files.write('questions', '\n'.join(questions)), encoding='utf-8') as f:
        done = files.run('run', '-s', '-p', 'p', '--allow-cwd', '--', 'python3', 'compare.py', files.nono, stdin=f)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(questions)
    for line in lines:
        _, real, said = line.rsplit(' ', 2)
        # What the sandbox allows, modes may still refuse.
        assert real == said or (real == 'denied' and said == 'allowed' and re.match('create /etc|write /', line)), line
    assert sum(line.endswith('denied denied') for line in lines) > 10
    assert sum(line.endswith('allowed allowed') for line in lines) > 10


def test_the_file(files):
    done = files.sh('ls -l $NONO_CAP_FILE; cat $NONO_CAP_FILE', '-p', 'p')
    mode, text = done.stdout.split('\n', 1)
    assert mode.startswith('-r--------')
    content = json.loads(text)
    grants = {grant['path']: grant for grant in content['fs']}
    assert content['version'] == 1
    assert (grants[files.path('docs')]['access'], grants[files.path('docs')]['source']) == ('read', 'profile:p')
    assert grants[files.work]['source'] == 'user:--allow-cwd'
    assert {deny['path'] for deny in content['denies']} >= {files.path('flag'), files.path('.ssh')}


def test_the_file_is_read_only_and_alone(files):
    done = files.sh('d=$(dirname $NONO_CAP_FILE); ls $d || ls $d/..; echo x > $NONO_CAP_FILE; rm -f $NONO_CAP_FILE; mv $NONO_CAP_FILE .;'
                    'echo x > $d/new; ln -s x $d/link; mv $d ../x; exit 5', '-p', 'p')
    assert done.returncode == 5 and done.stdout == ''
    assert len(re.findall('ermission denied', '\n'.join(foreign(done.stderr)).split('NONO DIAGNOSTIC')[0])) == 8
    # One file for one policy, and what was done to its mode is undone by the next run.
    files.sh('chmod 666 $NONO_CAP_FILE', '-p', 'p')
    assert files.sh('stat -c %a $NONO_CAP_FILE', '-p', 'p').stdout == '400\n'
    before = len(os.listdir(files.path('.local/state/nono/c/caps')))
    files.sh('true', '-p', 'p')
    assert len(os.listdir(files.path('.local/state/nono/c/caps'))) == before


@pytest.mark.parametrize('value,text', [('/nonexistent', 'No such file'), ('/etc/passwd', ':1:'), ('/dev/zero', 'not a regular file'),
                                        ('/etc', 'not a regular file')])
def test_a_file_that_is_none(files, value, text):
    done = files.run('why', '--self', '--path', '/etc', env={'NONO_CAP_FILE': value})
    assert (done.returncode, done.stdout) == (1, '') and text in done.stderr


@pytest.mark.parametrize('content', ['', '{}', '[]', '{"version":2,"net_blocked":false}', '{"version":1,"net_blocked":false,"fs":[{}]}',
                                     '{"version":1,"net_blocked":false,"fs":[],"fs":[]}', 'x' * 2000000, '{"version":1,"net_blocked":"no"}'])
def test_a_file_that_is_broken(files, content):
    done = files.run('why', '--self', '--path', '/etc', env={'NONO_CAP_FILE': files.write('cap.json', content, 0o400)})
    assert (done.returncode, done.stdout) == (1, '') and files.path('cap.json') in done.stderr


def test_outside(files):
    assert files.run('why', '--self', '--path', '/etc').stdout == 'NOT SANDBOXED\n  Reason: NONO_CAP_FILE is not set\n'


def test_network_of_oneself(files):
    ask = f'{files.nono} why --self --json --host example.org'
    for flags, expected in (([], 'allowed'), (['--block-net'], 'denied'), (['--allow-connect-port', '443'], 'allowed'),
                            (['--allow-connect-port', '80'], 'denied')):
        assert json.loads(files.sh(ask, *flags).stdout)['status'] == expected


def test_nono_inside_nono(files):
    """A second sandbox only takes away."""
    inner = f'{files.nono} run -s --allow-cwd'
    done = files.sh(f'{inner} -- cat file && {inner} --read ~/docs -- cat ~/docs/letter', '-p', 'p')
    assert (done.returncode, done.stdout) == (0, 'xx'), done.stderr
    for script in (f'{inner} --read ~/.ssh --override-deny ~/.ssh -- cat ~/.ssh/id', f'{inner} --read-file ~/flag/f -- cat ~/flag/f',
                   f'{inner} -- cat ~/docs/letter', f'{inner} -- touch made'):
        done = files.sh(script, '-p', 'p')
        assert done.returncode == 1 and done.stdout == '' and 'ermission denied' in done.stderr, script
    assert files.sh(f'{inner} -- sh -c "exit 7"', '-p', 'p').returncode == 7
    assert files.sh(f'{inner} --block-net -- python3 -c "import socket; socket.socket()"').returncode == 1
    # Settings of the outer one are not the inner one's.
    done = files.sh(f'env | grep -c ^NONO_; {inner} -- sh -c "env | grep -c ^NONO_"', '-p', 'p',
                    env={'NONO_PROFILE': 'nosuch', 'NONO_BLOCK_NET': '1'})
    assert done.stdout == '1\n0\n'


def test_inside_two_the_rules_are_not_known(files):
    """It must not say that there is no sandbox."""
    done = files.sh(f'{files.nono} run -s --allow-cwd -- {files.nono} why --self --path /etc', '-p', 'p')
    assert done.returncode == 1 and done.stdout == '' and 'this process is confined' in done.stderr
