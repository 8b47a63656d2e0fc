# test_run.py - what run, wrap and why promise.  SPDX-License-Identifier: Apache-2.0
import json
import os
import signal
import subprocess
import time

import pytest


@pytest.mark.parametrize('mode', ['run', 'wrap'])
@pytest.mark.parametrize('script,code', [('exit 0', 0), ('exit 3', 3), ('kill -9 $$', 137), ('kill -TERM $$', 143)])
def test_exit_codes(world, mode, script, code):
    done = world.run(mode, '--allow-cwd', '--', 'sh', '-c', script)
    # wrap becomes the command, so its end by a signal is seen as such.
    assert done.returncode in (code, code - 256 if code < 128 else 128 - code)
    if mode == 'run':
        assert done.returncode == code


def test_commands_that_cannot_start(world):
    script = world.write('project/bad.sh', '#!/no/such/interpreter\n', 0o700)
    plain = world.write('project/plain', 'x', 0o600)
    for words, code, text in ((['nosuch'], 127, 'command not found'), ([script], 127, 'interpreter'),
                              ([plain], 126, 'Permission denied\n  it is not marked as executable: chmod +x'),
                              (['/usr'], 126, 'Permission denied\n  it is a directory')):
        done = world.run('run', '--allow-cwd', '--', *words)
        assert (done.returncode, text in done.stderr) == (code, True), done.stderr


def test_usage_errors(world):
    for words, text in ((['run', '--alow', 'x', '--', 'true'], 'did you mean --allow?'), (['rnu'], 'did you mean nono run?'),
                        (['run'], 'no command to run'), (['run', '--block-net', '--allow-net', '--', 'true'], 'cannot be used'),
                        (['run', '--listen-port', '70000', '--', 'true'], 'from 1 to 65535')):
        done = world.run(*words)
        assert (done.returncode, text in done.stderr) == (2, True), done.stderr


def test_what_is_not_built_refuses(world):
    assert 'not built yet' in world.run('run', '--allow-domain', 'x', '--', 'true').stderr
    world.profile('p', '{"network": {"allow_domain": ["example.org"]}}')
    done = world.run('run', '-p', 'p', '--allow-cwd', '--', 'true')
    assert done.returncode == 1 and 'network.allow_domain (profile p)' in done.stderr


def test_environment(world):
    done = world.sh('env', env={'LD_PRELOAD': '/x', 'NODE_OPTIONS': '-r x', 'NONO_SILENT_NIGHT': '1', 'KEEP': 'me'})
    names = dict(line.split('=', 1) for line in done.stdout.split('\n') if '=' in line)
    assert names['KEEP'] == 'me' and 'NONO_CAP_FILE' in names
    assert not {'LD_PRELOAD', 'NODE_OPTIONS', 'NONO_SILENT_NIGHT'} & set(names)
    done = world.sh('env', '--clean-env', env={'KEEP': 'me'})
    assert 'KEEP=' not in done.stdout and 'HOME=' in done.stdout


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_descriptors_are_closed(world, mode):
    secret = world.write('secret', 'top')
    fd = os.open(secret, os.O_RDONLY)
    done = world.run(mode, '--allow-cwd', '--', 'sh', '-c', f'cat <&{fd}', pass_fds=[fd])
    os.close(fd)
    assert done.returncode != 0 and 'top' not in done.stdout


def test_working_directory(world):
    world.write('project/f', 'text')
    without = world.run('run', '-p', 'claude-code', '--', 'cat', 'f')
    assert without.returncode == 1 and 'the working directory is not shared' in without.stderr
    assert world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'cat', 'f').stdout == 'text'
    silent = world.run('run', '-s', '-p', 'claude-code', '--', 'cat', 'f')
    assert silent.returncode == 1 and 'add --allow-cwd' in silent.stderr
    other = world.mkdir('other')
    assert world.run('run', '--allow-cwd', '--workdir', other, '--', 'pwd').stdout == other + '\n'


def test_silent_prints_only_errors(world):
    done = world.run('run', '-s', '--allow-cwd', '--', 'sh', '-c', 'exit 4')
    assert (done.returncode, done.stderr) == (4, '')


def test_dry_run_starts_and_makes_nothing(world):
    done = world.run('run', '-p', 'claude-code', '--dry-run', '-v', '--allow-cwd', '--', 'touch', 'made')
    assert done.returncode == 0 and '$ touch made' in done.stderr
    assert not os.path.exists(world.path('project/made')) and not os.path.exists(world.path('.claude'))


def test_why(world):
    key = world.write('.ssh/id_ed25519', 'k')
    text = world.run('why', '-p', 'claude-code', '--path', key).stdout
    assert text.startswith('DENIED\n') and 'group deny_credentials' in text
    answer = json.loads(world.run('why', '-p', 'claude-code', '--path', key, '--json').stdout)
    assert (answer['status'], answer['policy_source']) == ('denied', 'group:deny_credentials')
    assert json.loads(world.run('why', '--path', '/usr/bin/env', '--op', 'exec', '--json').stdout)['status'] == 'allowed'


def test_why_self_inside(world):
    done = world.sh(f'{world.nono} why --self --path ~/.ssh --json; {world.nono} why --self --path . --op write --json',
                    '-p', 'claude-code')
    first, second = (json.loads(line) for line in done.stdout.strip().split('\n'))
    assert (first['status'], second['status']) == ('denied', 'allowed')
    assert 'not_sandboxed' in world.run('why', '--self', '--json').stdout


def test_own_files(world):
    world.profile('x', '{}')
    done = world.sh('cat ~/.config/nono/profiles/x.json; echo y > ~/.config/nono/profiles/x.json; ls ~/.local/state/nono',
                    '-p', 'claude-code')
    assert done.returncode != 0 and done.stderr.count('ermission denied') >= 2
    with open(world.path('.config/nono/profiles/x.json'), encoding='utf-8') as f:
        assert f.read() == '{}'


def test_a_deny_inside_a_grant_holds(world):
    world.write('.ssh/id', 'secret')
    world.write('letter', 'dear')
    done = world.run('run', '--read', world.home, '--', 'cat', world.path('letter'), world.path('.ssh/id'))
    assert done.returncode == 1 and done.stdout == 'dear' and 'denied by group deny_credentials' in done.stderr


def test_override(world):
    path = world.write('.bashrc', 'alias')
    assert world.run('run', '--read-file', path, '--', 'cat', path).returncode == 1
    done = world.run('run', '--read-file', path, '--override-deny', path, '--', 'cat', path)
    assert (done.returncode, done.stdout) == (0, 'alias') and 'lifts the protection' in done.stderr


def test_an_override_for_one_file_of_a_denied_directory(world):
    """As the footer suggests it; the rest of the directory stays closed."""
    key, other = world.write('.ssh/id_ed25519', 'k'), world.write('.ssh/other', 'o')
    done = world.run('run', '--allow-cwd', '--', 'cat', key)
    flags = done.stderr.split('to allow it: ')[1].split('\n')[0].split()
    assert world.run('run', '--allow-cwd', *flags, '--', 'cat', key).stdout == 'k'
    assert world.run('run', '--allow-cwd', *flags, '--', 'cat', other).returncode == 1
    done = world.run('run', '--override-deny', world.path('.ssh'), '--', 'true')
    assert done.returncode == 1 and 'grants nothing' in done.stderr


def test_write_without_read(world):
    out = world.mkdir('out')
    done = world.run('run', '--write', out, '--', 'sh', '-c', f'echo x > {out}/f && cat {out}/f')
    assert done.returncode == 1 and os.path.exists(out + '/f') and done.stdout == ''


def test_odd_names(world):
    name = 'we ird/a\'b\n"c\udcff'
    world.mkdir(name)
    world.write(name + '/f', 'found')
    done = world.run('run', '--read', world.path(name), '--', 'cat', world.path(name) + '/f')
    assert (done.returncode, done.stdout) == (0, 'found')


def test_older_spellings(world):
    done = world.run('run', '--net-block', '--allow-cwd', '--', 'python3', '-c',
                     'import socket\ntry: socket.socket()\nexcept PermissionError: print("refused")')
    assert done.stdout == 'refused\n'
    assert world.run('run', '--allow-cwd', '--', 'true', env={'NONO_BLOCK_NET': 'perhaps'}).returncode == 2
    assert world.run('run', '--allow-cwd', '--', 'true', env={'NONO_PROFILE': 'claude-code'}).returncode == 0


def test_error_output_keeps_its_order(world):
    done = world.run('run', '--allow-cwd', '--', 'sh', '-c', 'for i in 1 2 3; do echo o$i; echo e$i >&2; done; exit 1')
    assert done.stdout == 'o1\no2\no3\n' and 'e1\ne2\ne3\n' in done.stderr


def test_a_background_writer_lives_on(world):
    done = world.sh('(sleep 1; echo late > late; echo later >&2) & exit 0', '-p', 'claude-code')
    assert done.returncode == 0 and 'later' in done.stderr
    with open(world.path('project/late'), encoding='utf-8') as f:
        assert f.read() == 'late\n'


def test_a_signal_is_passed_on(world):
    process = world.start('run', '--allow-cwd', '-s', '--', 'sh', '-c', 'trap "echo got; exit 9" TERM; echo ready; while :; do sleep 0.1; done',
                          stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    assert process.stdout.readline() == b'ready\n'
    process.send_signal(signal.SIGTERM)
    assert (process.stdout.readline(), process.wait(30)) == (b'got\n', 9)
    process.stdout.close()


TRACED = """
import ctypes, os, signal
print(ctypes.CDLL(None).ptrace(0, 0, 0, 0), flush=True)
signal.signal(signal.SIGUSR1, lambda *_: print('told', flush=True))
os.kill(os.getpid(), signal.SIGUSR1)
os.execv('/bin/sh', ['sh', '-c', 'echo on; exit 7'])
"""


def test_a_command_that_asks_to_be_traced_runs_on(world):
    done = world.run('run', '--allow-cwd', '--', '/usr/bin/python3', '-c', TRACED)
    assert (done.returncode, done.stdout) == (7, '0\ntold\non\n'), done.stderr


def test_the_command_dies_with_nono(world):
    process = world.start('run', '--allow-cwd', '-s', '--', 'sh', '-c', 'echo $$; exec sleep 60', stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL)
    pid = int(process.stdout.readline())
    process.kill()
    process.wait(30)
    process.stdout.close()
    for _ in range(50):
        if not os.path.exists(f'/proc/{pid}'):
            return
        time.sleep(0.1)
    raise AssertionError('the command lives on')


BAD = {
    '{"filesystem": {"raed": []}}': (1, 17, 'filesystem.read'),
    '{"filesystem": {"read": "x"}}': (1, 25, 'filesystem.read'),
    '{"a": 1,\n "network": {"block": 1}}': (1, 2, ''),
    '{"network": {"block": true,\n "block": false}}': (2, 2, 'network.block'),
    '{"meta": {}}': (1, 10, 'meta: name is missing'),
    '': (1, 1, ''),
    '[]': (1, 1, ''),
    '{"undo": {}, "rollback": {}}': (1, 14, 'undo'),
}


@pytest.mark.parametrize('text', BAD)
def test_bad_profiles(world, text):
    line, column, part = BAD[text]
    path = world.profile('bad', text)
    done = world.run('run', '-p', 'bad', '--allow-cwd', '--', 'touch', 'made')
    assert done.returncode == 1
    assert f'{path}:{line}:{column}: ' in done.stderr and part in done.stderr, done.stderr
    assert not os.path.exists(world.path('project/made'))


def test_unsafe_profile_files(world):
    path = world.profile('p', '{}')
    os.chmod(path, 0o666)
    assert 'chmod go-w' in world.run('run', '-p', 'p', '--', 'true').stderr
    os.unlink(path)
    os.mkfifo(path)
    world.own(path)
    assert 'not a regular file' in world.run('run', '-p', 'p', '--', 'true').stderr
    os.unlink(path)
    world.profile('p', b'{"meta": {"name": "\xff"}}')
    assert world.run('run', '-p', 'p', '--', 'true').returncode == 1
    world.profile('p', '{"extends":' + '[' * 100 + ']' * 100 + '}')
    assert world.run('run', '-p', 'p', '--', 'true').returncode == 1
    world.profile('p', '{"$schema": "' + 'x' * 1100000 + '"}')
    assert 'larger than' in world.run('run', '-p', 'p', '--', 'true').stderr


def test_trust_groups_are_announced(world):
    key = world.write('.ssh/id', 'k')
    world.profile('t', '{"trust_groups": ["deny_credentials"], "filesystem": {"read": ["~/.ssh"]}}')
    done = world.run('run', '-p', 't', '--', 'cat', key)
    assert (done.returncode, done.stdout) == (0, 'k') and 'deny_credentials' in done.stderr
    world.profile('t', '{"groups": {"exclude": ["deny_credentials"]}}')
    done = world.run('run', '-p', 't', '--', 'true')
    assert done.returncode == 1 and 'deny_credentials' in done.stderr
