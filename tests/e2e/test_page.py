# test_page.py - the profile of the page, as its author would use it.  SPDX-License-Identifier: Apache-2.0
import json
import os
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
    """As the page shows it, and without --allow-cwd after a question."""
    world.profile(PROFILE, page(world))
    for words in ((), ('--allow-cwd',)):
        terminal = world.terminal('--profile', PROFILE, *words, '--', 'cat', world.path('flag.txt'))
        if not words:
            terminal.expect(r'\[y/N\] ')
            terminal.send('n\n')
        assert terminal.wait() == 1
        assert '  mode supervised (supervisor)\n  Applying sandbox...\ncat: ' in terminal.seen
        assert footer(world) in terminal.seen and 'FLAG' not in terminal.seen


def test_the_wrapper_of_the_page(world):
    world.profile(PROFILE, page(world))
    world.write('project/nono-sandboxed', f'#!/usr/bin/env bash\n{world.nono} run --allow-cwd --profile {PROFILE} -- "$@"\n', 0o755)
    done = world.plain('./nono-sandboxed cat ~/flag.txt 2>&1 || echo "exit $?"; ./nono-sandboxed echo "a  b" "*" 2>/dev/null')
    assert footer(world) in done.stdout and done.stdout.endswith('exit 1\na  b *\n')


def test_programs_of_a_nix_profile(world):
    """~/.nix-profile is a link to a directory of links."""
    world.write('generation/bin/hello', '#!/bin/sh\necho hello\n', 0o755)
    os.symlink(world.path('generation'), world.path('.nix-profile'))
    world.profile(PROFILE, page(world))
    done = world.run('--profile', PROFILE, '--allow-cwd', '--', world.path('.nix-profile/bin/hello'))
    assert (done.returncode, done.stdout) == (0, 'hello\n'), done.stderr
    assert world.run('--allow-cwd', '--', world.path('.nix-profile/bin/hello')).returncode == 126


def test_the_flag_stays(world):
    world.profile(PROFILE, page(world))
    done = world.sh('for c in "echo x > ~/flag.txt" "mv ~/flag.txt ." "rm -f ~/flag.txt" "ln ~/flag.txt here"; do sh -c "$c"; done; cat here',
                    '-p', PROFILE)
    assert done.returncode == 1 and done.stdout == ''
    assert done.stderr.count('ermission denied') + done.stderr.count('cross-device') == 4, done.stderr
    with open(world.path('flag.txt'), encoding='utf-8') as f:
        assert f.read() == 'FLAG{secret}\n'


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
