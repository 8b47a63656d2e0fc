# test_surroundings.py - what HOME, XDG_* and TMPDIR say about where things are.  SPDX-License-Identifier: Apache-2.0
import os
import shutil
import tempfile

import pytest
from ways import KEY, PYTHON, snapshot

SCRIPT = 'cat "$KEY"; echo x >> "$KEY"; echo ran'


def attempt(world, env, *flags, cwd=None):
    key = world.write('.ssh/key', KEY)
    before = snapshot(world.path('.ssh'))
    done = world.run('run', '-p', 'claude-code', '--allow-cwd', *flags, '--', 'sh', '-c', SCRIPT, env={'KEY': key, **env}, cwd=cwd)
    assert 'very secret' not in done.stdout, (env, done)
    assert snapshot(world.path('.ssh')) == before
    return done


# None where nothing may start, True where it must, else both are right: protected either way.
PLACES = {
    'HOME empty': ({'HOME': ''}, None), 'HOME relative': ({'HOME': 'home'}, None), 'HOME a variable': ({'HOME': '$HOME'}, None),
    'HOME with dots': ({'HOME': '{home}/project/..'}, True), 'HOME with slashes': ({'HOME': '{home}//'}, True),
    'HOME elsewhere': ({'HOME': '{home}/other'}, True), 'HOME the project': ({'HOME': '{work}'}, False),
    'HOME a file': ({'HOME': '/etc/passwd'}, False),
    'HOME through proc': ({'HOME': '/proc/self/root{home}'}, False), 'HOME the directory': ({'HOME': '/proc/self/cwd'}, False),
    'HOME a link': ({'HOME': '{home}/link'}, True), 'HOME too long': ({'HOME': '/' + 'x' * 5000}, None),
    'HOME with a line': ({'HOME': '/x\ny'}, False),
    'state in /tmp': ({'XDG_STATE_HOME': '/tmp/nono-state'}, False), 'state in the project': ({'XDG_STATE_HOME': '{work}'}, False),
    'state relative': ({'XDG_STATE_HOME': 'state'}, None), 'state in /proc': ({'XDG_STATE_HOME': '/proc/self/fd'}, False),
    'state a device': ({'XDG_STATE_HOME': '/dev/null'}, False), 'state in /dev/shm': ({'XDG_STATE_HOME': '/dev/shm'}, False),
    'state by a link in the project': ({'XDG_STATE_HOME': '{home}/into'}, False),
    'configuration in /tmp': ({'XDG_CONFIG_HOME': '/tmp/nono-config'}, False),
    'configuration in the project': ({'XDG_CONFIG_HOME': '{work}'}, False),
    'configuration relative': ({'XDG_CONFIG_HOME': 'config'}, None),
    'data relative': ({'XDG_DATA_HOME': 'x'}, None),
    'run-time directory relative': ({'XDG_RUNTIME_DIR': 'x'}, None), 'TMPDIR relative': ({'TMPDIR': 'x'}, None),
    'TMPDIR the home': ({'TMPDIR': '{home}'}, True), 'TMPDIR everything': ({'TMPDIR': '/'}, True),
    'TMPDIR the secret': ({'TMPDIR': '{home}/.ssh'}, True),
    'TMPDIR with dots': ({'TMPDIR': '{home}/project/../.ssh'}, True), 'TMPDIR a link to it': ({'TMPDIR': '{home}/secret'}, True),
    'TMPDIR above the state': ({'TMPDIR': '{home}/.local'}, False), 'TMPDIR the state': ({'TMPDIR': '{home}/.local/state/nono'}, True),
    'TMPDIR the configuration': ({'TMPDIR': '{home}/.config/nono'}, True), 'TMPDIR a file': ({'TMPDIR': '{home}/.ssh/key'}, True),
    'TMPDIR /proc': ({'TMPDIR': '/proc'}, True), 'TMPDIR /sys': ({'TMPDIR': '/sys'}, True), 'TMPDIR missing': ({'TMPDIR': '/no/such'},
                                                                                                               True),
}


@pytest.mark.parametrize('case', PLACES)
def test_places(world, case):
    env, starts = PLACES[case]
    world.mkdir('other')
    world.plain(f'ln -s {world.home} ~/link; ln -s {world.work} ~/into; ln -s ~/.ssh ~/secret')
    env = {name: value.replace('{home}', world.home).replace('{work}', world.work) for name, value in env.items()}
    done = attempt(world, env)
    if starts is None:
        assert done.returncode == 1 and 'ran' not in done.stdout and 'nono: ' in done.stderr, done
    elif starts:
        assert done.stdout == 'ran\n', done
    else:
        assert done.stdout in ('', 'ran\n'), done


def test_state_and_configuration_stay_closed(world):
    """With the temporary directory in them nothing of them can be read or written."""
    own = world.profile('p', '{}')
    world.write('.local/state/nono/log', 'own')
    before = snapshot(os.path.dirname(own))
    for place in ('.local/state/nono', '.config/nono', '.config/nono/profiles'):
        done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c',
                         f'cat ~/.local/state/nono/log; echo x > ~/.local/state/nono/new; echo x > {own}; echo x > {own}.new',
                         env={'TMPDIR': world.path(place)})
        assert done.stdout == '' and done.stderr.count('ermission denied') == 4, (place, done)
    assert snapshot(os.path.dirname(own)) == before and not os.path.exists(world.path('.local/state/nono/new'))


def test_a_home_below_tmp(world):
    """/tmp is shared with everybody, a home in it is not; the working directory in it still is."""
    home = tempfile.mkdtemp(dir='/tmp')
    try:
        for name in ('.ssh', 'project'):
            os.mkdir(f'{home}/{name}')
        for name, text in (('.ssh/key', KEY), ('project/f', b'own'), ('notes', b'mine')):
            with open(f'{home}/{name}', 'wb') as f:
                f.write(text)
        for path in (home, *(os.path.join(d, n) for d, names, files in os.walk(home) for n in names + files)):
            world.own(path)
        done = world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c',
                         'cat f; cat ~/.ssh/key ~/notes; ls ~; echo x > f; cat f',
                         env={'HOME': home}, cwd=home + '/project')
        assert done.stdout == 'ownx\n', done
        assert done.stderr.count('/tmp is not shared') == 1
    finally:
        shutil.rmtree(home)


def test_the_password_file_is_not_asked(world):
    """HOME is what the environment says, and says where the protected places are: both homes are closed."""
    other = world.mkdir('other')
    world.write('other/.ssh/key', KEY)
    done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c', f'cat {other}/.ssh/key {world.home}/.ssh/key',
                     env={'HOME': other})
    assert done.stdout == '' and done.stderr.count('Permission denied') == 1
    done = world.run('run', '-s', '-p', 'claude-code', '--read', other, '--allow-cwd', '--', 'cat', f'{other}/.ssh/key', env={'HOME': other})
    assert done.returncode == 1 and done.stdout == '' and 'Permission denied' in done.stderr
