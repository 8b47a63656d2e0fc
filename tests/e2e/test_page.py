# test_page.py - the profile of the page, as its author would use it.  SPDX-License-Identifier: Apache-2.0
import json
import os
import pty
import re
import subprocess

PROFILE = 'my-special-profile'


def page(world):
    world.write('flag.txt', 'FLAG{secret}\n')
    return json.dumps({'extends': 'claude-code', 'filesystem': {'read': [world.path('.nix-profile/bin/')]},
                       'meta': {'name': PROFILE}, 'policy': {'add_deny_access': [world.path('flag.txt')]}})


def footer(world):
    return ('\nNONO DIAGNOSTIC\n────────────────────────\n'
            'The command failed. This may be due to sandbox restrictions. (exit code 1)\n\n'
            'Sandbox denied the following operations:\n'
            f'  file-read-data {world.path("flag.txt")}\n'
            f'      denied by profile {PROFILE}\n')


def check_refused(world, done):
    assert done.returncode == 1
    assert done.stdout == ''
    assert '  mode supervised (supervisor)\n  Applying sandbox...\n' in done.stderr
    assert f'cat: {world.path("flag.txt")}: Permission denied' in done.stderr
    assert footer(world) in done.stderr


def test_in_a_pipe(world):
    world.profile(PROFILE, page(world))
    check_refused(world, world.run('--profile', PROFILE, '--', 'cat', world.path('flag.txt')))


def test_as_a_link_into_a_store(world):
    text = page(world)
    store = world.mkdir('store')
    target = world.write('store/abc-profile.json', text, 0o444)
    world.mkdir('.config/nono/profiles')
    middle = world.path('store/link.json')
    os.symlink(target, middle)
    os.symlink(middle, world.path(f'.config/nono/profiles/{PROFILE}.json'))
    os.chmod(store, 0o1775)
    check_refused(world, world.run('--profile', PROFILE, '--', 'cat', world.path('flag.txt')))


def test_on_a_terminal(world):
    world.profile(PROFILE, page(world))
    master, slave = pty.openpty()
    process = world.start('--profile', PROFILE, '--allow-cwd', '--', 'cat', world.path('flag.txt'),
                          stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    text = b''
    try:
        while block := os.read(master, 4096):
            text += block
    except OSError:
        pass
    os.close(master)
    assert process.wait(60) == 1
    shown = re.sub(r'\x1b\[[0-9;]*m', '', text.decode()).replace('\r\n', '\n')
    assert footer(world) in shown


def test_git_status_in_a_repository(world):
    world.profile(PROFILE, page(world))
    world.plain('git init -q .')
    done = world.run('run', '--allow-cwd', '--profile', PROFILE, '--', 'git', 'status')
    assert done.returncode == 0 and 'No commits yet' in done.stdout


def test_the_file_is_readable_without_the_profile_rule(world):
    """The positive control: with a grant and no deny rule the same command works."""
    path = world.write('flag.txt', 'FLAG\n')
    done = world.run('run', '--read-file', path, '--', 'cat', path)
    assert (done.returncode, done.stdout) == (0, 'FLAG\n')


def test_a_name_wins_from_the_user_directory(world):
    world.profile('claude-code', '{"extends": "claude-code", "environment": {"set_vars": {"MINE": "yes"}}}')
    done = world.sh('echo $MINE', '-p', 'claude-code')
    assert done.stdout == 'yes\n'
    assert subprocess.call(['test', '-d', world.path('.claude')]) == 0
