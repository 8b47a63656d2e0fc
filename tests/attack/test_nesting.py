# test_nesting.py - sandboxes in sandboxes: nono's own, and programs that bring one.  SPDX-License-Identifier: Apache-2.0
import os
import shutil

import pytest
from ways import KEY, PYTHON

LAYERS = 16  # what Landlock holds


def nested(world, count, mode, *command):
    words = []
    for _ in range(count):
        words += [world.nono, mode, '-s', '--allow-cwd', '--']
    return world.run(*words[1:], *command)


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_one_more_than_the_kernel_holds(world, mode):
    """The sixteenth works; the seventeenth says why not and starts nothing."""
    world.write('project/f', 'text')
    done = nested(world, LAYERS, mode, 'cat', 'f')
    assert (done.returncode, done.stdout) == (0, 'text'), done.stderr
    for count in (LAYERS + 1, LAYERS + 4):
        done = nested(world, count, mode, 'sh', '-c', 'touch made; cat f')
        assert (done.returncode, done.stdout) == (126, ''), done
        assert f'Linux holds {LAYERS}' in done.stderr and not os.path.exists(world.path('project/made'))


def test_an_inner_one_gives_nothing_back(world):
    """Whatever the inner nono is told to grant, the outer one's refusals stay; narrower grants are kept."""
    key = world.write('.ssh/key', KEY)
    papers = world.write('papers/secret', KEY)
    ask = '-s --read ~/.ssh --override-deny ~/.ssh --allow ~/papers --allow-net'
    done = world.sh(f'{world.nono} run {ask} --allow-cwd -- sh -c "cat {key} {papers}; echo x > ~/papers/new"', '-s', '--block-net')
    assert done.stdout == '' and done.stderr.count('Permission denied') == 3, done.stderr
    world.write('project/sub/f', 'inner')
    world.write('project/g', 'outer')
    done = world.sh(f'cd sub && {world.nono} run -s --allow-cwd -- sh -c "cat f ../g"', '-s')
    assert done.stdout == 'inner' and 'Permission denied' in done.stderr
    assert world.sh('cat sub/f g', '-s').stdout == 'innerouter', 'the positive control'


def test_an_inner_one_cannot_use_the_outer_state(world):
    """The inner nono may not write its capability file there; it runs without one."""
    done = world.sh(f'{world.nono} run -s --allow-cwd -- sh -c "echo [\\$NONO_CAP_FILE]"', '-s')
    assert done.stdout == '[]\n', done
    done = world.sh(f'mkdir state; XDG_STATE_HOME=$PWD/state {world.nono} run -s --read /etc -- true; echo $?', '-s', '-p',
                    'claude-code')
    assert done.stdout.strip() in ('0', '1'), done


def test_signals_go_inwards_only(world):
    """The outer command may end what it started in an inner sandbox; not the other way."""
    script = f'''
import os, signal, subprocess, time
inner = subprocess.Popen(["{world.nono}", "run", "-s", "--allow-cwd", "--", "{PYTHON}", "-c",
    "import os, sys, time\\n"
    "for p in (os.getppid(), int(sys.argv[1])):\\n"
    "  try: os.kill(p, 9); print('killed')\\n"
    "  except PermissionError: print('refused', flush=True)\\n"
    "time.sleep(60)", str(os.getpid())], stdout=subprocess.PIPE)
print(inner.stdout.readline(), inner.stdout.readline())
inner.terminate()
print(inner.wait())
'''
    done = world.run('run', '-s', '--allow-cwd', '--', PYTHON, '-c', script)
    assert done.stdout == "b'refused\\n' b'refused\\n'\n143\n", done


OTHERS = {
    'bwrap': 'bwrap --ro-bind / / --dev /dev true', 'unshare': 'unshare -Ur true', 'chroot': 'unshare -r chroot / true',
}


@pytest.mark.parametrize('name', OTHERS)
def test_programs_that_bring_their_own(world, name):
    """They need namespaces or mounts: they fail, by themselves, and are told that it is not permitted."""
    if not shutil.which(name):
        pytest.skip(f'no {name}')
    control = world.plain(f'{OTHERS[name]} && echo works || true').stdout
    done = world.sh(OTHERS[name] + ' && echo works', '-s')
    assert 'works' not in done.stdout and done.returncode != 0
    assert 'not permitted' in done.stderr or 'No permissions' in done.stderr, done.stderr
    if control:
        assert control == 'works\n', 'the positive control'


def test_one_that_uses_only_what_every_program_may(world):
    """A sandbox of Landlock and seccomp inside, as browsers and agents have, works and narrows."""
    script = '''
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
b = ctypes.create_string_buffer
fd = libc.syscall(444, b(struct.pack("QQQ", 1 << 2, 0, 0)), 24, 0)
assert fd >= 0
libc.prctl(38, 1, 0, 0, 0)
assert libc.syscall(446, fd, 0) == 0
try: open("f"); print("read")
except PermissionError: print("narrowed")
'''
    world.write('project/f', 'text')
    world.write('project/narrow.py', script)
    assert world.plain(f'{PYTHON} narrow.py').stdout == 'narrowed\n'
    assert world.sh(f'cat f; {PYTHON} narrow.py', '-s').stdout == 'textnarrowed\n'
