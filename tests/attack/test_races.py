# test_races.py - things that change while nono looks at them.  SPDX-License-Identifier: Apache-2.0
"""The other side is another sandbox's command, or whoever else may write there: it exchanges names as fast as it can.
Each test first shows that its exchange is seen at all."""
import json
import os
import subprocess

from ways import ATTACKER, KEY, PYTHON

ROUNDS = 60
PATIENCE = 1500  # rounds until an exchange has been seen both ways, on a machine that is busy with other things
# Exchanges two names until its input ends; says ready when it has begun.
SWAP = ATTACKER + '''
import select
print("ready", flush=True)
count = 0
while count % 512 or not select.select([0], [], [], 0)[0]:
    call("renameat2", HERE, sys.argv[1], HERE, sys.argv[2], 2)
    count += 1
'''


class Exchange:
    def __init__(self, world, first, second):
        program = world.write('control/swap.py', SWAP)
        self.process = subprocess.Popen([PYTHON, program, first, second], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=world.environment(), **world.identity())
        assert self.process.stdout.readline() == b'ready\n'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate(b'x', timeout=60)


def test_a_match_that_becomes_a_link(world):
    """A directory that matches a pattern becomes a link out of the tree between the look and the grant."""
    world.write('papers/secret', KEY)
    world.write('tree/data/secret', 'fine')
    world.plain('ln -s ~/papers ~/aside')
    world.profile('p', json.dumps({'extends': 'claude-code', 'filesystem': {'read': ['~/tree/*']}}))
    seen = set()
    with Exchange(world, world.path('tree/data'), world.path('aside')):
        for count in range(PATIENCE):
            done = world.run('run', '-s', '-p', 'p', '--allow-cwd', '--', 'cat', world.path('papers/secret'))
            assert 'very secret' not in done.stdout
            seen.add(os.path.islink(world.path('aside')))
            if count >= ROUNDS and len(seen) == 2:
                break
    assert seen == {True, False}, 'the positive control'


def test_a_working_directory_that_is_exchanged(world):
    """Its name leads elsewhere by the time it is shared: nothing but the directory that nono is in is ever shared."""
    world.write('papers/secret', KEY)
    world.write('project/secret', 'own')
    results = set()
    with Exchange(world, world.work, world.path('papers')):
        for count in range(PATIENCE):
            run = f'exec {world.nono} run -s -p claude-code --allow-cwd -- cat {world.work}/secret {world.home}/papers/secret'
            script = f'cd {world.work} && if grep -q own secret; then {run}; else exit 77; fi'
            done = subprocess.run(['sh', '-c', script], env=world.environment(), capture_output=True, text=True, timeout=60,
                                  check=False,
                                  **world.identity())
            assert 'very secret' not in done.stdout, done
            results.add(done.returncode)
            if count >= ROUNDS and 77 in results and len(results) > 1:
                break
    assert 77 in results and len(results) > 1, 'the positive control: both were met'


def test_a_flag_that_is_exchanged(world):
    """A granted name is opened once: what it was then is granted, whole or not at all, never half of each."""
    world.write('a/f', 'first')
    world.write('b/f', 'second')
    with Exchange(world, world.path('a'), world.path('b')):
        for _ in range(ROUNDS // 2):
            done = world.run('run', '-s', '--allow-cwd', '--read', world.path('a'), '--', 'sh', '-c',
                             'cat ~/a/f ~/b/f; cat ~/a/f ~/b/f')
            words = done.stdout.replace('first', '1').replace('second', '2')
            assert not ('1' in words and '2' in words), words


def test_a_granted_name_that_becomes_a_link_to_a_secret(world):
    """What was reached is judged by the protections, not the name that led there."""
    world.write('.ssh/key', KEY)
    world.write('tree/data/key', 'fine')
    world.plain('ln -s ~/.ssh ~/tree/aside')
    with Exchange(world, world.path('tree/data'), world.path('tree/aside')):
        for flags in (['--read', world.path('tree/data')], ['--allow', world.path('tree/data')]) * (ROUNDS // 4):
            done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', *flags, '--', 'sh', '-c',
                             'cat ~/.ssh/key ~/tree/data/key')
            assert 'very secret' not in done.stdout, done


def test_a_capability_file_that_is_exchanged(world):
    """Whatever stands there when the command looks: its own run's file or nothing."""
    world.sh('true', '-s', '-p', 'claude-code')
    path = world.sh('echo $NONO_CAP_FILE', '-s', '-p', 'claude-code').stdout.strip()
    secret = world.write('papers/secret', KEY)
    aside = path + '.aside'
    os.symlink(secret, aside)
    if os.getuid() == 0:
        os.chown(aside, *(world.identity().get(k, 0) for k in ('user', 'group')), follow_symlinks=False)
    with Exchange(world, path, aside):
        for _ in range(ROUNDS // 2):
            done = world.sh('cat $NONO_CAP_FILE', '-s', '-p', 'claude-code')
            assert 'very secret' not in done.stdout
            if not os.path.lexists(aside) or not os.path.lexists(path):
                break


def test_a_profile_that_grows(world):
    """It is read once, through one descriptor, and is whole or refused."""
    path = world.profile('p', '{"extends": "claude-code"}')
    wide = world.write('.config/nono/profiles/q.json', json.dumps({'extends': 'claude-code', 'filesystem': {'deny': ['~/papers']}}))
    with Exchange(world, path, wide):
        for _ in range(ROUNDS // 2):
            done = world.run('run', '-s', '-p', 'p', '--allow-cwd', '--', 'true')
            assert done.returncode == 0, done.stderr
