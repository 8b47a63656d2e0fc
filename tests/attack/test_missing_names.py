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
def test_what_the_command_makes_itself_is_its_own(world, case):
    """A name that is denied and missing holds no secret; nothing is made on the disk for it, and -v says so."""
    world.plain(f'ln -s {world.work} ~/way; ln -s {world.work}/later ~/dangling')
    world.profile('strict', json.dumps({'extends': 'claude-code', 'filesystem': {'deny': [DENIES[case]]}}))
    done = world.run('run', '-s', '-p', 'strict', '--allow-cwd', '--', 'sh', '-c', 'mkdir -p a && touch made a/made && ls -A . a')
    if case == 'a dot in the way':
        assert done.returncode == 1 and '.. after a missing directory' in done.stderr
        return
    assert done.returncode == 0 and done.stdout == '.:\na\nmade\n\na:\nmade\n', done
    plan = world.run('run', '--dry-run', '-v', '-p', 'strict', '--allow-cwd', '--', 'true').stderr
    assert len([line for line in plan.split('\n') if '(not there: ' in line and '[profile strict]' in line]) == 1, plan


def test_a_denied_name_outside_the_grants_stays_missing(world):
    world.profile('strict', json.dumps({'extends': 'claude-code', 'filesystem': {'deny': ['~/later']}}))
    done = world.run('run', '-s', '-p', 'strict', '--allow-cwd', '--', 'sh', '-c',
                     'mkdir ~/later; echo x > ~/later; echo y > mine; cat mine')
    assert done.stdout == 'y\n' and done.stderr.count('Permission denied') == 2
    assert not os.path.exists(world.path('later'))
