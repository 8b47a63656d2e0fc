# test_files.py - what is granted, what is refused, and which rule is named.  SPDX-License-Identifier: Apache-2.0
import os
import re

import pytest


@pytest.fixture
def files(world):
    for name, text in (('.ssh/id', 'private key'), ('.bashrc', 'rc'), ('.bash_history', 'history'), ('.aws/credentials', 'aws'),
                       ('documents/letter', 'letter'), ('documents/other', 'other'), ('project/file', 'file')):
        world.write(name, text)
    world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'true')
    return world


def listing(files):
    """Every path of the home with its mode and, for files, size: nothing may appear, change or vanish but nono's own."""
    found = {}
    for folder, names, leaves in os.walk(files.home):
        for path in (os.path.join(folder, name) for name in names + leaves):
            st = os.lstat(path)
            found[path] = (st.st_mode, 0 if os.path.isdir(path) else st.st_size)
    return {path: value for path, value in found.items() if '/.local/state/nono/' not in path}


def refused(done):
    assert done.returncode != 0 and done.stdout == '' and 'ermission denied' in done.stderr, (done.stdout, done.stderr)
    return done


@pytest.mark.parametrize('mode', ['run', 'wrap'])
@pytest.mark.parametrize('name', ['.ssh/id', '.bashrc', '.bash_history', '.aws/credentials', 'documents/letter'])
def test_reading_elsewhere(files, mode, name):
    assert files.run(mode, '-s', '--allow-cwd', '--', 'cat', 'file').stdout == 'file'
    refused(files.run(mode, '-s', '--allow-cwd', '-p', 'claude-code', '--', 'cat', files.path(name)))


def test_the_home_cannot_be_listed(files):
    refused(files.sh('ls -a ~', '-p', 'claude-code'))
    refused(files.sh('ls -a ~/.ssh', '-p', 'claude-code'))


@pytest.mark.parametrize('script', [
    'echo x > ~/new', 'mkdir ~/dir', 'ln -s a ~/link', 'echo x >> ~/documents/letter', 'rm ~/documents/letter', 'rmdir ~/documents',
    'mv ~/documents/letter letter', 'mv file ~/documents/', 'mv ~/documents ~/d', 'mkfifo ~/pipe', 'truncate -s 0 ~/documents/letter',
    'ln ~/documents/letter here', 'ln file ~/documents/here', 'echo x >> ~/.bashrc', 'echo x > /etc/nono-test', 'echo x > /usr/nono-test',
    'cp file /usr/local/bin/nono-test', 'sed -i s/l/x/ ~/documents/letter', 'mknod ~/node p',
    'python3 -c "import os; os.truncate(os.path.expanduser(\'~/documents/letter\'), 0)"'])
def test_writing_elsewhere(files, script):
    before = listing(files)
    done = files.sh(f'{script} || exit 1', '-p', 'claude-code')
    assert done.returncode in (1, 2) and ('ermission denied' in done.stderr or 'cross-device' in done.stderr), done.stderr
    assert listing(files) == before


def test_removing_where_it_is_granted(files):
    done = files.sh('echo x > a && mkdir d && mv a d/b && rm d/b && rmdir d && ln -s file l && rm l && mkfifo p && rm p', '-p', 'claude-code')
    assert done.returncode == 0, done.stderr


def test_own_state_and_configuration(files):
    state, config = files.path('.local/state/nono'), files.path('.config/nono')
    path = files.profile('mine', '{"extends": "claude-code"}')
    for script in (f'ls {state}', f'echo x > {state}/x', f'mv {state} {state}2', f'echo x > {path}', f'echo x > {config}/new', f'rm {path}',
                   f'mv {config} {config}2'):
        refused(files.sh(f'{script} || exit 1', '-p', 'mine'))
    # Not even with a grant: either nothing is started, or it stays closed.
    for words in (['--allow', state], ['--allow', files.path('.local/state')], ['--read', files.path('.local')],
                  ['--allow', state, '--override-deny', state]):
        done = files.run('run', *words, '--', 'ls', state)
        assert done.returncode != 0 and done.stdout == ''
        assert "nono's own state" in done.stderr or 'denied by nono state' in done.stderr
    for words in (['--allow', config], ['--allow', os.path.dirname(path)], ['--allow-file', path], ['--allow-file', path, '--override-deny', path]):
        done = files.run('run', *words, '--', 'sh', '-c', f'echo x > {path}')
        assert done.returncode != 0, words
    with open(path, encoding='utf-8') as f:
        assert 'extends' in f.read()


def test_an_older_state_directory(files):
    old = files.write('.nono/x', 'old state')
    for words in ([], ['--override-deny', files.path('.nono')]):
        done = files.run('run', '--allow', files.path('.nono'), *words, '--', 'cat', old)
        assert done.returncode == 1 and done.stdout == '' and "nono's own state" in done.stderr


# Flags, a script, and whether it works; D, L and O are the directory, the letter and the other file.
GRANTS = [
    (['--read', 'D'], 'cat L', True), (['--read', 'D'], 'ls D', True), (['--read', 'D'], 'echo x >> L', False), (['--read', 'D'], 'rm L', False),
    (['--read', 'D'], 'touch D/new', False),
    (['--write', 'D'], 'echo x >> L', True), (['--write', 'D'], 'touch D/new', True), (['--write', 'D'], 'rm L', True),
    (['--write', 'D'], 'cat L', False), (['--write', 'D'], 'ls D', False), (['--write', 'D'], 'exec 3<> L', False),
    (['--allow', 'D'], 'cat L && echo x > L && mkdir D/d && rmdir D/d && ls D', True),
    (['--read-file', 'L'], 'cat L', True), (['--read-file', 'L'], 'cat O', False), (['--read-file', 'L'], 'echo x > L', False),
    (['--write-file', 'L'], 'echo x >> L', True), (['--write-file', 'L'], 'cat L', False),
    (['--allow-file', 'L'], 'echo x > L && cat L', True), (['--allow-file', 'L'], 'rm L', False), (['--allow-file', 'L'], 'ls D', False),
    (['--read', 'D', '--write-file', 'L'], 'cat L && echo x > L', True), (['--read', 'D', '--write-file', 'L'], 'echo x > O', False),
]


@pytest.mark.parametrize('flags,script,works', GRANTS)
def test_grants(files, flags, script, works):
    names = {'D': files.path('documents'), 'L': files.path('documents/letter'), 'O': files.path('documents/other')}

    def fill(text):
        return re.sub(r'\b[DLO]\b', lambda m: names[m.group()], text)

    done = files.run('run', *[fill(flag) for flag in flags], '--', 'sh', '-c', f'{fill(script)} || exit 9', cwd=files.mkdir('empty'))
    if works:
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode in (2, 9) and 'ermission denied' in done.stderr, done.stderr


def test_files_and_directories_are_told_apart(files):
    letter, folder = files.path('documents/letter'), files.path('documents')
    for flag, path, other in (('--allow', letter, '--allow-file'), ('--read', letter, '--read-file'), ('--write', letter, '--write-file'),
                              ('--read-file', folder, '--read'), ('--write-file', folder, '--write'), ('--allow-file', folder, '--allow')):
        done = files.run('run', flag, path, '--', 'touch', 'made')
        assert done.returncode == 1 and done.stderr.rstrip().endswith(f'use {other}'), done.stderr


def test_a_missing_path_is_said_and_skipped(files):
    for flag in ('--read', '--write', '--allow', '--read-file', '--write-file', '--allow-file'):
        done = files.run('run', flag, files.path('nowhere'), '--', 'echo', 'started')
        assert (done.returncode, done.stdout) == (0, 'started\n')
        assert done.stderr.count(f'nono: {flag} {files.path("nowhere")}: does not exist, skipped\n') == 1
    assert files.run('run', '--read', '', '--', 'true').returncode == 2


def test_spellings_of_a_path(files):
    os.symlink('documents', files.path('link'))
    for path in ('documents/', 'documents/../documents', 'link', 'link/', './documents/.', '~/documents',
                 '//' + files.home + '//documents', 'documents,link'):
        done = files.run('run', '--allow', path, '--', 'cat', files.path('documents/letter'), cwd=files.home)
        assert done.stdout == 'letter', path


def test_a_link_leads_to_what_it_leads_to(files):
    os.symlink(files.path('.ssh/id'), files.path('project/key'))
    refused(files.run('run', '--allow-cwd', '--', 'cat', 'key'))
    os.symlink(files.path('documents'), files.path('docs'))
    assert files.run('run', '--read', files.path('docs'), '--', 'cat', files.path('docs/letter')).stdout == 'letter'
    os.symlink('.ssh', files.path('keys'))
    done = files.run('run', '--read', files.path('keys'), '--', 'cat', files.path('keys/id'))
    assert done.returncode == 1 and done.stdout == '' and 'group deny_credentials denies it' in done.stderr


# ---- deny rules

def test_a_deny_above_a_grant_wins(files):
    files.profile('p', '{"filesystem": {"read": ["~/documents"], "deny": ["~/documents"]}}')
    done = refused(files.run('run', '-p', 'p', '--', 'cat', files.path('documents/letter')))
    assert f'  file-read-data {files.path("documents/letter")}\n      denied by profile p\n' in done.stderr


def test_a_deny_below_a_grant_holds(files):
    files.mkdir('tree/secret')
    files.profile('p', '{"filesystem": {"allow": ["~/tree"], "deny": ["~/tree/secret"]}}')
    done = files.run('run', '-p', 'p', '--', 'touch', files.path('tree/started'), files.path('tree/secret/no'))
    assert done.returncode == 1 and 'Permission denied' in done.stderr
    assert f'{files.path("tree/secret/no")}\n      denied by profile p\n' in done.stderr
    assert os.path.exists(files.path('tree/started')) and os.listdir(files.path('tree/secret')) == []


def test_a_flag_beaten_by_a_deny_is_said(files):
    key = files.path('.ssh/id')
    done = files.run('run', '--read-file', key, '--', 'echo', 'started')
    assert (done.returncode, done.stdout) == (0, 'started\n')
    line = f'nono: {key} (flag --read-file) is not granted: group deny_credentials denies it; ' \
           f"--override-deny '{files.path('.ssh')}' would lift that\n"
    assert done.stderr.count(line) == 1
    refused(files.run('run', '--read-file', key, '--', 'cat', key))


@pytest.mark.parametrize('flag', ['--override-deny', '--bypass-protection'])
def test_an_override_is_loud_and_no_grant(files, flag):
    key, folder = files.path('.ssh/id'), files.path('.ssh')
    done = files.run('run', flag, folder, '--read-file', key, '--', 'cat', key)
    assert (done.returncode, done.stdout) == (0, 'private key')
    assert f'nono: --override-deny lifts the protection of {folder}\n' in done.stderr
    other = files.write('.ssh/other', 'other')
    refused(files.run('run', flag, folder, '--read-file', key, '--', 'cat', other))
    done = files.run('run', flag, folder, '--', 'touch', 'made')
    assert done.returncode == 1 and 'grants nothing' in done.stderr and not os.path.exists(files.path('project/made'))


def test_a_bypass_in_a_profile(files):
    files.profile('p', '{"filesystem": {"read_file": ["~/.bashrc"], "bypass_protection": ["~/.bashrc"]}}')
    done = files.run('run', '-p', 'p', '--', 'cat', files.path('.bashrc'))
    assert (done.returncode, done.stdout) == (0, 'rc') and '.bashrc' in done.stderr


@pytest.mark.parametrize('body', ['"groups": {"exclude": ["deny_credentials"]}', '"policy": {"exclude_groups": ["deny_credentials"]}',
                                  '"exclude_groups": ["deny_credentials"]'])
def test_required_groups_stay(files, body):
    files.profile('p', '{' + body + '}')
    done = files.run('run', '-p', 'p', '--', 'touch', 'made')
    assert done.returncode == 1 and 'deny_credentials' in done.stderr and not os.path.exists(files.path('project/made'))


# ---- variables and patterns of profiles

def test_variables(files):
    files.write('.data/d', 'data')
    files.profile('p', '{"filesystem": {"read": ["$HOME/documents", "$XDG_DATA_HOME", "$HOMEX/none", "~/nowhere", "$WORKDIR/sub"]}}')
    files.write('project/sub/s', 'sub')
    done = files.run('run', '-p', 'p', '--', 'cat', files.path('documents/letter'), files.path('.data/d'), 'sub/s',
                     env={'XDG_DATA_HOME': files.path('.data')})
    assert done.stdout == 'letterdatasub', done.stderr


def test_patterns(files):
    for name in ('a/keep.txt', 'b/keep.txt', 'b/c/keep.txt', 'b/other'):
        files.write('tree/' + name, 'kept')
    files.profile('p', '{"filesystem": {"read": ["~/tree/*/keep.txt"]}}')
    assert files.run('run', '-p', 'p', '--', 'cat', files.path('tree/a/keep.txt'), files.path('tree/b/keep.txt')).stdout == 'keptkept'
    refused(files.run('run', '-p', 'p', '--', 'cat', files.path('tree/b/c/keep.txt')))
    files.profile('q', '{"filesystem": {"read": ["~/tree/**/keep.txt"]}}')
    assert files.run('run', '-p', 'q', '--', 'cat', files.path('tree/b/c/keep.txt')).stdout == 'kept'
    refused(files.run('run', '-p', 'q', '--', 'cat', files.path('tree/b/other')))
