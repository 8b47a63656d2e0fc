# test_prompt.py - the question about the working directory, and where the command starts.  SPDX-License-Identifier: Apache-2.0
import os
import re

import pytest
from terminal import END, INTERRUPT, STOP

QUESTION = r'Share the working directory (.*) \((read|write|read\+write)\)\? \[y/N\] '
LINE = '  the working directory is not shared (--allow-cwd would share it: {})\n'


def asked(world, *words, **more):
    world.write('project/file', 'text\n')
    terminal = world.terminal('run', *words, '--', 'sh', '-c', 'pwd; cat file', **more)
    found = terminal.expect(QUESTION)
    return terminal, found.group(1), found.group(2)


@pytest.mark.parametrize('answer,shared', [('', False), ('n', False), ('no', False), ('N', False), ('yep', False), ('q', False),
                                           (' y', False), ('yes!', False), ('1', False), ('y' * 40, False),
                                           ('y', True), ('Y', True), ('yes', True), ('YES', True), ('Yes', True)])
def test_answers(world, answer, shared):
    terminal, directory, how = asked(world, '-p', 'claude-code')
    assert (directory, how) == (world.work, 'read+write')
    terminal.send(answer + '\n')
    assert terminal.wait() == (0 if shared else 1)
    tail = terminal.seen[terminal.mark:]
    # The command starts where the user is, whatever the answer was.
    assert f'\n{world.work}\n' in tail
    assert ('\ntext\n' in tail) == shared
    assert ('cat: file: Permission denied\n' in tail) == (not shared)


def test_end_of_file_is_no_answer(world):
    terminal, _, _ = asked(world, '-p', 'claude-code')
    terminal.send(END)
    terminal.expect(r'\n  mode supervised')
    assert terminal.wait() == 1
    assert 'text\n' not in terminal.seen


def test_an_unfinished_answer_and_end_of_file(world):
    terminal, _, _ = asked(world, '-p', 'claude-code')
    terminal.send('n' + END)
    terminal.expect(r'\n  mode supervised')
    assert terminal.wait() == 1


def test_interrupt_and_stop_at_the_question(world):
    shell = world.shell()
    world.write('project/file', 'text\n')
    shell.type('$nono run -p claude-code -- touch made')
    shell.expect(QUESTION)
    shell.send(INTERRUPT)
    shell.ended(130)
    assert not os.path.exists(world.path('project/made'))
    shell.type('$nono run -p claude-code -- cat file')
    shell.expect(QUESTION)
    shell.send(STOP)
    assert 'Stopped' in shell.ended(148)
    shell.type('fg')
    shell.expect('cat file\n')
    shell.send('y\n')
    shell.expect('text\n')
    shell.ended(0)


def test_what_was_typed_before_is_no_answer(world):
    """Not even if it came while something else had the terminal."""
    shell = world.shell()
    world.write('project/before', 'echo READY; sleep 0.5; exec $nono run -p claude-code -- cat file')
    world.write('project/file', 'text\n')
    shell.type('sh before')
    shell.expect('READY\n')
    shell.send('y\ny\ny\n')
    shell.expect(QUESTION)
    shell.send('\n')
    assert 'cat: file: Permission denied' in shell.ended(1)


def test_what_follows_the_answer_is_the_commands(world):
    terminal = world.terminal('run', '-p', 'claude-code', '--', 'head', '-n', '1')
    terminal.expect(QUESTION)
    terminal.send('n\nfor the command\n')
    assert terminal.wait() == 0
    assert terminal.seen.count('for the command\n') == 2


@pytest.mark.parametrize('words', [['-p', 'claude-code', '--allow-cwd'], ['-p', 'claude-code', '--allow', '.'], ['--read', '.'],
                                   ['-p', 'none'], ['-p', 'claude-code', '-s', '--allow-cwd'], ['--exec', '--allow-cwd']])
def test_no_question_where_there_is_none(world, words):
    world.profile('none', '{"workdir": {"access": "none"}}')
    terminal = world.terminal('run', *words, '--', 'pwd')
    assert terminal.wait() == 0
    assert 'Share' not in terminal.seen and 'not shared' not in terminal.seen
    assert terminal.seen.endswith(world.work + '\n')


@pytest.mark.parametrize('profile,how', [('claude-code', 'read+write'), (None, 'read'), ('r', 'read'), ('w', 'write')])
def test_the_level_is_the_profiles(world, profile, how):
    world.profile('r', '{"workdir": {"access": "read"}}')
    world.profile('w', '{"workdir": {"access": "write"}}')
    words = ['-p', profile] if profile else []
    terminal, _, level = asked(world, *words)
    assert level == how
    terminal.send('y\n')
    terminal.wait()
    done = world.run('run', *words, '--', 'true')
    assert LINE.format(how) in done.stderr


def test_without_a_terminal_one_line_says_so(world):
    done = world.run('run', '-p', 'claude-code', '--', 'true')
    assert done.returncode == 0
    assert done.stderr.count(LINE.format('read+write')) == 1
    assert '?' not in done.stderr


@pytest.mark.parametrize('stream,question', [('stdin', False), ('stderr', False), ('stdout', True)])
def test_which_streams_must_be_the_terminal(world, stream, question):
    with open(os.devnull, 'r+b') as null:
        terminal = world.terminal('run', '-p', 'claude-code', '--', 'true', **{stream: null})
        if question:
            terminal.expect(QUESTION)
            terminal.send('y\n')
        assert terminal.wait() == 0
    assert ('Share' in terminal.seen) == question


def test_silent_asks_nothing_and_refuses(world):
    terminal = world.terminal('run', '-s', '-p', 'claude-code', '--', 'touch', 'made')
    assert terminal.wait() == 1
    assert re.fullmatch(r'nono: the working directory \S+ is not shared and\s+--silent cannot ask: add\s+--allow-cwd\n',
                        terminal.seen)
    assert not os.path.exists(world.path('project/made'))


def test_dry_run_asks_nothing(world):
    terminal = world.terminal('run', '--dry-run', '-p', 'claude-code', '--', 'touch', 'made')
    assert terminal.wait() == 0
    assert LINE.format('read+write') in terminal.seen and 'Share' not in terminal.seen


def test_wrap_asks_too(world):
    world.write('project/file', 'text\n')
    terminal = world.terminal('wrap', '-p', 'claude-code', '--', 'cat', 'file')
    terminal.expect(QUESTION)
    terminal.send('y\n')
    terminal.expect('text\n')
    assert terminal.wait() == 0


def test_no_is_said_back(world):
    terminal, _, _ = asked(world, '-p', 'claude-code')
    terminal.send('n\n')
    terminal.wait()
    assert LINE.format('read+write') in terminal.seen
    terminal, _, _ = asked(world, '-p', 'claude-code')
    terminal.send('y\n')
    terminal.wait()
    assert 'is not shared' not in terminal.seen


def test_nobody_is_asked_what_could_only_fail(world):
    """A directory that a rule denies is not shared by saying yes."""
    said = '  the working directory is not shared: a rule denies it\n'
    cwd = os.path.normpath(world.mkdir('.ssh'))
    world.write('project/file', 'text\n')
    terminal = world.terminal('run', '--', 'sh', '-c', 'pwd; exit 3', cwd=cwd)
    assert terminal.wait() == 3
    assert said in terminal.seen and 'Share' not in terminal.seen and f'\n{cwd}\n' in terminal.seen
    assert '--allow-cwd' not in terminal.seen
    assert said in world.run('run', '--', 'true', cwd=cwd).stderr
    assert world.run('run', '--allow-cwd', '--', 'true', cwd=cwd).returncode == 0
    done = world.run('run', '--', 'cat', world.path('project/file'), cwd=cwd)
    assert done.returncode == 1 and '--allow-cwd' not in done.stderr
    done = world.run('run', '-s', '--', 'true', cwd=cwd)
    assert done.returncode == 1 and '--workdir DIR' in done.stderr and '--allow-cwd' not in done.stderr
    done = world.run('run', '-s', '--allow-cwd', '--workdir', world.work, '--', 'cat', 'file', cwd=cwd)
    assert (done.returncode, done.stdout) == (0, 'text\n')


@pytest.mark.parametrize('answer,code', [('y', 0), ('n', 1)])
def test_the_home_directory_is_shared_without_what_rules_deny(world, answer, code):
    world.write('.ssh/id', 'secret')
    world.write('letter', 'dear')
    terminal = world.terminal('run', '--', 'sh', '-c', 'cat .ssh/id; cat letter', cwd=world.home)
    terminal.expect(QUESTION)
    assert 'This is your home directory: everything in it but what rules deny would be shared.' in terminal.seen
    terminal.send(answer + '\n')
    assert terminal.wait() == code
    assert ('dear' in terminal.seen) == (answer == 'y') and 'secret' not in terminal.seen


def test_the_home_directory_with_allow_cwd(world):
    world.write('.bashrc', 'mine')
    done = world.run('run', '--allow-cwd', '-p', 'claude-code', '--', 'sh', '-c', 'touch made; echo x > .bashrc', cwd=world.home)
    assert 'is your home directory: everything in it but what rules deny is shared' in done.stderr
    assert os.path.exists(world.path('made')) and 'Permission denied' in done.stderr
    with open(world.path('.bashrc'), encoding='utf-8') as f:
        assert f.read() == 'mine'


def test_a_name_cannot_act_on_the_terminal(world):
    work = world.mkdir('a\x1b[31mb\nShare nothing? [y/N] y\u202e')
    terminal = world.terminal('run', '--', 'true', cwd=work)
    found = terminal.expect(QUESTION)
    assert found.group(1) == world.home + r'/a\x1b[31mb\x0aShare nothing? [y/N] y\xe2\x80\xae'
    terminal.send('n\n')
    assert terminal.wait() == 0


def test_workdir(world):
    other = world.mkdir('other dir')
    world.write('other dir/file', 'there\n')
    for given in (other, '../other dir', '~/other dir', '../other dir/'):
        done = world.run('run', '--allow-cwd', '--workdir', given, '--', 'sh', '-c', 'pwd; cat file')
        assert (done.returncode, done.stdout) == (0, other + '\nthere\n'), done.stderr
        done = world.run('run', '--allow-cwd', '--workdir', given, '--', 'printenv', 'PWD', env={'PWD': world.work})
        assert done.stdout == other + '\n'
    terminal, directory, _ = asked(world, '--workdir', '../other dir')
    assert directory == other
    terminal.send('n\n')
    assert terminal.wait() == 1
    assert f'\n{other}\n' in terminal.seen and 'there' not in terminal.seen.split('[y/N]')[1]
    for given, why in (('missing', 'No such file or directory'), ('file', 'Not a directory')):
        done = world.run('run', '--allow-cwd', '--workdir', given, '--', 'true')
        assert (done.returncode, done.stdout) == (1, '')
        assert f'--workdir {world.work}/{given}: {why}' in done.stderr


def test_paths_of_flags_start_where_the_user_is(world):
    world.mkdir('other')
    world.write('project/file', 'text\n')
    done = world.run('run', '--workdir', '../other', '--read-file', 'file', '--', 'cat', world.path('project/file'))
    assert (done.returncode, done.stdout) == (0, 'text\n')
