# test_footer.py - what is said after a failed command, and its error output on the way.  SPDX-License-Identifier: Apache-2.0
import os
import re
import shlex
import subprocess
import time

import pytest

RULE = '─' * 24
HEAD = ['', 'NONO DIAGNOSTIC', RULE, 'The command failed. This may be due to sandbox restrictions. (exit code {})', '',
        'Sandbox denied the following operations:']
NAMES = ['plain', 'with space', "apo'strophe", 'quo"te', '$HOME', 'new\nline', 'tab\t', 'star*', '\x1b[31mred', 'back\\slash',
         'ümlaut', 'caf\udce9', '\u202eright', 'a:b', '#x', "both'\"", 'end ', '\x7f', '-dash']


def footer(text):
    """The lines of the footer, from the empty one before it."""
    assert '\nNONO DIAGNOSTIC\n' in text, text
    return ('\n' + text[text.index('NONO DIAGNOSTIC'):].rstrip('\n')).split('\n')


def denied(text):
    """What is listed, as (operation, path)."""
    return [tuple(line[2:].split(' ', 1)) for line in footer(text) if re.match(r'  [a-z]+-[a-z-]+ /', line)]


def shown(path):
    """A path as nono prints it: what would act on a terminal, and what is no text, as \\xNN."""
    out = ''
    for char in path:
        raw = char.encode('utf-8', 'surrogateescape')
        out += char if char.isprintable() and not 0xdc80 <= ord(char) <= 0xdcff else ''.join(f'\\x{b:02x}' for b in raw)
    return out


@pytest.fixture
def files(world):
    world.write('flag/secret', 'secret')
    world.write('docs/letter', 'letter')
    world.profile('p', '{"extends": "claude-code", "filesystem": {"deny": ["~/flag"]}}')
    world.run('run', '-p', 'p', '--allow-cwd', '--', 'true')
    return world


def run(files, *words, **more):
    return files.run('run', '-p', 'p', '--allow-cwd', '--', *words, **more)


def test_shape(files):
    done = run(files, 'cat', files.path('flag/secret'))
    assert done.stderr.split('\n') == [
        '  mode supervised (supervisor)', '  Applying sandbox...', f'cat: {files.path("flag/secret")}: Permission denied',
        *[line.format(1) for line in HEAD], f'  file-read-data {files.path("flag/secret")}', '      denied by profile p',
        f'      to allow it: --override-deny {files.path("flag/secret")} --read-file {files.path("flag/secret")}', '']


def test_shape_on_a_terminal(files):
    terminal = files.terminal('run', '-p', 'p', '--allow-cwd', '--', 'cat', files.path('flag/secret'))
    assert terminal.wait() == 1
    assert terminal.seen == run(files, 'cat', files.path('flag/secret')).stderr


@pytest.mark.parametrize('name', NAMES)
def test_names(files, name):
    """Absolute and relative, named by the command's own message: in the footer it is one line that acts on nothing."""
    path = files.write('flag/' + name, 'x')
    for word in (path, '../flag/' + name, './../flag/' + name):
        done = run(files, 'cat', word)
        assert denied(done.stderr) == [('file-read-data', shown(path))], done.stderr
        tail = '\n'.join(footer(done.stderr))
        assert '\x1b' not in tail and not re.search('[\udc80-\udcff\u202e\x7f]', tail)
        # What it suggests is right for a shell.
        hint = next(line for line in footer(done.stderr) if 'to allow it: ' in line).split('to allow it: ')[1]
        again = files.plain(f'exec bash -c {shlex.quote(f"exec {files.nono} run -p p {hint} -- cat {bash_quote(path)}")}')
        assert again.stdout == 'x'


def bash_quote(path):
    return "$'" + ''.join(f'\\x{b:02x}' for b in os.fsencode(path)) + "'"


# What is tried, what is listed, and what to do about it; FILE, DIR, NEW and HOME stand for paths.
REFUSALS = [
    ('cat FILE', 'file-read-data FILE', '--read-file FILE'),
    ('ls DIR', 'file-read-data DIR', '--read DIR'),
    ('echo x > FILE', 'file-write-data FILE', '--allow-file FILE'),
    ('echo x >> FILE', 'file-write-data FILE', '--allow-file FILE'),
    ('echo x > NEW', 'file-write-create NEW', '--write DIR'),
    ('touch NEW', 'file-write-create NEW', '--write DIR'),
    ('mkdir NEW', 'file-write-create NEW', '--write DIR'),
    ('ln -s x NEW', 'file-write-create NEW', '--write DIR'),
    ('rm FILE', 'file-write-unlink FILE', '--write DIR'),
    ('python3 -c "open(\'FILE\')"', 'file-read-data FILE', '--read-file FILE'),
    ('python3 -c "open(\'NEW\', \'w\')"', 'file-write-create NEW', '--write DIR'),
    ('node -e "fs.readFileSync(\'FILE\')"', 'file-read-data FILE', '--read-file FILE'),
    ('node -e "fs.writeFileSync(\'NEW\', \'\')"', 'file-write-create NEW', '--write DIR'),
    ('tar cf x.tar FILE', 'file-read-data FILE', '--read-file FILE'),
    ('sed -n p FILE', 'file-read-data FILE', '--read-file FILE'),
    ("perl -e 'open(F, q(FILE)) || die qq(cannot open FILE: $!)'", 'file-read-data FILE', '--read-file FILE'),
    ('gcc -c -x c FILE', 'file-read-data FILE', '--read-file FILE'),
    ('git --git-dir DIR/letter status', 'file-read-data FILE', '--read-file FILE'),
]


@pytest.mark.parametrize('script,row,flags', REFUSALS)
def test_operations(files, script, row, flags):
    paths = {'FILE': files.path('docs/letter'), 'DIR': files.path('docs'), 'NEW': files.path('docs/new')}

    def fill(text):
        return re.sub('FILE|DIR|NEW', lambda m: paths[m.group()], text)

    done = run(files, 'sh', '-c', fill(script) + ' || exit 7')
    assert done.returncode in (2, 7), done.stderr
    assert denied(done.stderr) == [tuple(fill(row).split(' ', 1))], done.stderr
    assert f'      to allow it: {fill(flags)}' in footer(done.stderr)


def test_what_is_suggested_works(files):
    done = run(files, 'touch', files.path('docs/new'))
    flags = next(line for line in footer(done.stderr) if 'to allow it' in line).split('to allow it: ')[1].split()
    done = files.run('run', '-p', 'p', '--allow-cwd', *flags, '--', 'touch', files.path('docs/new'))
    assert done.returncode == 0 and os.path.exists(files.path('docs/new'))


def test_nothing_is_suggested_that_could_not_start(files):
    """The home directory holds denied paths: it cannot be granted."""
    new = files.path('new')
    done = run(files, 'touch', new)
    assert denied(done.stderr) == [('file-write-create', new)]
    assert f'      to allow it: make it first, then --write-file {new}' in footer(done.stderr)
    assert footer(done.stderr)[-1] == '      if it is to be a directory: --write in place of --write-file'
    files.write('new', '')
    done = files.run('run', '--write-file', new, '--', 'sh', '-c', f'echo x > {new}')
    assert done.returncode == 0, done.stderr
    done = run(files, 'ls', files.home)
    assert denied(done.stderr) == [('file-read-data', files.home)]
    assert footer(done.stderr)[-1] == '      no flag allows it: denied paths lie in what would have to be granted'
    rc = files.path('.bashrc')
    done = run(files, 'touch', rc)
    assert f'      to allow it: make it first, then --override-deny {rc} --write-file {rc}' in footer(done.stderr)
    done = run(files, 'ls', files.path('.local/state/nono'))
    assert footer(done.stderr)[-1] == '      permanent: no flag allows it'


def test_why_suggests_the_same(files):
    new = files.path('new')
    text = files.run('why', '--path', new, '--op', 'write').stdout
    assert f'Suggested fix, once it exists: --write-file {new}\n' in text
    assert f'"suggested_flag":"--write-file {new}"' in files.run('why', '--path', new, '--op', 'write', '--json').stdout
    assert 'Suggested fix: none: ' in files.run('why', '--path', files.home).stdout
    assert 'suggested_flag' not in files.run('why', '--path', files.home, '--json').stdout


def test_a_missing_file_is_not_the_sandboxes_fault(files):
    done = run(files, 'cat', files.path('docs/missing'))
    assert footer(done.stderr)[3:] == ['The command failed. (exit code 1)', '',
                                       'Nothing that the policy refuses was found in the command or its error output.',
                                       'To ask about a path: nono why --profile p --path PATH']
    # On a terminal only the command line is known: that is said.
    terminal = files.terminal('run', '-p', 'p', '--allow-cwd', '--', 'cat', files.path('docs/missing'))
    assert terminal.wait() == 1
    assert footer(terminal.seen)[6:9] == [
        f'  file-write-create {files.path("docs/missing")}',
        '      a guess: there is no such file, and the command may have wanted to make it',
        f'      to allow it: --write {files.path("docs")}']


def test_nothing_found_on_a_terminal(files):
    terminal = files.terminal('run', '--allow-cwd', '--', 'sh', '-c', 'cat ~/flag/secret; exit 3')
    assert terminal.wait() == 3
    nothing = ['The command failed. (exit code 3)', '',
               'No path on the command line is refused. What the command wrote to the terminal',
               'was not read: run it again with 2>&1 | cat at the end to have that explained.']
    ask = 'To ask about a path: nono why --path PATH'
    reading = 'The working directory can be read, not written. To allow both: --allow .'
    assert footer(terminal.seen)[3:] == [*nothing, reading, ask]
    terminal = files.terminal('run', '--allow', '.', '--', 'sh', '-c', 'cat ~/flag/secret; exit 3')
    assert terminal.wait() == 3
    assert footer(terminal.seen)[3:] == [*nothing, ask]
    terminal = files.terminal('run', '--', 'sh', '-c', 'cat ~/flag/secret; exit 3')
    terminal.expect('y/N')
    terminal.send('n\n')
    assert terminal.wait() == 3
    assert footer(terminal.seen)[3:] == [*nothing, 'The working directory was not shared. To share it: --allow-cwd', ask]
    shell = files.shell()
    text = shell.run("$nono run --allow-cwd -- sh -c 'cat ~/flag/secret; exit 3' 2>&1 | cat")
    assert denied(text) == [('file-read-data', files.path('flag/secret'))]


def test_npm_says_it_in_several_lines(files):
    done = run(files, 'sh', '-c', 'npm init -y > /dev/null && npm pack')
    assert denied(done.stderr) == [('file-write-create', files.path('.npm'))], done.stderr


def test_many(files):
    done = run(files, 'sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do touch ~/docs/$i; touch ~/docs/$i; done')
    assert denied(done.stderr) == [('file-write-create', files.path(f'docs/{n}')) for n in range(1, 11)]
    assert footer(done.stderr)[-1] == '  and 3 more'


@pytest.mark.parametrize('words', [['--no-diagnostics'], ['-s']])
def test_no_footer(files, words):
    done = files.run('run', '-p', 'p', '--allow-cwd', *words, '--', 'cat', files.path('flag/secret'))
    assert done.returncode == 1 and 'DIAGNOSTIC' not in done.stderr and 'Permission denied' in done.stderr


def test_no_footer_for_success_and_for_signals(files):
    for script in ('cat ~/flag/secret; exit 0', 'cat ~/flag/secret; kill -TERM $$'):
        assert 'DIAGNOSTIC' not in run(files, 'sh', '-c', script).stderr


# ---- the error output itself

BYTES = bytes(range(256)) * 20 + b'no end of line'


@pytest.mark.parametrize('words', [['--no-diagnostics'], []])
def test_error_output_is_passed_on_byte_for_byte(files, words):
    files.write('project/bytes', BYTES)
    process = files.start('run', '-p', 'p', '--allow-cwd', *words, '--', 'sh', '-c', 'cat bytes >&2; cat bytes', stdout=-1, stderr=-1)
    out, error = process.communicate(timeout=60)
    assert out == BYTES
    head = b'  mode supervised (supervisor)\n  Applying sandbox...\n'
    assert error == head + BYTES


def test_one_pipe_for_both_keeps_the_order(files):
    script = 'i=0; while [ $i -lt 300 ]; do echo out $i; echo err $i >&2; i=$((i + 1)); done; exit 1'
    process = files.start('run', '--allow-cwd', '--', 'sh', '-c', script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = process.communicate(timeout=60)[0].decode().split('\n')
    start = lines.index('out 0')
    assert lines[start:start + 600] == [f'{word} {n}' for n in range(300) for word in ('out', 'err')]
    assert lines[start + 600:start + 602] == ['', 'NONO DIAGNOSTIC']


def test_a_file_for_error_output(files):
    with open(files.write('log', 'before\n'), 'r+b') as log:
        log.seek(0, os.SEEK_END)
        process = files.start('run', '-p', 'p', '--allow-cwd', '--', 'sh', '-c', 'cat ~/flag/secret; echo >&2 last; exit 3', stderr=log)
        assert process.wait(60) == 3
    with open(files.path('log'), encoding='utf-8') as f:
        text = f.read()
    assert text.startswith('before\n  mode supervised') and text.index('last\n') < text.index('NONO DIAGNOSTIC')
    assert denied(text) == [('file-read-data', files.path('flag/secret'))]


def test_a_background_writer_outlives_everything(files):
    """nono ends when the command does, and what is written later still arrives."""
    files.write('project/later', 'read x < go; echo later >&2; echo later')
    os.mkfifo(files.path('project/go'))
    files.own(files.path('project/go'))
    process = files.start('run', '-s', '-p', 'p', '--allow-cwd', '--', 'sh', '-c', 'sh later & echo early >&2; exit 4',
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr.readline() == b'early\n'
    assert process.wait(60) == 4
    with open(files.path('project/go'), 'w', encoding='ascii') as go:
        go.write('\n')
    assert process.communicate(timeout=60) == (b'later\n', b'later\n')


@pytest.mark.parametrize('words', [[], ['-s']])
def test_whoever_stops_reading_ends_the_command(files, words):
    process = files.start('run', *words, '--allow-cwd', '--', 'sh', '-c', 'while :; do echo line >&2; done', stderr=subprocess.PIPE)
    while process.stderr.readline() != b'line\n':
        pass
    process.stderr.close()
    assert process.wait(60) == 128 + 13
    process = files.start('run', *words, '--allow-cwd', '--', 'sh', '-c', 'while :; do echo line; done', stdout=subprocess.PIPE)
    assert process.stdout.readline() == b'line\n'
    process.stdout.close()
    assert process.wait(60) == 128 + 13


def test_a_slow_reader_loses_nothing(files):
    process = files.start('run', '--allow-cwd', '--', 'sh', '-c', 'seq 100000 >&2; exit 2', stderr=subprocess.PIPE)
    time.sleep(0.3)
    text = process.communicate(timeout=60)[1].decode()
    start = text.index('\n1\n') + 1
    assert text[start:].split('\n')[:100000] == [str(n) for n in range(1, 100001)]
    assert process.returncode == 2 and text.endswith('--path PATH\n')


@pytest.mark.parametrize('flags,fix', [(['--block-net'], '--allow-net'),
                                       (['--allow-connect-port', '443'], '--allow-connect-port 9')])
def test_a_host_that_cannot_be_reached(files, flags, fix):
    done = files.run('run', *flags, '--', 'curl', '-sS', 'http://127.0.0.1:9/')
    assert footer(done.stderr)[-2:] == ['  network-outbound 127.0.0.1:9', f'      to allow it: {fix}']
    done = files.run('run', '--', 'curl', '-sS', 'http://127.0.0.1:9/')
    assert 'network-outbound' not in done.stderr


def test_error_output_below_a_directory_that_cannot_be_searched(files):
    closed = files.mkdir('closed/inner')
    with open(os.path.join(closed, 'log'), 'w+', encoding='utf-8') as log:
        os.chmod(os.path.dirname(closed), 0)
        done = subprocess.run([files.nono, 'run', '--', 'sh', '-c', 'echo hello >&2'], cwd=files.work, stderr=log,
                              env=files.environment(), stdin=subprocess.DEVNULL, check=False, **files.identity())
        os.chmod(os.path.dirname(closed), 0o700)
        log.seek(0)
        assert (done.returncode, 'hello\n' in log.read()) == (0, True)


def test_a_working_directory_that_was_not_shared_is_told(files):
    """make finds no makefile then, and says nothing of a refusal."""
    files.write('project/Makefile', 'all:\n\ttrue\n')
    done = files.run('run', '--', 'make')
    assert footer(done.stderr)[5:7] == ['Nothing that the policy refuses was found in the command or its error output.',
                                        'The working directory was not shared. To share it: --allow-cwd']
    assert files.run('run', '--allow-cwd', '--', 'make').returncode == 0
    done = files.run('run', '--allow-cwd', '--', 'make', 'nothing')
    assert done.returncode == 2 and 'working directory' not in done.stderr


@pytest.mark.parametrize('name', ['tool', 'script'])
def test_a_program_that_may_not_be_started_has_its_footer(files, name):
    with open('/bin/true', 'rb') as f:
        files.write('bin/tool', f.read(), 0o755)
    files.write('bin/script', '#!/bin/sh\nexit 0\n', 0o755)
    path = files.path(f'bin/{name}')
    done = files.run('run', '--allow-cwd', '--', path)
    assert done.returncode == 126
    assert done.stderr.split('\n')[2:] == [
        f'nono: cannot run {path}: Permission denied', '', 'NONO DIAGNOSTIC', RULE,
        'The command could not be started. (exit code 126)', '',
        'Sandbox denied the following operations:', f'  process-exec {path}', f'      to allow it: --read-file {path}', '']
    assert files.run('run', '--allow-cwd', '--read-file', path, '--', path).returncode == 0
    for words in (['run', '--no-diagnostics'], ['wrap'], ['run', '--exec']):
        done = files.run(*words, '--allow-cwd', '--', path)
        assert done.returncode == 126 and 'DIAGNOSTIC' not in done.stderr
        assert f'  the sandbox does not grant running {path}\n      to allow it: --read-file {path}\n' in done.stderr
    done = files.run('run', '-s', '--allow-cwd', '--', path)
    assert done.stderr == f'nono: cannot run {path}: Permission denied\n'


def test_a_program_that_nobody_could_start_has_none(files):
    path = files.write('project/plain', 'no program\n')
    done = files.run('run', '--allow-cwd', '--read-file', path, '--', './plain')
    assert done.returncode == 126 and 'DIAGNOSTIC' not in done.stderr


@pytest.mark.parametrize('words,hint', [
    ([], 'nono profile init NAME FLAG...'), (['-p', 'claude-code'], 'nono profile init NAME --extends claude-code FLAG...'),
    (['-p', 'p'], 'nono why --profile p --path PATH')])
def test_how_to_keep_it_where_nobody_is_asked(files, words, hint):
    line = f"$nono run {' '.join(words)} --allow-cwd -- cat ~/docs/letter"
    asking = files.shell(env={'NONO_NO_SAVE_PROMPT': ''})
    assert f'\nTo keep it in a profile: {hint}\n' in asking.run(line + ' 2>&1 | cat')
    quiet = files.shell()
    assert 'To keep it' not in quiet.run(line + ' 2>&1 | cat')
    assert 'To keep it' not in asking.run(line + ' 2>&1 < /dev/null | cat')
