# test_own_files.py - nono's state, its configuration, its program and the capability file.  SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess

import pytest
from ways import KEY, PYTHON, fill, snapshot, try_ways

MODES = pytest.mark.parametrize('mode', ['run', 'wrap'])
FILES = [
    ('reading the state', 'read(T + "/audit/log")', 'EACCES'), ('its names', 'os.listdir(T)', 'EACCES'),
    ('the names of capability files', 'os.listdir(T + "/c/caps")', 'EACCES'),
    ('a capability file of another run', 'read(T + "/c/caps/0123456789abcdef.json")', 'EACCES'),
    ('writing the state', 'write(T + "/audit/log")', 'EACCES'), ('a file beside it', 'open(T + "/c/caps/x", "w")', 'EACCES'),
    ('a link there', 'os.symlink("/etc/passwd", T + "/c/caps/y")', 'EACCES'),
    ('a directory moved away', 'os.rename(T + "/c/caps", T + "/c/old")', 'EACCES'), ('all of it moved away', 'os.rename(T, T + ".old")',
                                                                                     'EACCES'),
]


def test_the_state_directory(world):
    fill(world, '.local/state/nono')
    for top in ('.local/state/nono', 'decoy'):
        world.write(f'{top}/audit/log', 'own')
        world.write(f'{top}/c/caps/0123456789abcdef.json', '{}')
    # The run's own capability file is made before the comparison.
    cap_file(world)
    try_ways(world, FILES, target='.local/state/nono')


CONFIG = [
    ('a profile', 'write(T + "/profiles/p.json", os.O_TRUNC)', 'EACCES'), ('a new profile',
                                                                           'open(T + "/profiles/claude-code.json", "w")', 'EACCES'),
    ('a link for a profile', 'os.symlink(HOME + "/project/evil.json", T + "/profiles/codex.json")', 'EACCES'),
    ('a profile moved there', 'open("q.json", "w").close()\nos.rename("q.json", T + "/profiles/q.json")', ('EACCES', 'EXDEV')),
    ('a hard link there', 'open("r.json", "w").close()\nos.link("r.json", T + "/profiles/r.json")', ('EACCES', 'EXDEV')),
    ('a profile removed', 'os.unlink(T + "/profiles/p.json")', 'EACCES'),
    ('the directory replaced', 'os.rename(T + "/profiles", T + "/old")', 'EACCES'),
    ('the configuration replaced', 'os.rename(T, T + ".old")', 'EACCES'),
]


def test_the_configuration(world):
    """What a later run would read as policy cannot be made, changed, moved or removed."""
    for top in ('.config/nono', 'decoy'):
        world.write(f'{top}/profiles/p.json', '{}')
    try_ways(world, CONFIG, target='.config/nono')


def test_the_program(world):
    """nono stays usable inside and cannot be changed; a changed copy is a program like any other."""
    before = snapshot(world.nono)
    if os.getuid() == 0:
        os.chown(world.nono, *(world.identity().get(k, 0) for k in ('user', 'group')))
        before = snapshot(world.nono)
    done = world.sh(f'{world.nono} --version; echo x >> {world.nono}; mv {world.nono} gone; cp {world.nono} copy && '
                    f'./copy run -s --read ~/.ssh --override-deny ~/.ssh -- cat ~/.ssh/key', '-s', '-p', 'claude-code')
    assert done.stdout.startswith('nono ') and 'very secret' not in done.stdout
    assert snapshot(world.nono) == before


# ---- the capability file

def cap_file(world, *flags):
    """Its name, from a second run: the first one makes directories that are part of what it tells."""
    world.sh('true', '-s', '-p', 'claude-code', *flags)
    done = world.sh('echo $NONO_CAP_FILE', '-s', '-p', 'claude-code', *flags)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_it_tells(world):
    """It holds the policy, no secret, and can be read by its own run alone; one name of it is granted, not its directory."""
    key = world.write('.ssh/key', KEY)
    path = cap_file(world)
    assert os.stat(path).st_mode & 0o777 == 0o400 and os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700
    with open(path, encoding='utf-8') as f:
        text = f.read()
    assert json.loads(text)['version'] == 1 and 'very secret' not in text
    done = world.sh(f'cat $NONO_CAP_FILE | head -c 10; ls {os.path.dirname(path)}; cat {key}', '-s', '-p', 'claude-code')
    assert done.stdout == '{"version"' and done.stderr.count('Permission denied') == 2
    world.mkdir('other')
    done = world.sh(f'cat {path}', '-s', '-p', 'claude-code', '--read', world.path('other'))
    assert done.stdout == '' and 'Permission denied' in done.stderr


OBSTACLES = {
    'a link to a secret': lambda p, key: os.symlink(key, p),
    'a link to nowhere': lambda p, key: os.symlink('/nowhere/x', p),
    'a link to a file of the system': lambda p, key: os.symlink('/etc/passwd', p),
    'a pipe': lambda p, key: os.mkfifo(p),
    'an empty file': lambda p, key: write_file(p, b''),
}


def write_file(path, data):
    with open(path, 'wb') as f:
        f.write(data)


@MODES
@pytest.mark.parametrize('case', OBSTACLES)
def test_something_in_its_place(world, mode, case):
    """Whatever is found under its name is replaced, never followed, waited for or granted."""
    key = world.write('papers/secret', KEY)
    path = cap_file(world)
    with open(path, 'rb') as f:
        text = f.read()
    os.unlink(path)
    OBSTACLES[case](path, key)
    if os.getuid() == 0:
        os.chown(path, *(world.identity().get(k, 0) for k in ('user', 'group')), follow_symlinks=False)
    before = snapshot(os.path.dirname(key), '/etc/passwd')
    done = world.run(mode, '-s', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c', f'cat $NONO_CAP_FILE; cat {key}')
    assert done.stdout.encode() == text and 'Permission denied' in done.stderr, done.stderr
    assert not os.path.islink(path)
    assert snapshot(os.path.dirname(key), '/etc/passwd') == before


@pytest.mark.parametrize('case', ['a file', 'a link to a secret', 'a link to a directory', 'nothing may be made', 'a pipe'])
def test_something_in_place_of_its_directory(world, case):
    """No capability file then, or one elsewhere that is nono's; the run goes on confined, and grants nothing more."""
    key = world.write('papers/secret', KEY)
    state = world.mkdir('.local/state')
    make = {'a file': lambda p: write_file(p, b'x'), 'a link to a secret': lambda p: os.symlink(key, p),
            'a link to a directory': lambda p: os.symlink(os.path.dirname(key), p), 'a pipe': os.mkfifo,
            'nothing may be made': lambda p: os.chmod(state, 0o500)}
    make[case](state + '/nono')
    done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c',
                     f'echo ran; cat {key} {key}/../secret; ls ~/papers')
    os.chmod(state, 0o700)
    assert done.stdout == 'ran\n', done
    with open(key, 'rb') as f:
        assert f.read() == KEY


def test_a_lie_in_the_variable(world):
    """A command that names a file of its own hears its own lies from nono why, and gains nothing."""
    key = world.write('.ssh/key', KEY)
    lie = json.dumps({'version': 1, 'fs': [{'original': '/', 'path': '/', 'access': 'readwrite', 'is_file': False, 'source': 'user',
                                            'dev': 1,
                                            'ino': 2, 'rights': 65535}], 'denies': [], 'net_blocked': False, 'allowed_commands': [],
                      'blocked_commands': []})
    world.write('project/lie.json', lie)
    done = world.sh(f'NONO_CAP_FILE=$PWD/lie.json {world.nono} why --self --path {key} --json; cat {key}', '-s', '-p', 'claude-code')
    assert 'very secret' not in done.stdout and 'Permission denied' in done.stderr


LIES = {'a device': '/dev/zero', 'a pipe': 'fifo', 'a directory': '/etc', 'relative': 'x', 'a secret': '.ssh', 'empty': '',
        'deep': '[' * 100000, 'large': ' ' * (2 << 20), 'numbers': '{"version":1,"net_blocked":true,"fs":[{"rights":-1}]}',
        'wrong kinds': '{"version":1,"net_blocked":true,"fs":{"a":1},"denies":3,"connect_ports":[[9,1],[-1,99999999]]}',
        'no text': '\x00\xff', 'escapes': '{"version":1,"\\u001b[31m":1,"\\u001b[31m":2}'}


@pytest.mark.parametrize('case', LIES)
def test_hostile_capability_files(world, case):
    """nono why --self refuses at once what nono did not write, and prints nothing that acts."""
    text = LIES[case]
    if case in ('a device', 'a directory', 'relative', 'empty'):
        path = text
    elif case == 'a pipe':
        path = world.path('project/fifo')
        os.mkfifo(path)
        world.own(path)
    elif case == 'a secret':
        path = world.write('.ssh/key', KEY)
    else:
        path = world.write('project/lie.json', text)
    done = world.run('why', '--self', '--path', '/etc/passwd', '--json', env={'NONO_CAP_FILE': path})
    assert (done.returncode == 1 and done.stdout == '') or 'not_sandboxed' in done.stdout, done
    assert 'very secret' not in done.stderr and '\x1b' not in done.stderr


def test_first_runs_at_the_same_time(world):
    """Each makes what its profile needs, finds a whole capability file, and leaves none of its scratch files."""
    script = 'import json, os; json.load(open(os.environ["NONO_CAP_FILE"]))'
    runs = [world.start('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', PYTHON, '-c', script, stderr=subprocess.PIPE,
                        stdout=subprocess.DEVNULL) for _ in range(12)]
    assert [(r.communicate(timeout=60)[1], r.returncode) for r in runs] == [(b'', 0)] * len(runs)
    left = os.listdir(world.path('.local/state/nono/c/caps'))
    assert left and all(name.endswith('.json') for name in left), left
