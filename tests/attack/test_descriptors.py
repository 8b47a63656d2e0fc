# test_descriptors.py - what whoever starts nono left open.  SPDX-License-Identifier: Apache-2.0
import os
import resource
import socket
import subprocess

import pytest
from ways import ATTACKER, KEY, PYTHON, fill, results_of, snapshot

MODES = pytest.mark.parametrize('mode', ['run', 'wrap', 'run --exec'])
USES = {
    'file': 'os.pread(F, 10, 0)', 'writable': 'os.write(F, b"changed")', 'path': 'read("key", dir_fd=F)',
    'directory': 'os.listdir(F)', 'socket': 'os.write(F, b"x")', 'pipe': 'os.write(F, b"x")', 'memory': 'os.pread(F, 10, 0)',
    'device': 'os.read(F, 1)', 'high': 'os.pread(F, 10, 0)', 'highest': 'os.pread(F, 10, 0)',
}


def program(fds):
    return f'{ATTACKER}\nattack({[(n, u.replace("F", str(fds[n]))) for n, u in USES.items()]!r})\n'


def open_all(world):
    top = fill(world, '.ssh')
    peer, kept = socket.socketpair()
    out, into = os.pipe()
    memory = os.memfd_create('secret')
    os.write(memory, KEY)
    fds = {'file': os.open(top + '/key', os.O_RDONLY), 'writable': os.open(top + '/empty', os.O_RDWR),
           'path': os.open(top, os.O_PATH), 'directory': os.open(top, os.O_RDONLY), 'socket': peer.detach(), 'pipe': into,
           'memory': memory, 'device': os.open('/dev/zero', os.O_RDONLY)}
    for name, number in (('high', 200), ('highest', 900)):
        os.dup2(fds['file'], number)
        fds[name] = number
    return top, fds, [out, kept]


@MODES
def test_inherited(world, mode):
    """Outside each of them works; inside none is there, not even one above a limit that was lowered since."""
    top, fds, others = open_all(world)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    def lower():
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))

    world.write('project/program.py', program(fds))
    more = {'pass_fds': list(fds.values()), 'preexec_fn': lower}
    control = subprocess.run([PYTHON, 'program.py'], cwd=world.work, env=world.environment(), capture_output=True, text=True,
                             timeout=60, check=False, **world.identity(), **more)
    assert results_of(control) == dict.fromkeys(USES, 'open'), control.stderr
    os.ftruncate(fds['writable'], 0)
    before = snapshot(top)
    done = world.run(*mode.split(), '-s', '-p', 'claude-code', '--allow-cwd', '--', PYTHON, 'program.py', **more)
    assert results_of(done) == dict.fromkeys(USES, 'EBADF'), done.stderr
    assert snapshot(top) == before
    for fd in list(fds.values()) + [others[0]]:
        os.close(fd)
    others[1].close()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard)


@MODES
def test_none_but_three(world, mode):
    """nono's own: no ruleset, no pipe, no descriptor of a granted path stays with the command."""
    done = world.run(*mode.split(), '-s', '--allow-cwd', '--', PYTHON, '-c',
                     'import os; print([n for n in os.listdir("/proc/self/fd") if int(n) > 2])')
    listing = done.stdout.strip().strip('[]').split(', ')
    assert len(listing) == 1, ('only that of the listing itself', done.stdout)


def test_standard_input_gives_no_more_than_itself(world):
    """The file on descriptor 0 may be read; its name opens nothing, and it cannot be opened anew for writing."""
    top = fill(world, '.ssh')
    before = snapshot(top)
    text = (f'{ATTACKER}\nattack([("itself", "assert b\'secret\' in os.pread(0, 100, 0)"), '
            '("for writing", "write(\'/proc/self/fd/0\')"), ("anew", "read(\'/dev/stdin\')"), '
            '("its directory", "os.open(os.path.dirname(os.readlink(\'/proc/self/fd/0\')), 0)"), '
            '("ftruncate", "os.ftruncate(0, 0)")])\n')
    world.write('project/program.py', text)
    with open(top + '/key', 'rb') as f:
        control = subprocess.run([PYTHON, 'program.py'], stdin=f, cwd=world.work, env=world.environment(), capture_output=True,
                                 text=True, timeout=60, check=False, **world.identity())
    assert [results_of(control)[n] for n in ('itself', 'anew', 'its directory')] == ['open'] * 3
    world.write('.ssh/key', KEY)
    before = snapshot(top)
    with open(top + '/key', 'rb') as f:
        done = world.run('run', '-s', '--allow', world.work, '--', PYTHON, 'program.py', stdin=f)
    assert results_of(done) == {'itself': 'open', 'for writing': 'EACCES', 'anew': 'EACCES', 'its directory': 'EACCES',
                                'ftruncate': 'EINVAL'}
    assert snapshot(top) == before


def test_a_handed_socket_reaches_no_other_program(world):
    """A socket on descriptor 0 is the command's, connected as it is: it cannot be pointed elsewhere under --block-net."""
    server = socket.create_server(('127.0.0.1', 0))
    client = socket.create_connection(server.getsockname())
    accepted, _ = server.accept()
    script = ('import socket\ns = socket.socket(fileno=0)\ns.send(b"hello")\n'
              f'for t in ({server.getsockname()[1]}, 9):\n'
              '    try: socket.create_connection(("127.0.0.1", t))\n    except OSError as e: print(type(e).__name__)')
    done = world.run('run', '-s', '--block-net', '--allow-cwd', '--', PYTHON, '-c', script, stdin=client)
    assert accepted.recv(10) == b'hello' and done.stdout == 'PermissionError\nPermissionError\n', done.stderr
    for s in (accepted, client, server):
        s.close()
