# test_attack.py - ways out of the sandbox, each beside what shows that the way exists.  SPDX-License-Identifier: Apache-2.0
import os

import pytest

# Each prints "in" where the way is open and "out" where it is refused for the right reason.
PROBES = {
    'key through a link': ('os.symlink(HOME + "/.ssh/id", "l")\nopen("l")', 'PermissionError'),
    'key through /proc/self/root': ('open("/proc/self/root" + HOME + "/.ssh/id")', 'PermissionError'),
    'hard link to a key': ('os.link(HOME + "/.ssh/id", "h")', 'OSError'),
    'moving a key in': ('os.rename(HOME + "/.ssh/id", "h")', '(PermissionError|OSError)'),
    'truncating a system file': ('os.truncate("/etc/hostname", 0) if os.getuid() == 0 else os.truncate(HOME + "/.profile", 0)',
                                 'PermissionError'),
    'memory of the parent': ('open("/proc/%d/mem" % os.getppid(), "rb")', 'PermissionError'),
    'environment of the parent': ('open("/proc/%d/environ" % os.getppid(), "rb").read()', 'PermissionError'),
    'signal to the parent': ('os.kill(os.getppid(), 10)', 'PermissionError'),
    'limits of the parent': ('import resource\nresource.prlimit(os.getppid(), resource.RLIMIT_FSIZE, (0, 0))', 'PermissionError'),
    'a user namespace': ('call(272, 0x10000000)', 'EPERM'),
    'io_uring': ('call(425, 1, 0)', 'ENOSYS'),
    'kernel keyring': ('call(250, 0, -3, 0)', 'ENOSYS'),
    'System V memory': ('call(29, 0x1234, 4096, 0o1600)', 'EPERM'),
    'terminal injection': ('call(16, 0, 0x5412, 0)', 'EPERM'),
    'terminal injection, high bits': ('call(16, 0, 0x100005412, 0)', 'EPERM'),
    'making a device': ('os.mknod("dev", 0o60600, 0x800)', 'PermissionError'),
    'writing to cgroups': ('open("/sys/fs/cgroup/cgroup.procs", "w")', '(PermissionError|FileNotFoundError)'),
    'own limits through proc': ('open("/proc/self/oom_score_adj", "w")', 'PermissionError'),
}

PRELUDE = '''import ctypes, errno, os, sys
HOME = os.environ["HOME"]
def call(*args):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(*[ctypes.c_long(a) for a in args]) < 0:
        raise OSError(ctypes.get_errno(), "call")
try:
'''
POSTLUDE = '''
    print("in")
except Exception as e:
    print("out", type(e).__name__, errno.errorcode.get(getattr(e, "errno", 0)))
'''


@pytest.mark.parametrize('name', PROBES)
def test_way_out(world, name):
    code, reason = PROBES[name]
    world.write('.ssh/id', 'key')
    world.write('.profile', 'text')
    body = PRELUDE + ''.join('    ' + line + '\n' for line in code.split('\n')) + POSTLUDE
    world.write('project/probe.py', body)
    done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', 'python3', 'probe.py')
    assert done.stdout.startswith('out '), (name, done.stdout, done.stderr)
    words = reason.strip('()').split('|')
    assert any(word in done.stdout for word in words), (name, done.stdout)
    with open(world.path('.ssh/id'), encoding='utf-8') as f:
        assert f.read() == 'key'


def test_the_probes_work_outside(world):
    """The positive control: without the sandbox most of these ways are open."""
    opened = 0
    world.write('.ssh/id', 'key')
    for name in ('key through a link', 'key through /proc/self/root', 'hard link to a key'):
        body = PRELUDE + '    ' + PROBES[name][0].replace('\n', '\n    ') + POSTLUDE
        world.write('project/probe.py', body)
        opened += world.plain('python3 probe.py').stdout.startswith('in')
    assert opened == 3


def test_network_doors(world):
    script = ('import socket\nfor f, t, p in ((2, 1, 0), (2, 2, 0), (2, 1, 262), (16, 3, 0), (1, 1, 0)):\n'
              '    try: socket.socket(f, t, p); print(f, t, p, "in")\n    except OSError: print(f, t, p, "out")')
    done = world.run('run', '-s', '--block-net', '--allow-cwd', '--', 'python3', '-c', script)
    assert done.stdout.split('\n')[:5] == ['2 1 0 out', '2 2 0 out', '2 1 262 out', '16 3 0 out', '1 1 0 in']
    done = world.run('run', '-s', '--allow-connect-port', '443', '--allow-cwd', '--', 'python3', '-c', script)
    assert done.stdout.split('\n')[:5] == ['2 1 0 in', '2 2 0 out', '2 1 262 out', '16 3 0 out', '1 1 0 in']


def test_only_the_named_port(world):
    script = ('import socket, threading\n'
              's = socket.socket(); s.settimeout(5)\n'
              'try: s.connect(("127.0.0.1", 9)); print("in")\n'
              'except PermissionError: print("out")\nexcept OSError: print("in")')
    assert world.run('run', '-s', '--allow-connect-port', '9', '--allow-cwd', '--', 'python3', '-c', script).stdout == 'in\n'
    assert world.run('run', '-s', '--allow-connect-port', '10', '--allow-cwd', '--', 'python3', '-c', script).stdout == 'out\n'


def test_sandboxes_inside_one_another(world):
    words = []
    for _ in range(17):
        words += [world.nono, 'wrap', '-s', '--allow-cwd', '--']
    done = world.run(*words[1:], 'true')
    assert done.returncode == 126 and 'Linux holds 16' in done.stderr
    done = world.run(*words[1:5 * 15], 'true')
    assert done.returncode == 0, done.stderr


def test_root_keeps_few_capabilities(world):
    done = world.sh('grep CapBnd /proc/self/status; grep CapEff /proc/self/status')
    effective = int(done.stdout.split('CapEff:')[1].split()[0], 16)
    assert effective & ~0x4fb == 0
    assert (effective == 0) == (world.user != 'root')
    assert os.getuid() == 0 or effective == 0
