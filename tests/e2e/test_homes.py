# test_homes.py - homes, working directories and paths that are not the usual ones.  SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import subprocess
import tempfile

import pytest
from world import foreign

HOMES = ['with space', 'new\nline', "quo'te\"s", 'ümlaut', 'caf\udce9', '$HOME', '-dash', 'star*[x]?', 'tab\t', '\x1b[31m', '~', 'co,mma',
         'x' * 200 + '/' + 'y' * 200 + '/' + 'z' * 200]
PROFILE = json.dumps({'extends': 'claude-code', 'filesystem': {'read': ['~/docs', '$HOME/more/'], 'deny': ['~/flag']}})


def furnish(world, home):
    """What a person has at home; @home is a path below the world's."""
    for name, text in (('.ssh/id', 'key'), ('docs/letter', 'letter'), ('more/letter', 'more'), ('flag', 'flag'), ('project/file', 'file'),
                       ('.config/nono/profiles/p.json', PROFILE)):
        world.write(os.path.join(home, name), text)
    return world.path(home)


def at_home(world, home, script, *words, **more):
    cwd = more.pop('cwd', os.path.join(home, 'project'))
    return world.run('run', *(words or ('-p', 'p', '--allow-cwd')), '--', 'sh', '-c', script, cwd=cwd, env={'HOME': home}, **more)


def check_home(world, home):
    done = at_home(world, home, 'cat ~/docs/letter ~/more/letter file && echo new > made && cat made')
    assert (done.returncode, done.stdout) == (0, 'lettermorefilenew\n'), done.stderr
    for name in ('.ssh/id', 'flag', '.config/nono/profiles/p.json'):
        done = at_home(world, home, f'echo x > ~/{name}; cat ~/{name}; exit 9')
        assert (done.returncode, done.stdout) == (9, ''), done.stderr
        with open(os.path.join(home, name), encoding='utf-8') as f:
            assert f.read() != 'x\n'


@pytest.mark.parametrize('name', HOMES)
def test_names_of_homes(world, name):
    home = furnish(world, name)
    check_home(world, home)
    # The same question gets the same answer inside.
    ask = f'exec {world.nono} why --self --json --path'
    assert json.loads(at_home(world, home, f'{ask} ~/.ssh/id').stdout)['status'] == 'denied'
    assert json.loads(at_home(world, home, f'{ask} ~/docs/letter').stdout)['status'] == 'allowed'
    # And none of nono's own lines is broken by the name.
    for line in at_home(world, home, 'true', '-p', 'claude-code', '-v', '--allow-cwd').stderr.rstrip('\n').split('\n'):
        assert line.startswith(('  ', 'nono: ', 'Capabilities:')) and line.isprintable()


def test_a_pattern_below_a_home_with_a_star(world):
    """Its * would stand for other people's homes."""
    home = furnish(world, 'a*')
    furnish(world, 'ab')
    world.write('a*/.config/nono/profiles/q.json', '{"filesystem": {"read": ["~/do*"]}}')
    done = at_home(world, home, 'true', '-p', 'q')
    assert done.returncode == 1 and "'~/do*' (q) is a pattern below a path with a * in its name" in done.stderr
    world.write('a*/.config/nono/profiles/q.json', '{"filesystem": {"read": ["~/docs"]}}')
    done = at_home(world, home, f'cat ~/docs/letter {world.path("ab/docs/letter")}', '-p', 'q')
    assert (done.returncode, done.stdout) == (1, 'letter')


def test_a_home_that_is_a_link(world):
    furnish(world, 'real')
    link = world.path('link')
    os.symlink('real', link)
    check_home(world, link)
    done = at_home(world, link, 'pwd; pwd -P', cwd=os.path.join(link, 'project'))
    assert done.stdout.split('\n')[1] == world.path('real/project')
    # By its other name nothing is open either.
    assert at_home(world, link, f'cat {world.path("real/.ssh/id")}').stdout == ''


@pytest.fixture
def in_tmp(world):
    home = tempfile.mkdtemp(prefix='nono-e2e-', dir='/tmp')
    world.own(home)
    yield furnish(world, home)
    shutil.rmtree(home)


def test_a_home_below_tmp(world, in_tmp):
    """The sandbox shares /tmp, but not with a home in it."""
    done = at_home(world, in_tmp, 'echo new > made; cat made file', '-p', 'claude-code', '--allow-cwd')
    assert (done.returncode, done.stdout) == (0, 'new\nfile')
    line = f'nono: /tmp is not shared: the home directory {in_tmp} lies in it (group system_write_linux)\n'
    assert done.stderr.count(line) == 1
    check_home(world, in_tmp)
    done = at_home(world, in_tmp, f'echo x > /tmp/nono-e2e-{os.getpid()}')
    assert done.returncode != 0 and 'Permission denied' in done.stderr
    shared = world.sh(f'd=$(mktemp -d /tmp/nono-e2e-XXXXXX) && rmdir $d && echo shared; cat {in_tmp}/.ssh/id', '-p', 'claude-code')
    assert shared.stdout.startswith('shared\n')
    done = at_home(world, in_tmp, 'git init -q . && git status --short; python3 -c "import tempfile; tempfile.mkdtemp(dir=\'.\')"')
    assert done.returncode == 0 and '?? file\n' in done.stdout, done.stderr


def check_nothing_can_be_kept(world, home, refused):
    """The run works, and says what it could not make."""
    for words in (['-p', 'claude-code'], []):
        done = world.run('run', *words, '--allow', '.', '--', 'sh', '-c', f'echo x > f; cat f; {world.nono} why --self; true', env={'HOME': home})
        assert done.returncode == 0, done.stderr
        assert done.stdout == 'x\n' and 'this process is confined' in done.stderr
        lines = [line for line in foreign(done.stderr) if not line.startswith(('nono: the hook that tells', 'nono: NONO_CAP_FILE'))]
        assert bool(lines) == bool(words)
        assert all(line.startswith("nono: profile claude-code: cannot make '" + home + '/') for line in lines)
        assert all(line.endswith(refused) for line in lines)
        done = world.run('run', *words, '-v', '--allow-cwd', '--', 'true', env={'HOME': home})
        assert f"no NONO_CAP_FILE: cannot make '{home}/.local" in done.stderr


def test_a_home_that_cannot_be_written(ordinary):
    home = ordinary.mkdir('fixed')
    os.chmod(home, 0o555)
    check_nothing_can_be_kept(ordinary, home, 'Permission denied')


def test_a_home_with_something_in_the_way(world):
    home = world.mkdir('odd')
    for name in ('.local', '.cache', '.claude.json'):
        world.write('odd/' + name, 'a file')
    check_nothing_can_be_kept(world, home, 'Not a directory')


def test_a_home_that_does_not_exist_is_not_made(world):
    home = world.path('nowhere')
    done = world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'echo', 'started', env={'HOME': home})
    assert (done.returncode, done.stdout, foreign(done.stderr)) == (0, 'started\n', [])
    assert not os.path.exists(home)
    world.mkdir('state')
    done = world.sh('test -r "$NONO_CAP_FILE" && echo readable', env={'HOME': home, 'XDG_STATE_HOME': world.path('state')})
    assert done.stdout == 'readable\n' and not os.path.exists(home)


@pytest.mark.parametrize('name,value,text', [
    ('HOME', None, 'HOME is not set'), ('HOME', '', 'HOME is not set'), ('HOME', 'rel', "HOME is 'rel', which is not an absolute path"),
    ('XDG_CONFIG_HOME', 'rel', "XDG_CONFIG_HOME is 'rel', which is not an absolute path"),
    ('XDG_STATE_HOME', './rel', "XDG_STATE_HOME is './rel', which is not an absolute path"),
    ('TMPDIR', 'tmp', "TMPDIR is 'tmp', which is not an absolute path")])
def test_variables_that_make_no_sense(world, name, value, text):
    env = world.environment(**({name: value} if value is not None else {}))
    if value is None:
        del env[name]
    done = subprocess.run([world.nono, 'run', '--allow-cwd', '--', 'touch', 'made'], cwd=world.work, env=env, capture_output=True,
                          text=True, timeout=60, check=False, **world.identity())
    assert (done.returncode, done.stdout) == (1, '')
    assert f'nono: {text}: set it' in done.stderr or f'nono: {text}' in done.stderr
    assert not os.path.exists(world.path('project/made'))


def test_places_of_ones_own(world):
    world.write('conf/nono/profiles/mine.json', '{"filesystem": {"read": ["$XDG_DATA_HOME"]}}')
    world.write('data/d', 'data')
    world.mkdir('state')
    env = {'XDG_CONFIG_HOME': world.path('conf'), 'XDG_DATA_HOME': world.path('data'), 'XDG_STATE_HOME': world.path('state'),
           'TMPDIR': world.mkdir('temp')}
    done = world.sh('cat ~/data/d; mktemp; ls ~/state/nono || echo > ~/conf/nono/profiles/mine.json', '-p', 'mine', env=env)
    assert done.stdout.startswith('data' + world.path('temp')) and done.stderr.count('ermission denied') == 2
    assert os.path.isdir(world.path('state/nono')) and not os.path.exists(world.path('.local'))


def test_an_empty_variable_is_the_default(world):
    world.profile('mine', '{}')
    assert world.run('run', '-p', 'mine', '--allow-cwd', '--', 'true', env={'XDG_CONFIG_HOME': '', 'XDG_STATE_HOME': ''}).returncode == 0


# ---- the working directory

def test_a_working_directory_that_is_a_link(world):
    world.write('project/file', 'text')
    os.symlink('project', world.path('link'))
    done = world.run('run', '--allow-cwd', '--', 'sh', '-c', 'pwd; pwd -P; cat file', cwd=world.path('link'),
                     env={'PWD': world.path('link')})
    assert done.stdout == f'{world.path("link")}\n{world.work}\ntext'
    # A PWD that is somewhere else is not believed.
    done = world.run('run', '--allow-cwd', '--', 'cat', 'file', env={'PWD': world.mkdir('other')})
    assert done.stdout == 'text'


def test_a_working_directory_that_is_gone(world):
    gone = world.mkdir('gone')
    done = subprocess.run(['sh', '-c', f'rmdir {gone}; {world.nono} run --allow-cwd -- true; echo $?'], cwd=gone, env=world.environment(),
                          capture_output=True, text=True, timeout=60, check=False, **world.identity())
    assert done.stdout == '1\n'
    assert done.stderr == 'nono: the current directory is gone: change to one that exists\n'


def test_a_working_directory_that_cannot_be_entered(world):
    """By name; whoever is in it already goes on."""
    closed = world.mkdir('closed/in')
    script = f'cd {closed}; chmod 0 {world.path("closed")}; {world.nono} run --allow-cwd -- echo started; echo $?; chmod 700 {world.path("closed")}'
    done = subprocess.run(['sh', '-c', script], env=world.environment(), capture_output=True, text=True, timeout=60, check=False,
                          **world.identity())
    expected = '0\n' if world.user == 'root' else '1\n'
    assert done.stdout.endswith(expected), (done.stdout, done.stderr)
    assert done.stderr.startswith(('nono: ', '  mode'))


@pytest.mark.parametrize('name', ['a b', 'caf\udce9', 'new\nline', "a'b"])
def test_names_of_working_directories(world, name):
    work = world.mkdir(name)
    done = world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c', 'echo x > f && cat f && pwd', cwd=work)
    assert (done.returncode, done.stdout) == (0, f'x\n{work}\n')


def test_the_longest_paths(world):
    """A path of the system's limit can be granted, and one that is longer is an error, not a crash."""
    part = 'd' * 250
    deep = world.home
    fd = os.open(world.home, os.O_DIRECTORY)
    while len(deep) + 251 < 4090:
        os.mkdir(part, 0o755, dir_fd=fd)
        inner = os.open(part, os.O_DIRECTORY, dir_fd=fd)
        os.close(fd)
        fd, deep = inner, os.path.join(deep, part)
    with open(os.open('f', os.O_CREAT | os.O_WRONLY, dir_fd=fd), 'w', encoding='ascii') as f:
        f.write('deep')
    os.chmod('f', 0o644, dir_fd=fd)
    os.close(fd)
    done = world.run('run', '--read', deep, '--', 'cat', deep + '/f')
    assert (done.returncode, done.stdout) == (0, 'deep'), done.stderr
    done = world.run('run', '--allow-cwd', '--', 'cat', deep + '/f')
    assert done.returncode == 1 and f'  file-read-data {deep}/f\n' in done.stderr
    done = world.run('run', '--read', deep + '/' + part, '--', 'true')
    assert done.returncode == 0 and 'skipped' in done.stderr
    done = world.run('run', '--read-file', '/' + 'x' * 100000, '--', 'true')
    assert done.returncode == 0 and 'skipped' in done.stderr
