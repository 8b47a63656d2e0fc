# test_split.py - denied paths below granted directories where nothing can be masked.  SPDX-License-Identifier: Apache-2.0
import ctypes
import json
import os
import platform
import struct

import pytest

UNSHARE = 272 if platform.machine() == 'x86_64' else 97
MOVE_MOUNT = 429
HOW = {'namespaces refused': (UNSHARE, 1), 'mounts refused': (MOVE_MOUNT, 13)}


def without(call, error):
    """A process that cannot make this system call, nor anything that it starts: no namespace gets around that."""
    code = b''.join(struct.pack('HBBI', *line) for line in (
        (0x20, 0, 0, 0), (0x15, 0, 1, call), (0x06, 0, 0, 0x00050000 | error), (0x06, 0, 0, 0x7fff0000)))
    room = ctypes.create_string_buffer(code)
    program = struct.pack('HxxxxxxP', 4, ctypes.addressof(room))
    libc = ctypes.CDLL(None, use_errno=True)

    def enter():
        if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program, 0, 0):
            raise OSError(ctypes.get_errno(), 'cannot load the filter')
    enter.kept = room
    return enter


@pytest.fixture(params=HOW)
def here(world, request):
    for name in ('data/open', 'data/secret', 'data/keys/id', 'data/sub/deep', '.ssh/id'):
        world.write(name, name + '\n')
    enter = without(*HOW[request.param])
    world.go = lambda *words, **more: world.run(*words, preexec_fn=enter, **more)
    return world


def test_reading(here):
    here.profile('p', json.dumps({'filesystem': {'read': ['~/data'], 'deny': ['~/data/secret', '~/data/keys']}}))
    done = here.go('run', '-p', 'p', '--', 'sh', '-c', 'cd ~/data; cat open sub/deep; cat secret; cat keys/id; echo x > open; ls')
    assert done.stdout.startswith('data/open\ndata/sub/deep\n') and done.stderr.count('Permission denied') == 3, done
    assert 'is granted by its entries, because denied paths lie in it and cannot be masked here' in done.stderr
    # What is made later is not there for the command, and what is denied has no other way in.
    for script in ('ln -s ~/data/secret /tmp/l-$$; cat /tmp/l-$$; rm /tmp/l-$$', 'cat /proc/self/root$HOME/data/secret', 'cat ~/data/keys/../secret'):
        assert 'data/secret' not in here.go('run', '-s', '-p', 'p', '--', 'sh', '-c', script).stdout


def test_why_and_the_plan(here):
    here.profile('p', json.dumps({'filesystem': {'read': ['~/data'], 'deny': ['~/data/secret']}}))
    plan = here.go('run', '--dry-run', '-v', '-p', 'p', '--', 'true').stderr
    assert f'{here.path("data/secret")} (what is beside it is granted) [profile p]' in plan
    for name, status in (('secret', 'denied'), ('open', 'allowed'), ('sub/deep', 'allowed')):
        found = json.loads(here.go('why', '-p', 'p', '--json', '--path', here.path(f'data/{name}')).stdout)
        assert found['status'] == status, found


def test_where_it_may_be_written_nothing_starts(here):
    here.profile('p', json.dumps({'filesystem': {'allow': ['~/data'], 'deny': ['~/data/secret']}}))
    done = here.go('run', '-p', 'p', '--', 'touch', here.path('data/started'))
    assert done.returncode == 1 and 'a granted directory contains denied paths, which cannot be kept apart here, because' in done.stderr
    assert f'{here.path("data")} (profile p) contains {here.path("data/secret")}, denied by profile p' in done.stderr
    assert not os.path.exists(here.path('data/started'))


def test_too_many_neighbours_are_refused(here):
    for n in range(250):
        here.write(f'data/n{n}', '')
    here.profile('p', json.dumps({'filesystem': {'read': ['~/data'], 'deny': ['~/data/secret']}}))
    assert here.go('run', '-p', 'p', '--', 'true').returncode == 1


def test_another_grant_does_not_undo_it(here):
    here.profile('p', json.dumps({'filesystem': {'read': ['~/data', '~'], 'deny': ['~/data/secret']}}))
    done = here.go('run', '-s', '-p', 'p', '--', 'sh', '-c', 'cat ~/data/open ~/data/secret ~/.ssh/id')
    assert done.stdout == 'data/open\n' and done.stderr.count('Permission denied') == 2, done


def test_inside_another_nono(world):
    """Where the outer one refuses namespaces the inner one splits, or says why not."""
    world.write('data/open', 'open\n')
    world.write('data/secret', 'secret\n')
    inner = f'{world.nono} run -s --allow-cwd --read ~/data --deny ~/data/secret -- sh -c "cat ~/data/open; cat ~/data/secret"'
    done = world.sh(inner, '-s', '--read', world.path('data'))
    assert done.stdout == 'open\n' and 'Permission denied' in done.stderr, done
    inner = f'{world.nono} run -s --allow-cwd --allow ~/data --deny ~/data/secret -- true'
    done = world.sh(inner, '-s', '--allow', world.path('data'))
    assert done.returncode == 1 and "another sandbox's" in done.stderr, done
