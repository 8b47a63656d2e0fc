# test_missing_names.py - what is denied and does not exist yet must not come to exist.  SPDX-License-Identifier: Apache-2.0
import json
import os

import pytest
from ways import snapshot, try_ways

NAMES = ['.bashrc', '.profile', '.ssh', '.ssh/authorized_keys', '.config/fish/config.fish', '.env', '.local/share/keyrings',
         '.config/nono/profiles/claude-code.json', '.local/state/nono/x', '.nono', '.config/autostart/x.desktop',
         '.local/bin/ls', 'bin/ls', '.gitconfig', '.npmrc']


def test_start_files_that_are_not_there(world):
    """T is a home without any of them; nothing inside can make one, a directory on the way to one, or a link for one."""
    for top in ('away', 'decoy'):
        world.mkdir(f'{top}/home')
    ways = []
    for n, name in enumerate(NAMES):
        where = f'T + "/home/{name}"'
        ways += [(f'{name}: made', f'p = {where}\nos.makedirs(os.path.dirname(p), exist_ok=True)\nopen(p, "w").close()\n'
                  'os.unlink(p)', 'EACCES'),
                 (f'{name}: linked', f'p = {where}\nos.makedirs(os.path.dirname(p), exist_ok=True)\nos.symlink("/x", p)\n'
                  'os.unlink(p)', 'EACCES'),
                 (f'{name}: moved there', f'p = {where}\nos.makedirs(os.path.dirname(p), exist_ok=True)\n'
                  f'open("f{n}", "w").close()\nos.rename("f{n}", p)\nos.unlink(p)', ('EACCES', 'EXDEV'))]
    try_ways(world, ways, target='away')


def test_the_real_home(world):
    """The same names in the home that nono was started with: with the profile that is granted most there."""
    world.mkdir('.config')
    before = snapshot(world.path('.config'))
    # nono makes what its own profile needs before the command runs: that once, then compare.
    world.sh('true', '-p', 'claude-code')
    listing = sorted(os.listdir(world.home))
    script = '; '.join(f'mkdir -p ~/{os.path.dirname(n) or "."}; echo x > ~/{n}; ln -s /x ~/{n}' for n in NAMES)
    done = world.sh(script + '; echo made > ~/.claude/made && cat ~/.claude/made', '-s', '-p', 'claude-code')
    assert done.stdout == 'made\n', done.stderr
    assert sorted(os.listdir(world.home)) == listing
    assert snapshot(world.path('.config')) == before
    assert done.stderr.count('Permission denied') >= len(NAMES)


DENIES = {
    'a missing file': '$WORKDIR/.env',
    'a missing file in a missing directory': '$WORKDIR/.git/hooks/pre-commit',
    'every name below': '$WORKDIR/**/.env',
    'a star': '$WORKDIR/*.key',
    'by another way there': '$HOME/way/.env',
    'by a link that leads nowhere yet': '$HOME/dangling',
    'a dot in the way': '$WORKDIR/./x/../.env',
    'through /proc/self/root': '/proc/self/root$WORKDIR/.env',
}


@pytest.mark.parametrize('case', DENIES)
def test_a_deny_that_cannot_be_held_refuses_to_start(world, case):
    """The kernel cannot keep a name out of a granted directory, so nothing runs; without the overlap it does."""
    world.plain(f'ln -s {world.work} ~/way; ln -s {world.work}/later ~/dangling')
    body = {'extends': 'claude-code', 'filesystem': {'deny': [DENIES[case]]}}
    world.profile('strict', json.dumps(body))
    done = world.run('run', '-p', 'strict', '--allow-cwd', '--', 'touch', 'made')
    assert done.returncode == 1, done.stderr
    assert 'a granted directory contains denied paths' in done.stderr or '.. after a missing directory' in done.stderr, done.stderr
    assert not os.path.exists(world.path('project/made'))
    if 'cannot be kept apart' in done.stderr:
        assert 'denied by profile strict' in done.stderr and '--allow-cwd' in done.stderr
    other = world.mkdir('elsewhere')
    done = world.run('run', '-p', 'strict', '--allow-cwd', '--', 'touch', 'made', cwd=other)
    if 'WORKDIR' in DENIES[case]:
        assert done.returncode == 1 and not os.path.exists(other + '/made')
    else:
        assert done.returncode == 0 and os.path.exists(other + '/made'), done.stderr
    body['filesystem']['deny'] = []
    world.profile('strict', json.dumps(body))
    assert world.run('run', '-p', 'strict', '--allow-cwd', '--', 'touch', 'made').returncode == 0


def test_a_denied_name_outside_the_grants_stays_missing(world):
    world.profile('strict', json.dumps({'extends': 'claude-code', 'filesystem': {'deny': ['~/later']}}))
    done = world.run('run', '-s', '-p', 'strict', '--allow-cwd', '--', 'sh', '-c',
                     'mkdir ~/later; echo x > ~/later; echo y > mine; cat mine')
    assert done.stdout == 'y\n' and done.stderr.count('Permission denied') == 2
    assert not os.path.exists(world.path('later'))
