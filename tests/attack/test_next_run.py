# test_next_run.py - what a command could leave for the next run: said before it starts.  SPDX-License-Identifier: Apache-2.0
"""A policy that the command itself can write is the person's to choose (a profile in a project); nono warns. Where the
name of a grant can be made to lead elsewhere, it warns too, and protected places stay protected."""
import json
import os
import shutil
import subprocess

from ways import KEY, snapshot

WARNING = 'it can change what confines its next run'


def test_a_profile_in_the_project(world):
    world.write('project/p.json', '{"extends": "claude-code"}')
    world.write('papers/secret', KEY)
    wide = json.dumps({'extends': 'claude-code', 'filesystem': {'read': ['~/papers']}})
    world.write('project/wide', wide)
    script = 'cat ~/papers/secret; cat wide > p.json'
    done = world.run('run', '-p', './p.json', '--allow-cwd', '--', 'sh', '-c', script)
    assert 'very secret' not in done.stdout
    assert f'profile {world.work}/p.json lies where the command may write: {WARNING}' in done.stderr
    # It did; what was warned of is so.
    assert 'very secret' in world.run('run', '-p', './p.json', '--allow-cwd', '--', 'sh', '-c', script).stdout


def test_a_profile_that_cannot_be_changed(world):
    """No warning, and rightly so."""
    path = world.profile('p', '{"extends": "claude-code"}')
    before = snapshot(os.path.dirname(path))
    done = world.run('run', '-p', 'p', '--allow-cwd', '--', 'sh', '-c', f'echo x > {path}; mv {path} x; rm {path}')
    assert WARNING not in done.stderr and done.stderr.count('ermission denied') >= 3
    assert snapshot(os.path.dirname(path)) == before
    path = world.write('project/q.json', '{"extends": "claude-code", "workdir": {"access": "read"}}')
    done = world.run('run', '-p', './q.json', '--allow-cwd', '--', 'sh', '-c', 'echo x > q.json')
    assert WARNING not in done.stderr and done.returncode != 0


def test_a_base_in_the_project(world):
    world.write('project/p.json', '{"extends": "base"}')
    world.write('project/base.json', '{"extends": "claude-code"}')
    done = world.run('run', '-p', './p.json', '--allow-cwd', '--', 'true')
    assert done.stderr.count(WARNING) == 2 and f'{world.work}/base.json' in done.stderr


def test_a_link_from_the_configuration_into_the_project(world):
    """Dotfiles kept in a repository that is being worked on."""
    real = world.write('project/nono/p.json', '{"extends": "claude-code"}')
    world.plain(f'mkdir -p ~/.config/nono/profiles; ln -s {real} ~/.config/nono/profiles/p.json')
    assert f'profile {real} lies where' in world.run('run', '-p', 'p', '--allow-cwd', '--', 'true').stderr
    done = world.run('run', '-p', 'p', '--', 'true')
    assert WARNING not in done.stderr


def test_the_program_in_the_project(world):
    shutil.copy(world.nono, world.path('project/nono'))
    world.own(world.path('project/nono'))
    done = subprocess.run(['./nono', 'run', '-p', 'claude-code', '--allow-cwd', '--', 'true'], cwd=world.work, env=world.environment(),
                          capture_output=True, text=True, timeout=60, check=False, **world.identity())
    assert f"nono's own program {world.work}/nono lies where" in done.stderr
    assert WARNING not in world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'true').stderr


def test_a_granted_name_that_the_command_can_turn(world):
    """A directory with a grant of its own, in a tree that may be written, is turned into a link by the first run."""
    world.write('papers/secret', KEY)
    world.write('.ssh/key', KEY)
    world.write('tree/data/f', 'fine')
    world.profile('p', json.dumps({'extends': 'claude-code', 'filesystem': {'allow': ['~/tree', '~/tree/data']}}))
    done = world.run('run', '-p', 'p', '--', 'sh', '-c', 'cat ~/tree/data/f; mv ~/tree/data ~/tree/old; ln -s ~/papers ~/tree/data')
    assert done.stdout == 'fine' and 'it can make it lead elsewhere' not in done.stderr
    done = world.run('run', '-p', 'p', '--', 'cat', world.path('tree/data/secret'))
    assert f'{world.home}/tree/data (profile p) is a way through {world.home}/tree' in done.stderr
    assert f'to {world.home}/papers: it can make it lead elsewhere' in done.stderr
    world.plain('ln -sfn ~/.ssh ~/tree/data')
    done = world.run('run', '-p', 'p', '--', 'cat', world.path('tree/data/key'))
    assert 'very secret' not in done.stdout and done.returncode == 1, 'a protected place stays protected'
    world.plain('ln -sfn ~/tree/old ~/tree/data')
    done = world.run('run', '-p', 'p', '--', 'cat', world.path('tree/data/f'))
    assert done.stdout == 'fine' and 'it can make it lead elsewhere' not in done.stderr, 'a link that stays inside is none'


def test_programs_found_by_name(world):
    """What is on PATH in the usual places cannot be replaced from inside; a directory of the project on PATH can."""
    world.mkdir('.local/bin')
    world.write('.local/bin/tool', '#!/bin/sh\necho real\n', 0o700)
    before = snapshot(world.path('.local/bin'))
    script = 'tool; echo "echo evil" > ~/.local/bin/tool; ln -s /bin/true ~/.local/bin/ls; mv ~/.local/bin ~/.local/old'
    done = world.sh(script, '-s', '-p', 'claude-code', env={'PATH': f'{world.home}/.local/bin:/usr/bin:/bin'})
    assert done.stdout == 'real\n' and done.stderr.count('ermission denied') == 3, done
    assert snapshot(world.path('.local/bin')) == before
