# test_session_hooks.py - programs that run outside the sandbox, around the command.  SPDX-License-Identifier: Apache-2.0
import json
import os
import signal
import time

import pytest

BEFORE = 'nono: session_hooks.before of profile p: {}; the run goes on\n'


@pytest.fixture
def hooks(world):
    """A profile p with scripts before and after; what they write is in the home directory's file log."""
    def make(before=None, after=None, mode=0o700, folder='hooks', **more):
        section = {}
        for name, script in (('before', before), ('after', after)):
            if script is not None:
                path = world.write(f'{folder}/{name}.sh', f'#!/bin/sh\n{script}\n', mode)
                section[name] = dict({'script': path}, **more)
        world.profile('p', json.dumps({'session_hooks': section, 'workdir': {'access': 'readwrite'}}))
        return section
    return make


def log(world):
    try:
        with open(world.path('log'), encoding='utf-8') as f:
            return f.read().splitlines()
    except FileNotFoundError:
        return []


def run(world, *command, flags=()):
    return world.run('run', '-p', 'p', '--allow-cwd', *flags, '--', *command)


def test_around_the_command(world, hooks):
    hooks('echo "$NONO_HOOK_TYPE $NONO_SESSION_ID $NONO_WORKDIR $(pwd)" >>~/log; ls -l "$NONO_ENV_FILE" | cut -c1-10 >>~/log',
          'echo "$NONO_HOOK_TYPE $NONO_SESSION_ID $NONO_WORKDIR $NONO_EXIT_CODE ${NONO_ENV_FILE-none}" >>~/log')
    done = run(world, 'sh', '-c', 'echo command; exit 3')
    assert (done.returncode, done.stdout) == (3, 'command\n'), done.stderr
    first, mode, last = log(world)
    session = first.split()[1]
    assert first == f'before {session} {world.work} {world.work}'
    assert last == f'after {session} {world.work} 3 none'
    assert mode == '-rw-------' and len(session) == 16 and int(session, 16) >= 0
    assert '  outside the sandbox: session_hooks.before of profile p\n' in done.stderr
    # everything is gone afterwards
    assert os.listdir(world.path('.local/state/nono/c/sessions')) == []


def test_they_are_outside(world, hooks):
    """What the command may not touch, its hooks may; and the command gets none of their files."""
    hooks('echo before >>~/log')
    done = run(world, 'sh', '-c', 'echo command >>~/log')
    assert done.returncode != 0 and 'Permission denied' in done.stderr
    assert log(world) == ['before']


def test_a_plain_environment(world, hooks):
    hooks('env | cut -d= -f1 | sort | tr "\\n" " " >>~/log; echo >>~/log; echo "$PATH" >>~/log')
    env = {'SECRET': 'x', 'LD_LIBRARY_PATH': '/x', 'PATH': f'{world.work}:/usr/bin:/bin', 'PYTHONPATH': 'x', 'NONO_X': 'y'}
    done = world.run('run', '-p', 'p', '--allow-cwd', '--', 'true', env=env)
    assert done.returncode == 0, done.stderr
    names, path = log(world)
    assert set(names.split()) <= {'HOME', 'LANG', 'LOGNAME', 'NONO_ENV_FILE', 'NONO_HOOK_SCRIPT', 'NONO_HOOK_TYPE',
                                  'NONO_SESSION_ID', 'NONO_WORKDIR', 'OLDPWD', 'PATH', 'PWD', 'SHELL', 'SHLVL', 'TERM', 'USER', '_'}
    assert path == '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'


def test_variables_for_the_command(world, hooks):
    hooks('printf "TOKEN=a b=c\\nLD_PRELOAD=/x\\nNONO_CAP_FILE=/x\\nHOME=/elsewhere\\n" >"$NONO_ENV_FILE"')
    done = run(world, 'sh', '-c', 'echo "$TOKEN|${LD_PRELOAD-none}|$NONO_CAP_FILE|$HOME"')
    token, preload, cap_file, home = done.stdout.strip().split('|')
    assert (token, preload, home) == ('a b=c', 'none', '/elsewhere')
    assert cap_file.startswith(world.path('.local/state/nono/c/caps/'))
    for name in ('LD_PRELOAD', 'NONO_CAP_FILE'):
        assert f"session_hooks.before of profile p: {name} is not set: programs load code by it, or it is nono's own" in done.stderr
    assert 'a b=c' not in done.stderr


@pytest.mark.parametrize('script, said', [
    ('echo "export A=1" >"$NONO_ENV_FILE"', 'its variables are not used: line 1: write NAME=value, and nothing else'),
    ('printf "A=1\\0" >"$NONO_ENV_FILE"', 'its variables are not used: a NUL byte'),
    ('ln -sf /etc/passwd "$NONO_ENV_FILE"', 'its variables are not used: line 1: '),
    ('rm "$NONO_ENV_FILE"; mkfifo "$NONO_ENV_FILE"', 'is not a regular file'),
    ('chmod 666 "$NONO_ENV_FILE"', 'can be changed by others'),
    ('head -c 70000 /dev/zero >"$NONO_ENV_FILE"', 'is larger than'),
    ('echo A=1 >"$NONO_ENV_FILE"; exit 4', 'failed (exit code 4)'),
])
def test_variables_that_are_not_taken(world, hooks, script, said):
    hooks(script)
    done = run(world, 'sh', '-c', 'echo "${A-none}"')
    assert (done.returncode, done.stdout) == (0, 'none\n')
    assert 'nono: session_hooks.before of profile p: ' in done.stderr and said in done.stderr
    assert '; the run goes on\n' in done.stderr
    assert os.listdir(world.path('.local/state/nono/c/sessions')) == []


def test_scripts_that_are_not_run(world, hooks):
    """Each is judged, named, and left; with nothing wrong the same script runs."""
    path = hooks('echo ran >>~/log')['before']['script']
    assert run(world, 'true').returncode == 0 and log(world) == ['ran']

    def check(said):
        done = run(world, 'echo', 'command')
        assert (done.returncode, done.stdout) == (0, 'command\n')
        assert 'nono: session_hooks.before of profile p: ' in done.stderr and said in done.stderr, done.stderr
        assert log(world) == ['ran']
    os.chmod(path, 0o770)
    check(f'{path} can be changed by others: run chmod go-w on it')
    os.chmod(path, 0o600)
    check(f'{path} is not executable: run chmod u+x on it')
    os.chmod(path, 0o700)
    os.chmod(os.path.dirname(path), 0o777)
    check('/hooks can be changed by everybody: run chmod o-w on it')
    os.chmod(os.path.dirname(path), 0o700)
    # where the command may write
    hooks('echo ran >>~/log', folder='project/hooks')
    check('/project can be changed by the command: keep programs that run outside of what is granted for writing')
    os.symlink(path, world.path('project/link'))
    for script, said in ((world.path('project/link'), '/project can be changed by the command'),
                         (world.path('nowhere'), '/nowhere: No such file or directory'),
                         ('$NOWHERE/x', "'$NOWHERE/x' is not an absolute path"),
                         ('/etc/passwd', '/etc/passwd is not executable')):
        world.profile('p', json.dumps({'session_hooks': {'before': {'script': script}}, 'workdir': {'access': 'readwrite'}}))
        check(said)
    world.profile('p', json.dumps({'session_hooks': {'before': {'script': '~/hooks/before.sh'}}}))
    assert run(world, 'true').returncode == 0 and log(world) == ['ran', 'ran']


def test_a_script_that_takes_too_long(world, hooks):
    section = hooks('sleep 600', 'echo after >>~/log', timeout_secs=1)
    done = run(world, 'echo', 'command')
    assert (done.returncode, done.stdout) == (0, 'command\n')
    assert BEFORE.format(f'{section["before"]["script"]} took longer than 1 s and was ended') in done.stderr
    assert log(world) == ['after']


def test_what_they_print(world, hooks):
    hooks('echo out; echo err >&2')
    done = run(world, 'echo', 'command')
    assert done.stdout == 'command\n' and '\nout\nerr\n' in done.stderr
    done = run(world, 'echo', 'command', flags=['-s'])
    assert (done.stdout, done.stderr) == ('command\n', '')


def test_only_a_run_runs_them(world, hooks):
    section = hooks('echo before >>~/log', 'echo after >>~/log')
    done = run(world, 'true', flags=['--dry-run'])
    for when in ('before', 'after'):
        assert f'outside the sandbox, {when} the command: {section[when]["script"]} [profile p]\n' in done.stderr
    assert world.run('why', '-p', 'p', '--path', '/etc').returncode == 0
    assert run(world, 'no-such-command').returncode == 127
    assert log(world) == []
    # an after hook comes whenever the before hook had its turn
    assert run(world, world.write('project/text', 'x', 0o600)).returncode == 126
    assert log(world) == ['before', 'after']


def test_wrap(world, hooks):
    hooks('echo "A=1" >"$NONO_ENV_FILE"; echo before >>~/log')
    done = world.run('wrap', '-p', 'p', '--allow-cwd', '--', 'sh', '-c', 'echo "$A"')
    assert (done.returncode, done.stdout) == (0, '1\n')
    assert log(world) == ['before']
    hooks('echo before >>~/log', 'echo after >>~/log')
    for args in (['wrap'], ['run', '--exec']):
        done = world.run(*args, '-p', 'p', '--allow-cwd', '--', 'true')
        assert done.returncode == 1
        assert 'profile p: session_hooks.after needs nono to stay until the command ends: use nono run' in done.stderr
    assert log(world) == ['before']


def test_a_child_profile(world, hooks):
    hooks('echo base >>~/log', 'echo after >>~/log')
    script = world.write('hooks/child.sh', '#!/bin/sh\necho child >>~/log\n', 0o700)
    world.profile('c', json.dumps({'extends': 'p', 'session_hooks': {'before': {'script': script}}}))
    assert world.run('run', '-p', 'c', '--allow-cwd', '--', 'true').returncode == 0
    assert log(world) == ['child', 'after']


def test_broken_off(world, hooks):
    hooks('echo $$ >>~/log; sleep 600', 'echo "after $NONO_EXIT_CODE" >>~/log')
    process = world.start('run', '-p', 'p', '--allow-cwd', '--', 'touch', 'made')
    while not log(world):
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 128 + signal.SIGTERM
    assert log(world)[1:] == [f'after {128 + signal.SIGTERM}']
    assert not os.path.exists(world.path('project/made'))
    with pytest.raises(ProcessLookupError):
        os.kill(int(log(world)[0]), 0)
