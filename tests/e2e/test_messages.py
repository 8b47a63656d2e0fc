# test_messages.py - what nono prints, where, and that it is nothing else.  SPDX-License-Identifier: Apache-2.0
import os
import signal
import subprocess
import unicodedata

import pytest

FAILS = ['sh', '-c', 'echo out; cat ~/.ssh/id; exit 5']


@pytest.fixture
def files(world):
    world.write('.ssh/id', 'key')
    world.write('project/plain', 'no program')
    world.profile('loud', '{"extends": "claude-code", "trust_groups": ["deny_shell_history"], "command_args": [],'
                          '"filesystem": {"read": ["~/.ssh", "~/missing"], "deny": ["~/.ssh/id"]}}')
    world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'true')
    return world


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_silent(files, mode):
    done = files.run(mode, '-s', '-p', 'loud', '--allow-cwd', '--', 'echo', 'out')
    assert (done.returncode, done.stdout, done.stderr) == (0, 'out\n', '')
    done = files.run(mode, '-s', '-p', 'loud', '--allow-cwd', '--', *FAILS)
    assert (done.returncode, done.stdout) == (5, 'out\n')
    assert done.stderr == f'cat: {files.path(".ssh/id")}: Permission denied\n'
    done = files.run('-s', mode, '-p', 'loud', '--allow-cwd', '--', 'true')
    assert (done.returncode, done.stderr) == (0, '')


@pytest.mark.parametrize('words,code', [(['-p', 'nosuch', '--', 'true'], 1), (['--allow-cwd', '--', 'nosuch'], 127),
                                        (['--read-file', '/etc', '--', 'true'], 1), (['--allow-cwd', '--', 'rm', 'x'], 1),
                                        (['--no-such-flag', '--', 'true'], 2), (['--allow-cwd', '--', './plain'], 126)])
def test_errors_are_printed_although_silent(files, words, code):
    done = files.run('run', '-s', *words)
    assert (done.returncode, done.stdout) == (code, '')
    assert done.stderr.startswith('nono: ') and done.stderr.count('\n') == 1


@pytest.mark.parametrize('words', [[], ['-v'], ['-vvv'], ['-p', 'claude-code', '-v'], ['-p', 'loud'], ['--no-diagnostics'],
                                   ['--read', '/nosuch']])
def test_output_is_only_the_commands(files, words):
    done = files.run('run', '--allow-cwd', *words, '--', *FAILS)
    assert (done.returncode, done.stdout) == (5, 'out\n')
    assert 'Applying sandbox' in done.stderr


def test_what_goes_to_output(files):
    for words in (['--help'], ['run', '--help'], ['help', 'why'], ['--version'], ['why', '--path', '/etc/passwd']):
        done = files.run(*words)
        assert done.returncode == 0 and done.stdout and not done.stderr, words
    for words in ([], ['rnu'], ['run'], ['run', '--dry-run', '--allow-cwd', '--', 'true'], ['why']):
        done = files.run(*words)
        assert done.stderr and not done.stdout, words
    assert files.run().returncode == 2


def colours(files, **env):
    terminal = files.terminal('run', '--allow-cwd', '--', 'true', env=env)
    assert terminal.wait() == 0
    return '\x1b[' in terminal.raw


def too_wide(text):
    """A path may be as long as it is."""
    return [line for line in text.split('\n') if len(' '.join(word for word in line.split(' ') if '/' not in word)) > 80]


def test_width(files):
    runs = [['run', '--allow-cwd', '--', *FAILS], ['run', '-p', 'loud', '-v', '--allow-cwd', '--', *FAILS], ['run', '--', 'nosuch'],
            ['run', '--read', '~', '--', 'true'], ['run', '--allow-cwd', '--', 'false'], ['run', '--allow-cwd', '--', 'rm', 'x'],
            ['run', '--dry-run', '-p', 'loud', '--', 'true'], ['run', '-s', '--', 'true'], ['run', '--alow', 'x'], ['run'],
            ['run', '--allow-cwd', '--', './plain'], ['run', '--override-deny', '~/.ssh', '--', 'true'], ['nosuch'],
            ['run', '--read-file', '~/.ssh/id', '--allow-cwd', '--', 'true']]
    for words in runs:
        terminal = files.terminal(*words, columns=80, stdin=subprocess.DEVNULL)
        terminal.wait()
        assert terminal.seen and too_wide(terminal.seen) == [], words
    for words in ([], ['run'], ['wrap'], ['why']):
        assert max(map(len, files.run(*words, '--help').stdout.split('\n'))) <= 80


def test_messages_are_folded_between_words(files):
    terminal = files.terminal('run', '--override-deny', '~/.ssh', '--', 'true', columns=50)
    assert terminal.wait() == 1
    lines = terminal.seen.rstrip('\n').split('\n')
    assert lines[0].startswith('nono: --override-deny')
    assert len(lines) > 2 and all(line.startswith('      ') for line in lines[1:]), lines
    piped = files.run('run', '--override-deny', '~/.ssh', '--', 'true').stderr
    assert piped.count('\n') == 1
    assert ' '.join(line.strip() for line in lines) == piped.rstrip('\n')


def test_a_full_disk_is_an_error(files):
    for words in (['--help'], ['--version'], ['why', '--path', '/etc'], ['why', '--path', '/etc', '--json']):
        with open('/dev/full', 'wb') as full:
            process = files.start(*words, stdout=full, stderr=subprocess.PIPE)
            error = process.communicate(timeout=60)[1]
        assert process.returncode == 1 and b'No space left on device' in error, words
    with open('/dev/full', 'wb') as full:
        process = files.start('run', '-s', '--allow-cwd', '--', 'sh', '-c', 'echo x || exit 9', stdout=full, stderr=subprocess.PIPE)
        assert process.communicate(timeout=60)[1].count(b'\n') == 1 and process.returncode == 9
        # Nobody can be told, and the command is not to blame.
        process = files.start('run', '--allow-cwd', '--', 'sh', '-c', 'exit 9', stdout=full, stderr=full)
        assert process.wait(60) == 9


def test_closed_descriptors(files):
    """What is closed is /dev/null to the command: no file that it opens becomes its output."""
    files.write('project/look.py', 'import os, sys\nnames = [os.readlink(f"/proc/self/fd/{n}") for n in range(3)]\n'
                'open("out", "w").write("\\n".join(names))\nsys.exit(4)\n')
    for closed in ('0<&-', '1>&-', '2>&-', '0<&- 1>&- 2>&-'):
        out = files.plain(f'{files.nono} run -p claude-code --allow-cwd -- python3 look.py {closed} || test $? = 4; cat out').stdout
        names = out.split('\n')
        for n in range(3):
            assert (f'{n}<&-' in closed or f'{n}>&-' in closed) <= (names[n] == '/dev/null')


def test_broken_pipe(files):
    read, write = os.pipe()
    os.close(read)
    process = files.start('why', '--path', '/etc', stdout=write, stderr=subprocess.PIPE, restore_signals=True)
    os.close(write)
    assert process.communicate(timeout=60)[1] == b''
    assert process.returncode == -signal.SIGPIPE


@pytest.mark.parametrize('columns', [80, 120])
def test_rules_fit_the_terminal(files, columns):
    """What has no room on its line has its source on the next; no terminal breaks a line in the middle of a word."""
    terminal = files.terminal('run', '--allow-cwd', '--dry-run', '-v', '--', 'true', columns=columns)
    assert terminal.wait() == 0
    lines = [line for line in terminal.seen.split('\n') if 'skipped' not in line]
    assert [line for line in lines if len(line) > columns] == []
    home = files.home
    joined = terminal.seen.replace('\n          (', ' (')
    assert f'  deny  {home}/.config/BraveSoftware (not granted) [group deny_browser_data_linux]\n' in joined
    assert ('\n          (not granted) [' in terminal.seen) == (columns == 80)
    piped = files.run('run', '--allow-cwd', '--dry-run', '-v', '--', 'true').stderr
    assert '\n          (' not in piped and f'  deny  {home}/.config/BraveSoftware (not granted) [group deny_browser_data_linux]\n' in piped


def test_wide_characters_are_counted_where_a_message_is_folded(files):
    name = '\u8aad' * 20
    folder = files.mkdir(name)
    terminal = files.terminal('run', '--read-file', folder, '--', 'true', columns=80)
    assert terminal.wait() == 1
    for line in terminal.seen.split('\n'):
        words = line.split()
        columns = len(line) + sum(unicodedata.east_asian_width(c) in 'WF' for c in line)
        assert columns <= 80 or len(words) == 1, line
    assert name in terminal.seen
