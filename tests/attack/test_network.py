# test_network.py - ways past a restricted network: other families, protocols, flags, addresses and programs.  SPDX-License-Identifier: Apache-2.0
import errno
import json
import os
import socket
import threading

import pytest
from ways import PYTHON, compare, outside, program, results_of


class Server:
    """TCP and UDP on one port of 127.0.0.1 and ::1; counts who came."""

    def __init__(self):
        self.came = []
        self.sockets = []
        self.ended = threading.Event()
        v4 = socket.create_server(('127.0.0.1', 0))
        self.port = v4.getsockname()[1]
        self.sockets.append(v4)
        for family, address in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
            try:
                u = socket.socket(family, socket.SOCK_DGRAM)
                u.bind((address, self.port))
                self.sockets.append(u)
                if family == socket.AF_INET6:
                    self.sockets.append(socket.create_server((address, self.port), family=family))
            except OSError:
                pass
        for s in self.sockets:
            s.settimeout(0.1)
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, s):
        while not self.ended.is_set():
            try:
                if s.type == socket.SOCK_DGRAM:
                    self.came.append(s.recv(100))
                else:
                    peer, _ = s.accept()
                    self.came.append(b'tcp')
                    peer.close()
            except (TimeoutError, socket.timeout):
                continue
            except OSError:
                return

    def end(self):
        self.ended.set()
        for s in self.sockets:
            s.close()


@pytest.fixture
def server():
    s = Server()
    yield s
    s.end()


SOCKET = 'import socket\ns = socket.socket('
CONNECT = [
    ('TCP', SOCKET + ')\ns.connect(("127.0.0.1", PORT))'),
    ('TCP, the address in another form', SOCKET + ')\ns.connect(("127.1", PORT))'),
    ('TCP to any address', SOCKET + ')\ns.connect(("0.0.0.0", PORT))'),
    ('TCP over IPv6', SOCKET + 'socket.AF_INET6)\ns.connect(("::1", PORT))'),
    ('TCP to a mapped address', SOCKET + 'socket.AF_INET6)\ns.connect(("::ffff:127.0.0.1", PORT))'),
    ('TCP by protocol number', SOCKET + '2, 1, 6)\ns.connect(("127.0.0.1", PORT))'),
    ('TCP after bind', SOCKET + ')\ns.bind(("", 0))\ns.connect(("127.0.0.1", PORT))'),
    ('TCP without waiting', SOCKET + ')\ns.setblocking(False)\ntry: s.connect(("127.0.0.1", PORT))\nexcept BlockingIOError: pass'),
    ('TCP, connected twice', SOCKET + ')\nlibc.connect(s.fileno(), memory(16), 16)\ns.connect(("127.0.0.1", PORT))'),
    ('the upper half of the family', 'f = call("socket", 1 << 32 | 2, 1, 0)\nimport socket\n'
                                     'socket.socket(fileno=f).connect(("127.0.0.1", PORT))'),
]
FASTOPEN = [
    ('TCP Fast Open by sendto', SOCKET + ')\ns.sendto(b"x", 0x20000000, ("127.0.0.1", PORT))', 'EPERM'),
    ('TCP Fast Open by sendmsg', SOCKET + ')\ns.sendmsg([b"x"], [], 0x20000000, ("127.0.0.1", PORT))', 'EPERM'),
    ('TCP Fast Open by sendmmsg', SOCKET + ')\nimport struct\na = memory(struct.pack("!HH4s8x", 0x0200, PORT, bytes([127, 0, 0, 1])))\n'
     'v = memory(struct.pack("QQ", memory(b"x"), 1))\nm = memory(struct.pack("QIxxxxQQQQixxxxIxxxx", a, 16, v, 1, 0, 0, 0, 0))\n'
     'call("sendmmsg", s.fileno(), m, 1, 0x20000000)', 'EPERM'),
    ('TCP Fast Open with upper bits', SOCKET + ')\nimport struct\n'
                                               'a = memory(struct.pack("!HH4s8x", 0x0200, PORT, bytes([127, 0, 0, 1])))\n'
     'call("sendto", s.fileno(), memory(b"x"), 1, 1 << 32 | 0x20000000, a, 16)', 'EPERM'),
    ('TCP_FASTOPEN_CONNECT', SOCKET + ')\ns.setsockopt(6, 30, 1)\ns.connect(("127.0.0.1", PORT))\ns.send(b"x")', 'EPERM'),
    ('MPTCP', SOCKET + '2, 1, 262)\ns.connect(("127.0.0.1", PORT))', 'EACCES', ('open', 'EPROTONOSUPPORT', 'ENOPROTOOPT')),
    ('MPTCP over IPv6', SOCKET + '10, 1, 262)\ns.connect(("::1", PORT))', 'EACCES', ('open', 'EPROTONOSUPPORT', 'ENOPROTOOPT')),
    ('MPTCP, upper bits', 'import socket\nf = call("socket", 2, 1, 1 << 32 | 262)\n'
                          'socket.socket(fileno=f).connect(("127.0.0.1", PORT))',
     'EACCES', ('open', 'EPROTONOSUPPORT', 'ENOPROTOOPT')),
    ('another protocol on top', SOCKET + ')\ns.connect(("127.0.0.1", PORT)) if OUTSIDE else None\ns.setsockopt(6, 31, b"tls")', 'EPERM',
     ('open', 'ENOENT', 'ENOTCONN')),
]
DATAGRAMS = [
    ('UDP', SOCKET + '2, 2)\ns.sendto(b"udp", ("127.0.0.1", PORT))'),
    ('UDP connected', SOCKET + '2, 2)\ns.connect(("127.0.0.1", PORT))\ns.send(b"udp")'),
    ('UDP over IPv6', SOCKET + '10, 2)\ns.sendto(b"udp", ("::1", PORT))'),
    ('UDP by protocol number', SOCKET + '2, 2, 17)\ns.sendto(b"udp", ("127.0.0.1", PORT))'),
    ('UDP, close on exec', 'import socket\nf = call("socket", 2, 2 | 0o2000000, 0)\n'
                           'socket.socket(fileno=f).sendto(b"udp", ("127.0.0.1", PORT))'),
    ('UDP, the upper half of the type', 'import socket\nf = call("socket", 2, 1 << 32 | 2, 0)\n'
                                        'socket.socket(fileno=f).sendto(b"udp", ("127.0.0.1", PORT))'),
    ('UDP-Lite', SOCKET + '2, 2, 136)'),
]
FAMILIES = [
    ('ICMP', SOCKET + '2, 2, 1)', ('open', 'EACCES')), ('raw', SOCKET + '2, 3, 1)', ('open', 'EPERM')),
    ('raw IPv6', SOCKET + '10, 3, 58)', ('open', 'EPERM')), ('SCTP', SOCKET + '2, 1, 132)', ('open', 'EPROTONOSUPPORT')),
    ('SCTP packets', SOCKET + '2, 5, 132)', ('open', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT')),
    ('DCCP', SOCKET + '2, 6, 33)', ('open', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT')),
    ('SMC over IPv4', SOCKET + '2, 1, 256)', ('open', 'EPROTONOSUPPORT')),
]
OTHER_FAMILIES = {'nothing': 0, 'AX.25': 3, 'IPX': 4, 'AppleTalk': 5, 'X.25': 9, 'netlink': 16, 'packet': 17, 'RDS': 21, 'PPPoX': 24,
                  'CAN': 29, 'TIPC': 30, 'Bluetooth': 31, 'RxRPC': 33, 'phonet': 35, 'kernel crypto': 38, 'NFC': 39, 'vsock': 40,
                  'KCM': 41,
                  'Qualcomm': 42, 'SMC': 43, 'XDP': 44, 'MCTP': 45}
LATER = [(f'family: {n}', SOCKET + f'{f}, 3 if {f} in (16, 17, 44) else 5 if {f} == 38 else 1, 0)', 'EAFNOSUPPORT', None) for n,
         f in OTHER_FAMILIES.items()]
PAIRS = [('a pair of sockets', 'import socket\nsocket.socketpair()', 'open'),
         ('a pair of TIPC', 'import socket\nsocket.socketpair(30, 1, 0)', 'EAFNOSUPPORT', ('open', 'EAFNOSUPPORT', 'EOPNOTSUPP')),
         ('a unix socket', SOCKET + 'socket.AF_UNIX)\ns.bind("u")\ns.listen()', 'open')]
PROGRAMS = [
    ('python', f'os.execv("{PYTHON}", ["p", "-c", "import socket,sys\\n'
     'try: socket.create_connection((\'127.0.0.1\', %d))\\nexcept PermissionError: sys.exit(9)" % PORT])'),
    ('bash', 'r = os.system("bash -c \'exec 3<>/dev/tcp/127.0.0.1/%d\' 2>/dev/null" % PORT)\nos._exit(9 if r else 0)'),
    ('ssh with a proxy command', 'r = os.system("ssh -F none -o ProxyCommand=\'bash -c \\"exec 3<>/dev/tcp/127.0.0.1/%d && echo x > reached\\"\' '
     '-o ConnectTimeout=5 x true 2>/dev/null" % PORT)\nos._exit(0 if os.path.exists("reached") else 9)'),
    ('git with a command for ssh', 'r = os.system("git -c core.sshCommand=\'bash -c \\"exec 3<>/dev/tcp/127.0.0.1/%d && echo x > reached2\\"\' '
     'ls-remote ssh://x/y 2>/dev/null >&2" % PORT)\nos._exit(0 if os.path.exists("reached2") else 9)'),
    ('git with a proxy', 'r = os.system("GIT_PROXY_COMMAND=./gp git ls-remote git://x/y 2>/dev/null >&2")\n'
                         'os._exit(0 if os.path.exists("reached3") else 9)'),
    ('no proxy in the environment', 'os.environ.update(http_proxy="http://127.0.0.1:1", NO_PROXY="*", no_proxy="*")\n'
                                    'import urllib.request, urllib.error\n'
     'try: urllib.request.urlopen("http://127.0.0.1:%d/" % PORT, timeout=10)\n'
     'except urllib.error.URLError as e: os._exit(9 if isinstance(e.reason, PermissionError) else 0)\nexcept OSError: os._exit(0)\n'
     'os._exit(0)'),
]


def ways_for(refused):
    """@refused: the errno of IPv4 and IPv6 sockets or connections."""
    ways = [(*w[:2], refused) for w in CONNECT[:-1]] + FASTOPEN
    # No family at all, to a filter that sees more of the register than the kernel does.
    ways += [(*CONNECT[-1], (refused, 'EAFNOSUPPORT'))]
    ways += [(*w, 'EACCES') for w in DATAGRAMS]
    ways += [(n, code, 'EACCES', (*control, 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT')) for n, code, control in FAMILIES]
    ways += [(n, code, inside, ('open', 'EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT', 'EPERM', 'ENOENT', 'EINVAL', 'ENODEV'))
             for n, code, inside, _ in LATER]
    return ways + PAIRS + [(n, code, 'exit 9', 'exit 0') for n, code in PROGRAMS]


def prepare(world, port):
    for folder in ('project', 'control'):
        world.write(f'{folder}/gp', f'#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/{port} && echo x > reached3\n', 0o700)


def run(world, ways, port, *flags):
    world.write('project/program.py', program(ways, {'PORT': port, 'OUTSIDE': False}))
    return world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', *flags, '--', PYTHON, 'program.py')


def without_ipv6(ways, got, port):
    """The ways that this machine has: all of them where IPv6 is."""
    del port
    return [w for w in ways if got[w[0]] not in ('EADDRNOTAVAIL', 'EAFNOSUPPORT') or 'IPv6' not in w[0]]


@pytest.fixture
def open_ways(world, server):
    """The positive control: each way reaches the server, or makes the socket, without nono."""
    prepare(world, server.port)
    ways = ways_for('EACCES')
    done = outside(world, program(ways, {'PORT': server.port, 'OUTSIDE': True}), world.path('control'))
    got = results_of(done)
    ways = without_ipv6(ways, got, server.port)
    assert not compare(world, ways, got, 3, 'open'), done.stderr
    for _ in range(100):
        if b'udp' in server.came and b'tcp' in server.came:
            break
        server.ended.wait(0.05)
    assert b'udp' in server.came and server.came.count(b'tcp') >= 10
    server.came.clear()
    return {w[0] for w in ways}


def check(world, server, open_ways, refused, *flags):
    ways = [w for w in ways_for(refused) if w[0] in open_ways]
    done = run(world, ways, server.port, *flags)
    got = results_of(done)
    wrong = compare(world, ways, got, 2, None)
    server.ended.wait(0.3)
    assert not wrong, (wrong, done.stderr)
    assert server.came == [], ('reached', server.came)


def test_no_network(world, server, open_ways):
    """Where nothing is left, Fast Open has no socket to be used on: the socket itself is refused."""
    ways = [w for w in ways_for('EACCES') if w[0] in open_ways]
    ways = [(*w[:2], 'EACCES') if 'TCP' in w[0] or w[0] == 'another protocol on top' else w for w in ways]
    done = run(world, ways, server.port, '--block-net')
    assert not compare(world, ways, results_of(done), 2, None), done.stderr
    server.ended.wait(0.3)
    assert server.came == []


def test_one_port_to_connect_to(world, server, open_ways):
    other = server.port - 1 if server.port > 1024 else server.port + 1
    check(world, server, open_ways, 'EACCES', '--allow-connect-port', str(other))


def test_one_port_and_the_rest_blocked(world, server, open_ways):
    other = server.port - 1 if server.port > 1024 else server.port + 1
    ways = [w for w in ways_for('EACCES') if w[0] in open_ways]
    done = run(world, ways, server.port, '--block-net', '--allow-connect-port', str(other))
    assert not compare(world, ways, results_of(done), 2, None), done.stderr
    assert server.came == []


def test_the_port_that_is_allowed(world, server):
    """It works, by every address that leads there: rules are about ports, not hosts."""
    ways = [(*w[:2], 'open') for w in CONNECT[:3] + CONNECT[4:8]]
    done = run(world, ways, server.port, '--allow-connect-port', str(server.port))
    assert not compare(world, ways, results_of(done), 2, None), done.stdout
    done = run(world, [(*w, 'EACCES') for w in DATAGRAMS[:3]], server.port, '--allow-connect-port', str(server.port))
    assert set(results_of(done).values()) == {'EACCES'}, 'the same port by UDP is not'


LISTEN = [
    ('TCP', SOCKET + ')\ns.bind(("127.0.0.1", PORT))\ns.listen()', 'EACCES'),
    ('TCP on every address', SOCKET + ')\ns.bind(("", PORT))\ns.listen()', 'EACCES'),
    ('TCP over IPv6', SOCKET + 'socket.AF_INET6)\ns.bind(("::1", PORT))\ns.listen()', 'EACCES', ('open', 'EADDRNOTAVAIL',
                                                                                                 'EAFNOSUPPORT')),
    ('TCP on port 0', SOCKET + ')\ns.bind(("127.0.0.1", 0))', 'EACCES'),
    ('MPTCP', SOCKET + '2, 1, 262)\ns.bind(("127.0.0.1", PORT))\ns.listen()', 'EACCES', ('open', 'EPROTONOSUPPORT', 'ENOPROTOOPT')),
    ('SMC', SOCKET + '43, 1, 0)\ns.bind(("127.0.0.1", PORT))', 'EAFNOSUPPORT', ('open', 'EAFNOSUPPORT')),
    ('the allowed one', SOCKET + ')\ns.setsockopt(1, 2, 1)\ns.bind(("127.0.0.1", PORT + 1))\ns.listen()', 'open'),
]


def test_listening(world):
    probe = socket.create_server(('127.0.0.1', 0))
    port = probe.getsockname()[1] & ~1
    probe.close()
    names = {'PORT': port}
    got = results_of(outside(world, program(LISTEN, names), world.work))
    assert not compare(world, LISTEN, got, 3, 'open')
    world.write('project/program.py', program(LISTEN, names))
    done = world.run('run', '-s', '--allow', '.', '--allow-cwd', '--listen-port', str(port + 1), '--', PYTHON, 'program.py')
    assert not compare(world, LISTEN, results_of(done), 2, None), done.stderr
    blocked = [(*w[:2], 'EACCES') for w in LISTEN if w[0] != 'SMC']
    world.write('project/program.py', program(blocked, names))
    done = world.run('run', '-s', '--allow', '.', '--allow-cwd', '--block-net', '--', PYTHON, 'program.py')
    assert not compare(world, blocked, results_of(done), 2, None)


def test_an_open_network_is_open(world, server):
    """The other half: without a restriction all of it works as outside."""
    prepare(world, server.port)
    ways = [(*w[:2], 'open') for w in CONNECT[:3] + DATAGRAMS[:2]] + [('netlink', SOCKET + '16, 3, 0)', 'open')]
    assert not compare(world, ways, results_of(run(world, ways, server.port)), 2, None)


def test_a_profile_cannot_be_talked_out_of_it(world, server):
    """What is inherited with NONO_* variables or a second nono does not open what the first one closed."""
    code = f'import socket; socket.create_connection(("127.0.0.1", {server.port}))'
    world.profile('closed', json.dumps({'extends': 'claude-code', 'network': {'block': True}}))
    for words in ([PYTHON, '-c', code], [world.nono, 'run', '-s', '--allow-net', '--allow-cwd', '--', PYTHON, '-c', code]):
        done = world.run('run', '-s', '-p', 'closed', '--allow-cwd', '--', 'env', 'NONO_ALLOW_NET=1', *words)
        assert done.returncode != 0 and os.strerror(errno.EACCES) in done.stderr, done.stderr
    assert server.came == []
    assert world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', PYTHON, '-c', code).returncode == 0
