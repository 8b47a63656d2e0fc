# test_setup.py - nono setup: what it finds, shows and writes.  SPDX-License-Identifier: Apache-2.0
import ctypes
import errno
import json
import os
import shutil
import struct
import subprocess

import jsonschema
import pytest
from world import ROOT

with open(os.path.join(ROOT, 'data', 'schema', 'setup.schema.json'), encoding='utf-8') as f:
    SCHEMA = json.load(f)

LANDLOCK_CREATE_RULESET = 444  # on every architecture
SECCOMP, UNSHARE = {'x86_64': (317, 272), 'aarch64': (277, 97)}[os.uname().machine]
EXAMPLES = ['data-processing.json', 'example-agent.json', 'offline-build.json']


def failing(calls):
    """For preexec_fn: from here on these system calls fail with these errors, as on another machine."""
    def apply():
        libc = ctypes.CDLL(None, use_errno=True)
        code = struct.pack('HBBI', 0x20, 0, 0, 0)
        for number, error in calls.items():
            code += struct.pack('HBBI', 0x15, 0, 1, number) + struct.pack('HBBI', 0x06, 0, 0, 0x00050000 | error)
        code += struct.pack('HBBI', 0x06, 0, 0, 0x7fff0000)
        room = ctypes.create_string_buffer(code, len(code))
        program = struct.pack('HxxxxxxP', len(code) // 8, ctypes.addressof(room))
        if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.c_char_p(program), 0, 0):
            raise OSError(ctypes.get_errno(), 'seccomp')
    return apply


def answer(world, *flags, code=0, **more):
    done = world.run('setup', '--json', *flags, **more)
    assert (done.returncode, done.stderr) == (code, ''), done.stderr + done.stdout
    document = json.loads(done.stdout)
    jsonschema.validate(document, SCHEMA)
    document['by_id'] = {check['id']: check for check in document['checks']}
    return document


def test_everything_that_a_sandbox_needs_works_here(world):
    document = answer(world, '--check-only')
    sandbox = [check for check in document['checks'] if check['section'] == 'sandbox']
    assert len(sandbox) > 10
    for check in sandbox:
        assert check['state'] in ('works', 'missing'), check
        assert check['state'] == 'works' or 'Landlock ABI' in check['text']
    assert document['holds'] and document['landlock_abi'] >= 1 and 'profiles' not in document


def test_nothing_is_left_behind(world):
    room = world.mkdir('room')
    answer(world, env={'TMPDIR': room})
    assert os.listdir(room) == []
    os.chmod(room, 0o500)
    if world.user != 'root':
        done = world.run('setup', env={'TMPDIR': room})
        assert done.returncode == 1 and done.stderr.startswith(f"nono: cannot make a directory below '{room}'; set TMPDIR to one: ")


@pytest.mark.parametrize('flags', [[], ['--check-only'], ['-v'], ['--profiles'], ['--profiles', '--shell-integration']])
def test_the_screen_fits(world, flags):
    done = world.run('setup', *flags)
    assert done.returncode == 0 and done.stderr == ''
    lines = [line for line in done.stdout.split('\n') if world.base not in line and not line.startswith('alias ')]
    assert [line for line in lines if len(line) > 80] == []
    assert 'Commands can be confined on this machine.' in lines
    if not flags:
        assert len(lines) < 50
    assert '\x1b' not in done.stdout


def test_each_check_has_its_line(world):
    document = answer(world, '--check-only')
    text = world.run('setup', '--check-only').stdout
    for check in document['checks']:
        assert f'  {check["state"]:<7} {check["title"]:<28} {check["text"][:20]}' in text
    assert 'Next' not in text and 'Built-in profiles' not in text


def test_verbose_lists_profiles_and_groups(world):
    text = world.run('setup', '-v').stdout
    assert '\n  python-dev                  Python projects' in text and '\n  deny_credentials            Private keys' in text


@pytest.mark.parametrize('error, why', [(errno.ENOSYS, 'offers no Landlock'), (errno.EOPNOTSUPP, 'not enabled')])
def test_without_landlock(world, error, why):
    """The positive control is every other test of this file."""
    document = answer(world, code=1, preexec_fn=failing({LANDLOCK_CREATE_RULESET: error}))
    assert document['landlock_abi'] == 0 and not document['holds'] and why in document['advice']
    assert document['by_id']['read'] == {'id': 'read', 'section': 'sandbox', 'title': 'reading files', 'state': 'missing', 'text': 'needs Landlock'}
    assert document['by_id']['notify']['state'] == answer(world)['by_id']['notify']['state']
    done = world.run('setup', '--check-only', preexec_fn=failing({LANDLOCK_CREATE_RULESET: error}))
    assert done.returncode == 1 and done.stderr == ''
    assert 'Commands CANNOT be confined on this machine' in done.stdout and 'lsm=' in done.stdout and 'GRUB_CMDLINE_LINUX' in done.stdout
    assert [line for line in done.stdout.split('\n') if len(line) > 80 and world.base not in line] == []
    refused = world.run('run', '--allow-cwd', '--', 'true', preexec_fn=failing({LANDLOCK_CREATE_RULESET: error}))
    assert refused.returncode == 1 and why in refused.stderr


def test_as_in_a_container(world):
    """Namespaces and a listener refused by a filter that is there already."""
    here = answer(world)['by_id']
    there = answer(world, preexec_fn=failing({UNSHARE: errno.EPERM, SECCOMP: errno.EPERM}), code=1)['by_id']
    assert here['notify']['state'] == 'works' and there['notify']['state'] == 'missing'
    assert "a container's or service's own filter" in there['notify']['text']
    assert 'a seccomp filter around nono' in there['user_namespace']['text']
    assert there['pid_namespace']['text'] == 'needs user namespaces'
    assert there['read']['state'] == 'broken' and there['read']['text'] == 'cannot load the seccomp filter: Operation not permitted'


def test_inside_its_own_sandbox(world):
    """Confined already, nono still tells what holds, and why the rest does not."""
    done = world.run('run', '--allow-cwd', '--', world.nono, 'setup', '--json', env={'TMPDIR': world.work})
    document = json.loads(done.stdout)
    jsonschema.validate(document, SCHEMA)
    state = {check['id']: check['state'] for check in document['checks']}
    assert done.returncode == 0 and state['read'] == state['write'] == state['network'] == 'works'
    assert state['keyring'] == 'unclear' and state['user_namespace'] == 'missing'


def test_example_profiles(world):
    directory = world.path('.config/nono/profiles')
    done = world.run('setup', '--profiles')
    assert done.returncode == 0
    assert sorted(os.listdir(directory)) == EXAMPLES
    for name in EXAMPLES:
        path = os.path.join(directory, name)
        assert f'  wrote {path}\n' in done.stdout
        assert os.stat(path).st_mode & 0o777 == 0o600
        run = world.run('run', '--profile', name[:-5], '--allow-cwd', '--', 'cat', '/etc/os-release')
        assert run.returncode == 0 and 'ID=' in run.stdout, run.stderr


def test_example_profiles_do_what_they_say(world):
    world.run('setup', '--profiles')
    world.mkdir('data')
    world.mkdir('results')
    world.write('data/in', 'numbers')
    script = 'cp ~/data/in ~/results/out && ! echo x >here && ! echo x >>~/data/in'
    done = world.run('run', '--profile', 'data-processing', '--allow-cwd', '--', 'sh', '-c', script)
    assert done.returncode == 0, done.stderr
    assert os.path.exists(world.path('results/out'))
    script = 'echo x >made; env; exec 3<>/dev/tcp/127.0.0.1/9'
    done = world.run('run', '--profile', 'offline-build', '--allow-cwd', '--', 'bash', '-c', script, env={'NPM_TOKEN': 's3cret', 'OTHER': 'kept'})
    assert 'Permission denied' in done.stderr and 's3cret' not in done.stdout and 'OTHER=kept' in done.stdout
    assert os.path.exists(os.path.join(world.work, 'made'))


def test_nothing_is_overwritten(world):
    mine = world.profile('example-agent', '{"meta": {"name": "mine"}}')
    os.symlink('/nowhere', world.path('.config/nono/profiles/offline-build.json'))
    document = answer(world, '--profiles')
    assert [os.path.basename(path) for path in document['wrote']] == ['data-processing.json']
    assert [os.path.basename(path) for path in document['kept']] == ['example-agent.json', 'offline-build.json']
    with open(mine, encoding='utf-8') as f:
        assert f.read() == '{"meta": {"name": "mine"}}'
    assert os.readlink(world.path('.config/nono/profiles/offline-build.json')) == '/nowhere'
    assert f'  kept  {mine}\n' in world.run('setup', '--profiles').stdout


def test_without_a_place_for_profiles(world):
    world.write('.config/nono', 'a file')
    done = world.run('setup', '--profiles')
    assert done.returncode == 1 and done.stdout == '' and 'Not a directory' in done.stderr


@pytest.mark.parametrize('shell', ['bash', 'zsh', 'fish', 'dash', ''])
def test_shell_integration(world, shell):
    done = world.run('setup', '--shell-integration', env={'SHELL': f'/usr/bin/{shell}' if shell else ''})
    assert done.returncode == 0 and done.stderr == ''
    lines = done.stdout.split('\n')
    assert lines[0].startswith('# Lines for ') and sum(line.startswith('alias nono-') for line in lines) == 2
    assert (f'nono completion {shell}' in done.stdout) == (shell in ('bash', 'zsh', 'fish'))
    assert not os.path.exists(world.path('.bashrc'))
    if shell in ('bash', 'dash') and shutil.which(shell):
        text = done.stdout.replace('source <(nono completion bash)', '')
        shown = subprocess.run([shell, '-c', text + 'alias nono-safe'], capture_output=True, text=True, check=True).stdout
        assert 'nono run --allow-cwd --block-net --' in shown


def test_flags_that_exclude_each_other(world):
    for flag in ('--profiles', '--shell-integration'):
        assert world.run('setup', '--check-only', flag).returncode == 2
    assert not os.path.exists(world.path('.config/nono/profiles'))


def test_output_that_cannot_be_written(world):
    with open('/dev/full', 'w', encoding='utf-8') as full:
        process = world.start('setup', stdout=full, stderr=subprocess.PIPE)
        text = process.communicate()[1]
    assert process.returncode == 1 and b'cannot write the answer: No space left' in text
