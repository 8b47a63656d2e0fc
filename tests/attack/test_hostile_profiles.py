# test_hostile_profiles.py - profile files by other hands: who owns them, where they lead, what they say.  SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess

import pytest
from ways import KEY, snapshot

WIDE = json.dumps({'trust_groups': ['deny_credentials'], 'filesystem': {'allow': ['~/.ssh']}})


def refused(world, which, *texts, code=1):
    """Nothing was started, for this reason, at once and without a crash."""
    done = world.run('run', '-p', which, '--allow-cwd', '--', 'touch', 'made')
    assert done.returncode == code, (which, done)
    assert not os.path.exists(world.path('project/made'))
    assert not texts or any(t in done.stderr for t in texts), done.stderr
    assert len(done.stderr) < 5000
    return done


def works(world, which):
    done = world.run('run', '-s', '-p', which, '--allow-cwd', '--', 'touch', 'made')
    assert done.returncode == 0, done.stderr
    os.unlink(world.path('project/made'))


# ---- whose file it is

def test_owners_and_modes(world):
    path = world.profile('p', '{"extends": "claude-code"}')
    works(world, 'p')
    for mode, fine in ((0o444, True), (0o644, True), (0o664, False), (0o646, False), (0o666, False), (0o4600, True)):
        os.chmod(path, mode)
        if fine:
            works(world, 'p')
        else:
            refused(world, 'p', 'can be changed by others')
    os.chmod(path, 0o644)
    if os.getuid() == 0:
        os.chown(path, 12345, -1)
        refused(world, 'p', 'belongs to another user')
        os.chown(path, 0, 0)
        works(world, 'p')
    os.chmod(path, 0)
    if world.user != 'root':
        world.own(path)
        refused(world, 'p', 'Permission denied')


def test_files_that_are_none(world):
    path = world.profile('p', '')
    for make in (os.mkfifo, os.mkdir, lambda p: os.symlink('/dev/zero', p), lambda p: os.symlink('/dev/tty', p),
                 lambda p: os.symlink('p.json', p), lambda p: os.symlink('/nowhere', p), lambda p: os.symlink('/proc/self/mem', p),
                 lambda p: os.symlink('/proc/self/environ', p), lambda p: os.symlink('/proc/kmsg', p)):
        if os.path.isdir(path) and not os.path.islink(path):
            os.rmdir(path)
        else:
            os.unlink(path)
        make(path)
        os.chown(path, *(world.identity().get(k, -1) for k in ('user', 'group')), follow_symlinks=False)
        refused(world, 'p')
        refused(world, path)


def test_a_link_to_a_file_of_others(world):
    """The file that is reached is judged, not the link."""
    evil = os.path.join(world.base, 'evil.json')
    with open(evil, 'w', encoding='ascii') as f:
        f.write('{"extends": "claude-code"}')
    world.plain(f'mkdir -p ~/.config/nono/profiles; ln -s {evil} ~/.config/nono/profiles/linked.json')
    os.chmod(evil, 0o666)
    refused(world, 'linked', 'can be changed by others')
    os.chmod(evil, 0o644)
    if os.getuid() == 0:
        os.chown(evil, 12345, 12345)
        refused(world, 'linked', 'belongs to another user')
        os.chown(evil, 0, 0)
    works(world, 'linked')


def test_bases_beside_the_file(world):
    """What a file extends is held to the same."""
    world.write('project/p.json', '{"extends": "wide"}')
    path = world.write('project/wide.json', '{"extends": "claude-code"}')
    works(world, './p.json')
    os.chmod(path, 0o666)
    refused(world, './p.json', 'can be changed by others')
    os.unlink(path)
    refused(world, './p.json', "there is no profile 'wide'")


def test_a_name_is_no_way(world):
    """A name cannot leave the directory of profiles, and what is in the working directory is no name."""
    world.write('project/evil.json', WIDE)
    world.write('.config/evil.json', WIDE)
    world.profile('fine', '{"extends": "claude-code"}')
    for name in ('evil', '../evil', '..', '.', '-', 'a..b', 'fine\n', 'fine ', ' fine', 'FINE\0'.strip('\0'), 'fine.', 'x' * 5000,
                 '%2e%2e', '~', '$HOME'):
        refused(world, name)
    works(world, 'fine')
    for base in ('../evil', './evil', '/etc/passwd', 'evil.json', '', 'a/b', '..'):
        world.profile('b', json.dumps({'extends': base}))
        refused(world, 'b')


def test_circles_and_depth(world):
    world.profile('a', '{"extends": "b"}')
    world.profile('b', '{"extends": ["claude-code", "a"]}')
    refused(world, 'a', 'circle')
    world.profile('self', '{"extends": "self"}')
    refused(world, 'self', 'extends itself')
    for n in range(40):
        world.profile(f'd{n}', json.dumps({'extends': f'd{n + 1}'}))
    refused(world, 'd0', 'deeper than')
    for n in range(9):
        world.profile(f'w{n}', json.dumps({'extends': [f'w{n + 1}'] * 1 + [f'v{n + 1}']}))
        world.profile(f'v{n}', json.dumps({'extends': [f'w{n + 1}', f'v{n + 1}']}))
    for n in ('w9', 'v9'):
        world.profile(n, '{}')
    refused(world, 'w0', 'profiles are extended in all')


# ---- what it says

HUGE = {
    'deep lists': '{"extends": ' + '[' * 5000 + ']' * 5000 + '}',
    'deep objects': '{"filesystem": ' + '{"a":' * 5000 + '1' + '}' * 5001,
    'deep in a comment': '{"filesystem": /* ' + '[' * 5000 + ' */ {"read": [' + '[' * 40 + ']' * 40 + ']}}',
    'an open comment': '{"filesystem": {} /* ',
    'an open string': '{"filesystem": "',
    'only brackets': '[' * 100000,
    'a long key': '{"' + 'k' * 500000 + '": 1}',
    'a long value': '{"extends": "' + 'v' * 500000 + '"}',
    'many keys': '{' + ', '.join(f'"k{n}": 1' for n in range(50000)) + '}',
    'many entries': json.dumps({'filesystem': {'read': ['/x%d' % n for n in range(50000)]}}),
    'too large': '{"$schema": "' + 'x' * (1 << 20) + '"}',
    'a key twice': '{"filesystem": {"deny": ["~/a"], "deny": []}}',
    'a key twice, escaped': '{"filesystem": {"deny": ["~/a"], "\\u0064eny": []}}',
    'an object twice': '{"filesystem": {"deny": ["~/a"]}, "filesystem": {}}',
    'a NUL in a string': '{"filesystem": {"read": ["/etc\\u0000/x"]}}',
    'a NUL in a key': '{"filesystem\\u0000": {}}',
    'a NUL': '{"extends": "claude-code"}\0{"trust_groups": ["deny_credentials"]}',
    'more after the end': '{"extends": "claude-code"} {"trust_groups": []}',
    'half a surrogate': '{"extends": "\\ud800"}',
    'not UTF-8': b'{"extends": "\xff\xfe"}',
    'overlong UTF-8': b'{"extends": "\xc0\xae\xc0\xae/x"}',
    'UTF-16': '{"extends": "claude-code"}'.encode('utf-16'),
    'a number for a list': '{"filesystem": {"deny": 1}}',
    'null for a list of denies': '{"filesystem": {"deny": [null]}}',
    'a wrong mode': '{"security": {"signal_mode": "ISOLATED"}}',
    'a large number': '{"network": {"open_port": [99999999999999999999999]}}',
    'a negative port': '{"network": {"open_port": [-1]}}',
    'an unknown key': '{"filesystem": {"denyy": ["~/a"]}}',
    'a key in other letters': '{"filesystem": {"Deny": ["~/a"]}}',
    'a key with a space': '{"filesystem": {"deny ": ["~/a"]}}',
}


@pytest.mark.parametrize('case', HUGE)
def test_texts(world, case):
    world.profile('p', HUGE[case])
    refused(world, 'p')
    done = world.run('why', '-p', 'p', '--path', '/etc/passwd')
    assert done.returncode == 1 and done.stdout == ''


def test_spellings_of_a_protected_path(world):
    """However a profile writes it, a required protection wins over its grant, or nothing starts."""
    world.write('.ssh/key', KEY)
    world.plain('mkdir -p ~/job; ln -s ~/.ssh ~/job/s; ln -s .ssh ~/t')
    before = snapshot(world.path('.ssh'))
    for path in ('~/.ssh', '$HOME/.ssh', '~/.ssh/', '~//.ssh', '~/./.ssh', '~/job/../.ssh', '$HOME/.ssh/../.ssh', '~/.ssh/key', '~/t',
                 '~/t/key', '~/job/s', '/proc/self/root$HOME/.ssh', '/proc/1/root$HOME/.ssh', '/proc/self/cwd/../.ssh', '~/*',
                 '~/.s*', '~/**/key', '~/.ssh/*', '~', '$HOME', '/', '$XDG_CONFIG_HOME/../.ssh', '$WORKDIR/../.ssh', '~/job/**',
                 '~/.SSH/../.ssh', '../.ssh', './../.ssh/key', '/var/..$HOME/.ssh', '/var/tmp', '/var'):
        for access in ('allow', 'read', 'write'):
            world.profile('p', json.dumps({'extends': 'claude-code', 'filesystem': {access: [path]}}))
            done = world.run('run', '-p', 'p', '--allow-cwd', '--', 'sh', '-c', 'cat ~/.ssh/key; echo x >> ~/.ssh/key')
            assert 'very secret' not in done.stdout, (path, access)
            assert done.returncode != 0
    assert snapshot(world.path('.ssh')) == before
    world.profile('p', json.dumps({'extends': 'claude-code', 'filesystem': {'read': ['~/.ssh'], 'bypass_protection': ['~/.ssh']}}))
    done = world.run('run', '-p', 'p', '--allow-cwd', '--', 'cat', world.path('.ssh/key'))
    assert done.stdout == KEY.decode() and 'lifts the protection' in done.stderr, 'the positive control: only aloud'


def test_spellings_of_nonos_own_files(world):
    """No profile and no flag gives nono's state, or its configuration for writing."""
    secret = world.write('.local/state/nono/audit/x', 'own')
    own = world.profile('own', '{}')
    before = snapshot(world.path('.local/state/nono/audit'), world.path('.config/nono'))
    world.plain('ln -s ~/.local/state/nono ~/n; ln -s ~/.config/nono ~/c')
    for path in ('~/.local/state/nono', '~/.local/state/nono/audit/x', '~/.local/state', '~/.local', '~/n', '~/.config/nono',
                 '~/.config',
                 '~/.config/nono/profiles', '~/c', '~/.nono', '~/.local/state/nono/*'):
        real = path.replace('~', world.home)
        profile = world.write('project/p.json', json.dumps({'extends': 'claude-code', 'filesystem': {
            'allow': [path], 'bypass_protection': [path]}}))
        flag = '--allow-file' if real.endswith('/x') else '--allow'
        for words in (['-p', profile], ['-p', 'claude-code', flag, real, '--override-deny', real], ['-p', 'claude-code', flag, real]):
            done = world.run('run', '--allow-cwd', *words, '--', 'sh', '-c', f'cat {secret}; echo x >> {own}; echo x > {own}2')
            assert 'own' not in done.stdout and done.returncode != 0, (path, words, done)
    after = snapshot(world.path('.local/state/nono/audit'), world.path('.config/nono'))
    assert after == before


def test_patterns_that_lead_out(world):
    """A match that is a link out of the tree of its pattern grants nothing."""
    world.write('papers/secret', KEY)
    world.write('tree/a/data', 'fine')
    world.plain('ln -s ~/papers ~/tree/b; ln -s ~/papers/secret ~/tree/a/secret')
    world.profile('p', json.dumps({'extends': 'claude-code', 'filesystem': {'read': ['~/tree/*', '~/tree/*/secret']}}))
    done = world.run('run', '-s', '-p', 'p', '--allow-cwd', '--', 'sh', '-c',
                     'cat ~/tree/a/data ~/tree/b/secret ~/tree/a/secret ~/papers/secret')
    assert done.stdout == 'fine' and done.stderr.count('Permission denied') == 3, done.stderr


def test_variables(world):
    """A variable's value is a place, not a part of the policy's text."""
    world.write('.ssh/key', KEY)
    world.profile('p', json.dumps({'extends': 'claude-code', 'filesystem': {'read': ['$DATA']}}))
    for value in ('', '*', '~', '~/.ssh', '..', world.home, world.path('.ssh'), '/**', '$HOME', '","/"', 'x' * 5000, '\n/'):
        done = world.run('run', '-s', '-p', 'p', '--allow-cwd', '--', 'cat', world.path('.ssh/key'), env={'DATA': value})
        assert done.stdout == '' and done.returncode != 0, (value, done)
    data = world.mkdir('data')
    world.write('data/f', 'given')
    assert world.run('run', '-s', '-p', 'p', '--allow-cwd', '--', 'cat', data + '/f', env={'DATA': data}).stdout == 'given'


def test_a_deny_whose_variable_is_not_set(world):
    world.profile('p', json.dumps({'extends': 'claude-code', 'filesystem': {'deny': ['$NOT_THERE/secrets']}}))
    refused(world, 'p', 'the variable is not set')


def test_commands(world):
    """A blocked name stays blocked by its path, through a link, and in other words for the same file."""
    world.plain('ln -s /bin/chmod innocent; cp /bin/chmod ./chmod')
    for words in (['chmod'], ['/bin/chmod'], ['/usr/bin/../bin/chmod'], ['./innocent'], ['innocent'], ['./chmod']):
        done = world.run('run', '--allow-cwd', '--', *words, '--version', env={'PATH': f'{world.work}:/usr/bin:/bin'})
        assert done.returncode == 1 and "is blocked by group dangerous_commands" in done.stderr, (words, done.stderr)
    assert world.run('run', '-s', '--allow-cwd', '--allow-command', 'chmod', '--', 'chmod', '--version').returncode == 0


def test_standard_input_is_no_profile(world):
    """Names of a process's own descriptors, which could be anybody's by the time they are read."""
    for which in ('/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'):
        done = subprocess.run([world.nono, 'run', '-p', which, '--allow-cwd', '--', 'true'], input=WIDE, cwd=world.work, text=True,
                              env=world.environment(), capture_output=True, timeout=60, check=False, **world.identity())
        assert done.returncode == 1, done
        assert 'not a regular file' in done.stderr or 'Permission denied' in done.stderr, done.stderr
