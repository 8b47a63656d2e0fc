# test_launcher.py - how nono itself is started: words, descriptors, directory, limits, signals.  SPDX-License-Identifier: Apache-2.0
import os
import resource
import signal
import subprocess

import pytest
from ways import KEY, PYTHON

MODES = pytest.mark.parametrize('mode', ['run', 'wrap'])
# Starts words[0] with any argv and environment, which the subprocess module would not.
START = '''
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def start(program, words, env):
    pid = os.fork()
    if pid: return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    a = (ctypes.c_char_p * (len(words) + 1))(*words, None)
    e = (ctypes.c_char_p * (len(env) + 1))(*env, None)
    libc.execve(program, a, e)
    os._exit(99)
'''


def test_names_of_nono(world):
    """No word at all, an empty one, and names that other programs would take for orders."""
    text = START + f'''
nono = {world.nono.encode()!r}
env = [b"HOME={world.home}", b"PATH=/usr/bin:/bin"]
print(start(nono, [], env), start(nono, [b""], env), flush=True)
for name in (b"", b"-", b"--", b"sh", b"-sh", b"\\xff\\xfe", b"x" * 100000, b"nono\\n\\x1b[31m"):
    print(start(nono, [name, b"run", b"-s", b"--allow-cwd", b"--", b"sh", b"-c", b"exit 7"], env), flush=True)
'''
    world.write('project/start.py', text)
    done = world.plain(f'{PYTHON} start.py')
    assert done.stdout.split() == ['2', '2'] + ['7'] * 8, (done.stdout, done.stderr)


def test_a_command_without_words(world):
    """What a confined program starts with no argv stays confined, and nono in there refuses politely."""
    key = world.write('.ssh/key', KEY)
    text = START + f'''
env = [b"HOME={world.home}", b"PATH=/usr/bin:/bin"]
print(start({world.nono.encode()!r}, [], env), start(b"/bin/cat", [b"cat", {key.encode()!r}], env), start(b"/bin/true", [], env))
'''
    world.write('project/start.py', text)
    done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', PYTHON, 'start.py')
    # true is one program of several where argv[0] tells which; 1 is what a shell's collection says without one.
    assert done.stdout.split()[:2] == ['2', '1'] and 'very secret' not in done.stdout, done


WORDS = {
    'an empty command': ([''], 127, 'the command\'s name is empty'),
    'a directory': (['/etc'], 126, 'Permission denied'),
    'a dot': (['.'], 127, 'not found'),
    'a slash': (['/'], 126, 'Permission denied'),
    'a file with a slash behind': (['/bin/true/'], (126, 127), ''),
    'a name too long': (['x' * 300], 127, ''),
    'a path too long': (['/' + 'x/' * 3000], (1, 126), ''),
    'a device': (['/dev/null'], 126, 'Permission denied'),
    'a file that cannot be read': (['/etc/passwd'], 126, 'Permission denied'),
    'an option for a command': (['--', 'true'], 127, ''),
}


@MODES
@pytest.mark.parametrize('case', WORDS)
def test_commands_that_are_none(world, mode, case):
    words, code, text = WORDS[case]
    done = world.run(mode, '--allow-cwd', '--', *words)
    assert done.returncode in (code if isinstance(code, tuple) else (code,)), done
    assert text in done.stderr and 'nono:' in done.stderr


@MODES
def test_words_reach_the_command_as_they_are(world, mode):
    words = ['', ' ', '-', '--', '--allow', '/', '-p', 'x=y', '*', '$HOME', '`id`', '\n', '\x1b[31m', 'a\udcffb', '\u202e', "'", '"',
             '\\', 'x' * 100000]
    done = world.run(mode, '-s', '--allow-cwd', '--', PYTHON, '-c', 'import os, sys; print([os.fsencode(a) for a in sys.argv[1:]])',
                     *words)
    assert done.stdout.strip() == repr([os.fsencode(w) for w in words]), done.stderr


def test_options_end_where_the_command_begins(world):
    """No word of the command is taken for an option of nono's, with or without the two dashes."""
    key = world.write('.ssh/key', KEY)
    for words in (['--', 'sh', '-c', 'cat "$1"', 'sh', key, '--read-file', key, '--override-deny', key],
                  ['sh', '-c', 'cat "$1"', 'sh', key, '--read-file', key, '--override-deny', key]):
        done = world.run('run', '-s', '--allow-cwd', *words)
        assert done.stdout == '' and 'Permission denied' in done.stderr
    ssh = os.path.dirname(key)
    done = world.run('run', '-s', '--allow-cwd', '--read', ssh, '--override-deny', ssh, '--', 'cat', key)
    assert done.stdout == KEY.decode(), 'the positive control'


@MODES
@pytest.mark.parametrize('closed', [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
def test_closed_standard_descriptors(world, mode, closed):
    """Nothing that nono opens lands on them, to be written into by the command; they become /dev/null."""
    def close():
        for fd in closed:
            os.close(fd)

    report = world.write('project/report', '')
    script = f'for n in 0 1 2; do readlink /proc/self/fd/$n; done > {report} 3>&-'
    before = os.listdir(world.work)
    done = subprocess.run([world.nono, mode, '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c', script], cwd=world.work,
                          env=world.environment(), timeout=60, check=False, preexec_fn=close, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **world.identity())
    assert done.returncode == 0
    with open(report, encoding='utf-8') as f:
        seen = f.read().split('\n')
    for fd in closed:
        assert fd == 1 or seen[fd] == '/dev/null', seen
    assert os.listdir(world.work) == before
    state = subprocess.run(['grep', '-rl', 'supervisor', world.path('.local/state/nono')], capture_output=True, text=True, check=False)
    assert state.stdout == '', 'nothing that nono says went into one of its own files'


@MODES
def test_a_directory_that_is_gone(world, mode):
    """Neither the directory that was, nor what has its name now, is shared."""
    text = f'''
import os, subprocess
os.mkdir("gone"); os.chdir("gone"); os.rmdir("../gone")
for env in ({{}}, {{"PWD": "{world.work}/gone"}}, {{"PWD": "{world.home}"}}):
    if len(env) and not os.path.isdir("{world.work}/gone"): os.mkdir("{world.work}/gone")
    done = subprocess.run(["{world.nono}", "{mode}", "--allow-cwd", "--", "touch", "{world.work}/gone/made"], capture_output=True, text=True,
                          env={{**os.environ, **env}})
    print(done.returncode, "the current directory is gone" in done.stderr)
'''
    world.write('project/gone.py', text)
    assert world.plain(f'{PYTHON} gone.py').stdout == '1 True\n' * 3
    assert not os.path.exists(world.path('project/gone/made'))


def test_a_directory_that_lies(world):
    """PWD is believed only where it leads to the directory that nono is in."""
    world.write('.ssh/key', KEY)
    world.mkdir('papers')
    world.write('papers/secret', KEY)
    for pwd in (world.path('papers'), world.home, '/', '/proc/self/cwd', '/proc/self/cwd/', '/dev/fd/../cwd', 'relative', '',
                '/no/such',
                world.work + '/../papers', world.work + '/.', '//' + world.work):
        done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c', 'echo x > f && cat f ~/papers/secret',
                         env={'PWD': pwd})
        assert done.stdout == 'x\n', (pwd, done)


@MODES
def test_signals_that_were_ignored(world, mode):
    """They stay as whoever started nono had them, blocked and ignored ones too; nono's own are its own."""
    def odd():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGCHLD})

    script = 'grep -E "^Sig(Blk|Ign)" /proc/self/status; exit 9'
    control = subprocess.run(['sh', '-c', script], preexec_fn=odd, capture_output=True, text=True, check=False)
    done = world.run(mode, '-s', '--allow-cwd', '--', 'sh', '-c', script, preexec_fn=odd)
    assert (done.returncode, done.stdout) == (9, control.stdout)


LIMITS = {'no files': (resource.RLIMIT_NOFILE, 3), 'few files': (resource.RLIMIT_NOFILE, 12), 'no growth': (resource.RLIMIT_FSIZE, 0),
          'little memory': (resource.RLIMIT_AS, 4 << 20), 'little stack': (resource.RLIMIT_STACK, 16 << 10),
          'no processes': (resource.RLIMIT_NPROC, 0), 'no data': (resource.RLIMIT_DATA, 0)}


@MODES
@pytest.mark.parametrize('case', LIMITS)
def test_starved(ordinary, mode, case):
    """With too little of something nono says so, or runs the command confined: never unconfined."""
    which, value = LIMITS[case]
    key = ordinary.write('.ssh/key', KEY)

    def starve():
        resource.setrlimit(which, (value, value))

    done = ordinary.run(mode, '-s', '-p', 'claude-code', '--allow-cwd', '--', 'cat', key, preexec_fn=starve)
    assert 'very secret' not in done.stdout and done.returncode != 0, (case, done)
    ssh = os.path.dirname(key)
    done = ordinary.run(mode, '-s', '--allow-cwd', '--read', ssh, '--override-deny', ssh, '--', 'cat', key)
    assert done.stdout == KEY.decode(), 'the positive control'


def test_a_full_output(world):
    """/dev/full as error output does not make a run unconfined, and does not hide its exit code."""
    key = world.write('.ssh/key', KEY)
    with open('/dev/full', 'wb') as full:
        done = subprocess.run([world.nono, 'run', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c', f'cat {key}; exit 9'],
                              cwd=world.work,
                              env=world.environment(), stdout=subprocess.PIPE, stderr=full, timeout=60, check=False, **world.identity())
    assert (done.returncode, done.stdout) == (9, b'')


def test_nono_cannot_be_renamed_into_more(world):
    """A link to nono, a copy, or a name with a command in it changes nothing about what is granted."""
    key = world.write('.ssh/key', KEY)
    world.plain(f'ln -s {world.nono} ./claude; cp {world.nono} ./sudo')
    for program in ('./claude', './sudo'):
        done = subprocess.run([program, 'run', '-s', '--allow-cwd', '--', 'cat', key], cwd=world.work, env=world.environment(),
                              capture_output=True, text=True, timeout=60, check=False, **world.identity())
        assert done.returncode == 1 and done.stdout == ''
