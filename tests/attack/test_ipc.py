# test_ipc.py - abstract sockets, System V IPC, message queues and key rings of other programs.  SPDX-License-Identifier: Apache-2.0
import os
import socket

import pytest
from ways import ATTACKER, PYTHON, compare, outside, program, results_of

KINDS = {'stream': socket.SOCK_STREAM, 'datagram': socket.SOCK_DGRAM, 'packets': socket.SOCK_SEQPACKET}


@pytest.fixture
def servers(request):
    """An abstract socket of each kind, outside any sandbox."""
    made = {}
    for name, kind in KINDS.items():
        s = socket.socket(socket.AF_UNIX, kind)
        s.bind(f'\0nono-{name}-{os.getpid()}-{request.node.nodeid}'[:100])
        if kind != socket.SOCK_DGRAM:
            s.listen(8)
        made[name] = s
    yield made
    for s in made.values():
        s.close()


def abstract_ways(servers):
    ways = []
    for name, server in servers.items():
        make = f'import socket\ns = socket.socket(socket.AF_UNIX, {int(KINDS[name])})\nA = {server.getsockname()!r}\n'
        ways.append((f'{name}: connect', make + 's.connect(A)', 'EPERM'))
        ways.append((f'{name}: connect after bind', make + 's.bind("")\ns.connect(A)', 'EPERM'))
    make = f'import socket\ns = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\nA = {servers["datagram"].getsockname()!r}\n'
    return ways + [('datagram: sendto', make + 's.sendto(b"x", A)', 'EPERM'),
                   ('datagram: sendmsg', make + 's.sendmsg([b"x"], [], 0, A)', 'EPERM'),
                   ('datagram: a descriptor sent along', make + 's.sendmsg([b"x"], [(1, 1, b"\\0\\0\\0\\0")], 0, A)', 'EPERM')]


@pytest.mark.parametrize('flags', [[], ['--block-net']])
def test_abstract_sockets(world, servers, flags):
    ways = abstract_ways(servers)
    done = outside(world, program(ways, {}), world.work)
    assert not compare(world, ways, results_of(done), 3, 'open')
    servers['datagram'].setblocking(False)
    assert servers['datagram'].recv(10) == b'x', 'the positive control'
    while True:
        try:
            servers['datagram'].recv(10)
        except BlockingIOError:
            break
    world.write('project/program.py', program(ways, {}))
    done = world.run('run', '-s', '--allow', world.work, *flags, '--', PYTHON, 'program.py')
    assert not compare(world, ways, results_of(done), 2, None)
    with pytest.raises(BlockingIOError):
        servers['datagram'].recv(10)


def test_abstract_sockets_inside(world):
    """Among themselves the processes of one sandbox may use them."""
    done = world.run('run', '-s', '--allow', world.work, '--block-net', '--', PYTHON, '-c', f'''
import os, socket
s = socket.socket(socket.AF_UNIX); s.bind("\\0own-{os.getpid()}"); s.listen()
if not os.fork():
    c = socket.socket(socket.AF_UNIX); c.connect(s.getsockname()); c.send(b"hello"); os._exit(0)
print(s.accept()[0].recv(5)); os.wait()''')
    assert done.stdout == "b'hello'\n", done.stderr


def shared_things(world):
    """A memory segment, a semaphore, a message queue and a POSIX queue of another program; their numbers and name."""
    text = f'''{ATTACKER}
name = "nono-queue-%d" % os.getpid()
import struct
attr = memory(struct.pack("8q", 0, 2, 16, 0, 0, 0, 0, 0))
shm = call("shmget", 0, 4096, 0o1600)
print(json.dumps({{"SHM": shm, "SEM": call("semget", 0, 1, 0o1600), "MSG": call("msgget", 0, 0o1600), "QUEUE": name,
                   "Q": call("mq_open", name, os.O_CREAT | os.O_RDWR, 0o600, attr) * 0}}))
'''
    return results_of(outside(world, text, world.work))


REMOVE = '''{attacker}
for words in (("shmctl", {SHM}, 0, 0), ("msgctl", {MSG}, 0, 0), ("semctl", {SEM}, 0, 0), ("mq_unlink", "{QUEUE}")):
    try: call(*words)
    except OSError as e: print(words, e)
print("{{}}")
'''

OBJECTS = [
    ('attaching a segment', 'call("shmat", SHM, 0, 0)', 'EPERM'),
    ('a segment of one\'s own', 'call("shmctl", call("shmget", 0, 4096, 0o1600), 0, 0)', 'EPERM'),
    ('a semaphore\'s value', 'call("semctl", SEM, 0, 12)', 'EPERM'),
    ('sending a message', 'call("msgsnd", MSG, memory(b"\\1" + b"\\0" * 15), 4, 0)', 'EPERM'),
    ('taking a message', 'call("msgrcv", MSG, memory(64), 4, 0, 0)', 'EPERM'),
    ('opening a queue', 'call("mq_open", QUEUE, os.O_RDWR, 0, 0)', 'EACCES'),
    ('making a queue', 'call("mq_open", QUEUE + "-own", os.O_RDWR | os.O_CREAT, 0o600, 0)\ncall("mq_unlink", QUEUE + "-own")',
     'EACCES'),
    ('removing a queue', 'call("mq_unlink", QUEUE)', 'EACCES'),
]


def test_objects_by_number_and_name(world):
    control = shared_things(world)
    try:
        done = outside(world, program(OBJECTS, control), world.work)
        assert not compare(world, OBJECTS, results_of(done), 3, 'open')
    finally:
        outside(world, REMOVE.format(attacker=ATTACKER, **control), world.work)
    things = shared_things(world)
    try:
        world.write('project/program.py', program(OBJECTS, things))
        done = world.run('run', '-s', '--allow', world.work, '--', PYTHON, 'program.py')
        assert not compare(world, OBJECTS, results_of(done), 2, None), done.stdout
    finally:
        done = outside(world, REMOVE.format(attacker=ATTACKER, **things), world.work)
    assert done.stdout == '{}\n', ('all are still there to be removed', done.stdout)


RINGS = [
    ('the user\'s ring', 'call("keyctl", 0, -4, 0)', 'ENOSYS', ('open', 'ENOKEY')),
    ('the session\'s ring', 'call("keyctl", 0, -3, 1)', 'ENOSYS'),
    ('a new session', 'call("keyctl", 1, 0)', 'ENOSYS'),
    ('a key added', 'call("add_key", "user", "nono-test", "x", 1, -2)', 'ENOSYS'),
    ('a key of another program', 'call("request_key", "user", "nono-shared", 0, 0)', 'ENOSYS', ('open', 'ENOKEY')),
    ('reading a key', 'call("keyctl", 11, KEY, memory(64), 64)', 'ENOSYS', ('open', 'EACCES', 'ENOKEY')),
]


def test_key_rings(world):
    """A key in the user's session ring, which a command started from that session would share."""
    text = f'''{ATTACKER}
call("keyctl", 1, 0)
key = call("add_key", "user", "nono-shared", "secret", 6, -3)
import subprocess as sp
def go(words): return sp.run(words, stdout=sp.PIPE, check=True).stdout.decode().strip()
print(json.dumps({{"control": json.loads(go(["{PYTHON}", "control.py", str(key)])),
                  "inside": json.loads(go(["{world.nono}", "run", "-s", "--allow", ".", "--", "{PYTHON}", "control.py", str(key)]))}}))
'''
    world.write('project/control.py', f'{ATTACKER}\nattack({[w[:2] for w in RINGS]!r}, KEY=int(sys.argv[1]))\n')
    done = outside(world, text, world.work)
    got = results_of(done)
    assert not compare(world, RINGS, got['control'], 3, 'open'), done.stderr
    assert got['control']['reading a key'] == 'open' and got['control']['a key of another program'] == 'open'
    assert not compare(world, RINGS, got['inside'], 2, None)


def test_full_ipc_is_asked_for(world):
    """The other half: a profile that says so gives System V memory."""
    world.profile('ipc', '{"extends": "claude-code", "security": {"ipc_mode": "full"}}')
    script = f'{ATTACKER}\ni = call("shmget", 0, 4096, 0o1600)\nprint(call("shmat", i, 0, 0) != 0)\nlibc.shmctl(i, 0, None)\n'
    world.write('project/own.py', script)
    assert world.run('run', '-s', '-p', 'ipc', '--allow-cwd', '--', PYTHON, 'own.py').stdout == 'True\n'
    assert 'PermissionError' in world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', PYTHON, 'own.py').stderr


def test_ordinary_shared_memory_works(world):
    """What programs do use instead: POSIX memory and semaphores, pipes, socket pairs."""
    script = ('import multiprocessing as m, multiprocessing.shared_memory as s\n'
              'p = s.SharedMemory(create=True, size=64); p.buf[0] = 7; o = s.SharedMemory(p.name); print(o.buf[0])\n'
              'o.close(); p.close(); p.unlink()\n'
              'l = m.Lock(); l.acquire(); l.release(); q = m.Pipe(); q[0].send("x"); print(q[1].recv())')
    done = world.run('run', '-s', '--allow', world.work, '--', PYTHON, '-c', script)
    assert done.stdout.split() == ['7', 'x'], done.stderr
