# test_scarcity.py - runs with closed streams, full disks and small limits.  SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess

import pytest
from world import ORDINARY, World

SECRET = 'the contents of a key'
READ = 'cat ~/.ssh/id; echo ran'


@pytest.fixture
def ordinary():
    """For what only a user without root's rights meets."""
    w = World(ORDINARY if os.getuid() == 0 else os.environ.get('USER', 'self'))
    yield w
    w.done()


def under(world, setup, *args, wrapper=(), **more):
    """nono, started by a shell that first runs @setup: limits, redirections (written into an exec)."""
    words = [*wrapper, 'sh', '-c', setup + '\nexec "$0" "$@"', world.nono, *args]
    return subprocess.run(words, cwd=world.work, env=world.environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                          check=False, encoding='utf-8', errors='surrogateescape', **world.identity(), **more)


def files(world):
    return sorted(os.path.relpath(os.path.join(top, name), world.home) for top, _, names in os.walk(world.home) for name in names
                  if name != 'lock')


def refused(done):
    """Ended by nono itself, which said why."""
    return done.returncode in (1, 126, 127) and done.stdout == '' and 'nono: ' in done.stderr


def ran_confined(done):
    return done.stdout == 'ran\n' and done.returncode == 0


def check(world, done):
    """A run of READ that either was refused with a message or ran, without the key and with its footer's exit code."""
    assert SECRET not in done.stdout + done.stderr
    assert ran_confined(done) or refused(done), (done.returncode, done.stdout, done.stderr)


@pytest.fixture
def secret(world):
    world.write('.ssh/id', SECRET)
    return world


def test_the_reading_works_outside(secret):
    """The positive control: without the sandbox the key is read."""
    assert secret.plain(READ).stdout == SECRET + 'ran\n'


STREAMS = ['exec <&-', 'exec >&-', 'exec 2>&-', 'exec <&- >&- 2>&-', 'exec 2>/dev/full', 'exec >/dev/full']


@pytest.mark.parametrize('streams', STREAMS)
def test_streams_that_are_not_there(secret, streams):
    for mode in ('run', 'wrap'):
        done = under(secret, streams, mode, '--allow-cwd', '--', 'sh', '-c', READ + '; exit 5')
        assert done.returncode == 5 and SECRET not in done.stdout + done.stderr, done.stderr
    assert under(secret, streams, 'run', '-p', 'no-such-profile', '--', 'true').returncode == 1


@pytest.mark.parametrize('streams', STREAMS[:4])
def test_no_file_takes_the_place_of_a_stream(world, streams):
    """The command's descriptors 0 to 2 are what they were, or /dev/null."""
    show = 'readlink /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2'
    for mode in ('run', 'wrap'):
        done = under(world, streams, mode, '-s', '--allow-cwd', '--', 'sh', '-c', f'found=$({show}); echo "$found"; echo "$found" >&2')
        for line in (done.stdout + done.stderr).split('\n'):
            assert line == '' or line == '/dev/null' or line.startswith('pipe:'), line


@pytest.mark.parametrize('words', [['--version'], ['--help'], ['why', '--path', '/'], ['why', '--json', '--host', 'x'], ['why', '--self']])
def test_an_answer_that_is_lost(world, words):
    done = under(world, 'exec >/dev/full', *words)
    assert done.returncode == 1 and 'No space left on device' in done.stderr
    assert under(world, 'exec 2>/dev/full', *words).returncode == 0


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_few_descriptors(secret, mode):
    verdicts = set()
    for limit in [*range(3, 41), 64, 256]:
        done = under(secret, f'ulimit -n {limit}', mode, '--allow-cwd', '--', 'sh', '-c', READ)
        check(secret, done)
        assert done.returncode == 0 or 'Too many open files' in done.stderr, done.stderr
        verdicts.add(done.returncode)
    assert verdicts == {0, 1}


@pytest.mark.parametrize('words', [['run', '--allow-cwd', '--', 'sh', '-c', READ], ['run', '--dry-run', '-v', '-p', 'claude-code', '--', 'true'],
                                   ['why', '--json', '-p', 'claude-code', '--path', '/']])
def test_little_memory(secret, words):
    """From where the program can start at all to where all goes well."""
    started = finished = 0
    for limit in range(900, 3200, 50):
        setup = f'ulimit -v {limit}'
        if under(secret, setup, '--version').returncode:
            continue
        started += 1
        done = under(secret, setup, *words)
        assert SECRET not in done.stdout and done.returncode >= 0, (limit, done.returncode, done.stderr)
        finished += done.returncode == 0
        # A command that ends for lack of memory does so without nono as well.
        if done.returncode and 'nono: out of memory' not in done.stderr:
            alone = subprocess.run(['sh', '-c', setup + '\nsh -c :'], check=False, capture_output=True, **secret.identity())
            assert alone.returncode, (limit, done.returncode, done.stderr)
    assert started and finished


def test_a_small_stack(secret):
    for limit in (32, 64, 128, 255):
        done = under(secret, f'ulimit -s {limit}', 'run', '--allow-cwd', '--', 'sh', '-c', READ)
        assert refused(done) and f'{limit} KiB' in done.stderr
    check(secret, under(secret, 'ulimit -s 256', 'run', '--allow-cwd', '--', 'sh', '-c', READ))


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_no_file_may_grow(secret, mode):
    """The size limit is no signal to nono, and no half of a file stays."""
    before = files(secret)
    done = under(secret, 'ulimit -f 0', mode, '--allow-cwd', '--', 'sh', '-c', 'echo "$NONO_CAP_FILE"; ' + READ)
    assert (done.returncode, done.stdout) == (0, '\nran\n') and SECRET not in done.stderr
    assert files(secret) == before
    done = under(secret, 'ulimit -f 0', mode, '-p', 'claude-code', '--allow-cwd', '--', 'true')
    assert done.returncode == 0 and ".claude.json': File too large" in done.stderr
    assert files(secret) == before
    # Without the limit the files are made.
    assert under(secret, '', mode, '-p', 'claude-code', '--allow-cwd', '--', 'true').returncode == 0
    assert {'.claude.json', '.claude/settings.json'} < set(files(secret))


def test_no_process_to_be_had(ordinary):
    done = under(ordinary, 'ulimit -p 0', 'run', '--allow-cwd', '--', 'true')
    assert refused(done) and 'cannot make a process: Resource temporarily unavailable' in done.stderr
    assert under(ordinary, 'ulimit -p 0', 'wrap', '--allow-cwd', '--', 'true').returncode == 0


def test_a_home_that_may_not_be_written(ordinary):
    ordinary.write('.ssh/id', SECRET)
    os.chmod(ordinary.home, 0o500)
    try:
        check(ordinary, under(ordinary, '', 'run', '--allow-cwd', '--', 'sh', '-c', READ))
        done = under(ordinary, '', 'run', '-v', '--allow-cwd', '--', 'sh', '-c', 'echo "$NONO_CAP_FILE"')
        assert (done.returncode, done.stdout) == (0, '\n') and 'no NONO_CAP_FILE: cannot make' in done.stderr
        done = under(ordinary, '', 'run', '-p', 'claude-code', '--allow-cwd', '--', 'true')
        assert done.returncode == 0 and '.claude\': Permission denied' in done.stderr
        assert files(ordinary) == ['.ssh/id']
    finally:
        os.chmod(ordinary.home, 0o700)


@pytest.mark.parametrize('what', ['a file', 'a link', 'others', 'half', 'a directory'])
def test_a_state_directory_in_disorder(secret, what):
    """Whatever stands where the capability file goes, the command runs confined, and never with another's file."""
    # The set names the directory's inode, so the first file, made before there was one, is another.
    for _ in range(2):
        good = secret.run('run', '-s', '--allow-cwd', '--', 'sh', '-c', 'echo "$NONO_CAP_FILE"').stdout.strip()
    caps = os.path.dirname(good)
    with open(good, encoding='utf-8') as f:
        text = f.read()
    if what == 'half':
        os.chmod(good, 0o600)
        with open(good, 'w', encoding='utf-8') as f:
            f.write(text[:100])
    else:
        os.unlink(good)
    if what == 'others':
        secret.write(os.path.relpath(good, secret.home), text, 0o666)
    elif what == 'a link':
        os.symlink(secret.path('.ssh/id'), good)
    elif what == 'a directory':
        os.mkdir(good)
    elif what == 'a file':
        shutil.rmtree(caps)
        secret.write(os.path.relpath(caps, secret.home), 'x')
    done = secret.run('run', '-s', '--allow-cwd', '--', 'sh', '-c', 'cat ~/.ssh/id; cat "$NONO_CAP_FILE"')
    assert SECRET not in done.stdout + done.stderr
    # What cannot be put right leaves the command without the file.
    assert done.stdout == ('' if what in ('a file', 'a directory') else text), done.stderr


def bwrap(world, *options):
    words = ['bwrap', '--dev-bind', '/', '/', *options]
    if subprocess.run([*words, 'true'], check=False, capture_output=True, **world.identity()).returncode:
        pytest.skip('no user namespaces here')
    return words


def test_no_proc(ordinary):
    wrapper = bwrap(ordinary, '--tmpfs', '/proc')
    for words in (['run', '--allow-cwd', '--', 'true'], ['wrap', '--allow-cwd', '--', 'true'], ['why', '--path', '/']):
        done = under(ordinary, '', *words, wrapper=wrapper)
        assert refused(done) and 'is /proc mounted?' in done.stderr
    assert under(ordinary, '', 'run', '--allow-cwd', '--', 'true', wrapper=bwrap(ordinary)).returncode == 0


def test_a_full_state_directory(ordinary):
    ordinary.write('.ssh/id', SECRET)
    state = ordinary.mkdir('.local/state')
    wrapper = bwrap(ordinary, '--size', '4096', '--tmpfs', state)
    script = f'"$0" run -v --allow-cwd -- sh -c \'echo "$NONO_CAP_FILE"; {READ}\'; echo $?; find {state} -type f; exit 0; :'
    done = under(ordinary, script, wrapper=wrapper)
    assert done.stdout == '\nran\n0\n' and SECRET not in done.stderr
    assert 'no NONO_CAP_FILE: cannot write' in done.stderr and 'No space left on device' in done.stderr
