# test_processes.py - processes outside: signals, tracing, memory, descriptors, limits, scheduling.  SPDX-License-Identifier: Apache-2.0
import os
import select
import signal
import subprocess

import pytest
from ways import ATTACKER, PYTHON, compare, outside, program, results_of

# It says ready, ignores nothing, and would say which signal it got.
VICTIM = '''import signal, sys, time
def got(number, frame): print("got", number, flush=True)
for name in ("USR1", "USR2", "HUP", "TERM", "INT", "IO", "CONT", "URG"): signal.signal(getattr(signal, "SIG" + name), got)
secret = "memory of the victim"
print("ready", id(secret), flush=True)
while True: time.sleep(0.1)
'''


class Victim:
    """A process of the same user, outside any sandbox, in a group of its own."""

    def __init__(self, world, start=None):
        path = world.write('control/victim.py', VICTIM)
        words = [PYTHON, path]
        more = {'env': {**world.environment(), 'TOKEN': 'hidden'}, 'stdout': subprocess.PIPE, 'bufsize': 0, 'start_new_session': True,
                'cwd': world.base, **world.identity()}
        self.process = start(words) if start else subprocess.Popen(words, **more)
        word, self.address = self.process.stdout.readline().split()
        assert word == b'ready'
        self.pid = self.process.pid

    def facts(self):
        """What an attacker might have changed."""
        with open(f'/proc/{self.pid}/limits', encoding='ascii') as f:
            limits = f.read()
        io = subprocess.run(['ionice', '-p', str(self.pid)], capture_output=True, text=True, check=False).stdout
        return (limits, os.getpriority(os.PRIO_PROCESS, self.pid), os.sched_getscheduler(self.pid),
                os.sched_getaffinity(self.pid), io, self.state())

    def state(self):
        with open(f'/proc/{self.pid}/stat', encoding='ascii') as f:
            return f.read().rsplit(') ', 1)[1][0] in 'SR'

    def line(self):
        """The next line that it says; nothing after a long wait."""
        ready, _, _ = select.select([self.process.stdout], [], [], 20)
        return self.process.stdout.readline() if ready else b''

    def end(self):
        """All that it said after "ready"."""
        self.process.kill()
        said = self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait()
        return said


def try_on_victims(world, ways, *flags, mode='run'):
    """Outside on a victim that may be ruined, inside on one that must not notice."""
    victim = Victim(world)
    try:
        done = outside(world, program(ways, {'P': victim.pid, 'ADDRESS': int(victim.address)}), world.work)
        wrong = compare(world, ways, results_of(done), 3, 'open')
        assert not wrong, ('the positive control', wrong, done.stderr)
    finally:
        victim.end()
    victim = Victim(world)
    try:
        before = victim.facts()
        world.write('project/program.py', program(ways, {'P': victim.pid, 'ADDRESS': int(victim.address)}))
        done = world.run(mode, '-s', '-p', 'claude-code', '--allow-cwd', *flags, '--', PYTHON, 'program.py')
        wrong = compare(world, ways, results_of(done), 2, None)
        assert not wrong, ('inside', wrong, done.stderr)
        assert victim.facts() == before
        assert victim.process.poll() is None
    finally:
        said = victim.end()
    assert said == b''


SIGNALS = [
    ('kill', 'os.kill(P, signal.SIGUSR1)', 'EPERM'),
    ('kill with no signal', 'os.kill(P, 0)', 'EPERM'),
    ('kill SIGCONT, which a session shares', 'os.kill(P, signal.SIGCONT)', 'EPERM'),
    ('kill of the group', 'os.kill(-P, signal.SIGUSR1)', 'EPERM'),
    ('tkill', 'call("tkill", P, signal.SIGUSR1)', 'EPERM'),
    ('tgkill', 'call("tgkill", P, P, signal.SIGUSR1)', 'EPERM'),
    ('sigqueue', 'import struct\ncall("rt_sigqueueinfo", P, signal.SIGUSR1, memory(struct.pack("iiiiii", 10, 0, -1, 0, os.getpid(), '
     'os.getuid()) + b"\\0" * 104))', 'EPERM'),
    ('a process descriptor', 'call("pidfd_send_signal", call("pidfd_open", P, 0), signal.SIGUSR1, 0, 0)', 'EPERM'),
    ('a process descriptor from /proc', 'call("pidfd_send_signal", os.open("/proc/%d" % P, os.O_RDONLY | os.O_DIRECTORY), '
     'signal.SIGUSR1, 0, 0)', 'EPERM'),
    ('from a thread', 'import threading\nout = []\n'
     'def go():\n  try: os.kill(P, signal.SIGUSR1)\n  except OSError as e: out.append(e)\n'
     't = threading.Thread(target=go)\nt.start()\nt.join()\nif out: raise out[0]', 'EPERM'),
    ('after setsid', 'if os.fork(): os._exit(os.waitstatus_to_exitcode(os.wait()[1]))\nos.setsid()\n'
     'try: os.kill(P, signal.SIGUSR1)\nexcept PermissionError: os._exit(7)\nos._exit(0)', 'exit 7', 'exit 0'),
    # The last one stops it for good.
    ('kill SIGSTOP', 'os.kill(P, signal.SIGSTOP)', 'EPERM'),
]


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_signals(world, mode):
    try_on_victims(world, SIGNALS, mode=mode)


def test_signals_by_descriptors(world):
    """SIGIO and what F_SETSIG makes of it: the kernel sends it in the name of whoever set the owner."""
    code = ('import fcntl, socket, time\na, b = socket.socketpair()\nfcntl.fcntl(a, fcntl.F_SETOWN, WHO)\n'
            'fcntl.fcntl(a, 10, signal.SIGUSR2)\nfcntl.fcntl(a, fcntl.F_SETFL, fcntl.fcntl(a, fcntl.F_GETFL) | os.O_ASYNC)\n'
            'b.send(b"x")\ntime.sleep(0.1)')
    pipe = ('import fcntl, time\na, b = os.pipe()\nfcntl.fcntl(a, fcntl.F_SETOWN, P)\n'
            'fcntl.fcntl(a, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)\nos.write(b, b"x")\ntime.sleep(0.1)')
    ways = [('a process', code.replace('WHO', 'P'), ('open', 'EPERM', 'ESRCH')),
            ('a group', code.replace('WHO', '-P'), ('open', 'EPERM', 'ESRCH')),
            ('a pipe', pipe, ('open', 'EPERM', 'ESRCH'))]
    victim = Victim(world)
    try:
        outside(world, program(ways, {'P': victim.pid}), world.work)
        wanted = {b'got %d\n' % signal.SIGUSR2, b'got %d\n' % signal.SIGIO}
        while wanted:
            line = victim.line()
            assert line, ('the positive control', wanted)
            wanted.discard(line)
    finally:
        victim.end()
    try_on_victims(world, ways)


def test_the_group_that_nono_is_in(world):
    """kill(0) and kill(-1) reach the command alone: nono lives to tell the exit code, and so does its neighbour."""
    neighbour = Victim(world)
    try:
        for where, code in (('0', 138), ('-1', 5)):
            done = world.run('run', '-s', '--allow-cwd', '--', PYTHON, '-c',
                             f'import os, signal\nos.kill({where}, signal.SIGUSR1)\nos._exit(5)', start_new_session=True)
            assert done.returncode in (code, 138), (where, done)
        assert neighbour.process.poll() is None
    finally:
        assert neighbour.end() == b''


MEMORY = [
    ('ptrace attach', 'call("ptrace", 16, P, 0, 0)', 'EPERM'),
    ('ptrace seize', 'call("ptrace", 0x4206, P, 0, 0)', 'EPERM', ('open', 'EPERM')),
    ('process_vm_readv', 'import struct\nb = memory(64)\ncall("process_vm_readv", P, memory(struct.pack("QQ", b, 8)), 1, '
     'memory(struct.pack("QQ", ADDRESS, 8)), 1, 0)', 'EPERM'),
    ('process_vm_writev', 'import struct\nb = memory(64)\ncall("process_vm_readv", P, memory(struct.pack("QQ", b, 8)), 1, '
     'memory(struct.pack("QQ", ADDRESS, 8)), 1, 0)\ncall("process_vm_writev", P, memory(struct.pack("QQ", b, 8)), 1, '
     'memory(struct.pack("QQ", ADDRESS, 8)), 1, 0)', 'EPERM'),
    ('/proc/PID/mem', 'f = os.open("/proc/%d/mem" % P, os.O_RDONLY)\nos.pread(f, 8, ADDRESS)', 'EACCES'),
    ('/proc/PID/mem for writing', 'os.open("/proc/%d/mem" % P, os.O_RDWR)', 'EACCES'),
    ('/proc/PID/task/TID/mem', 'os.open("/proc/%d/task/%d/mem" % (P, P), os.O_RDONLY)', 'EACCES'),
    ('/proc/PID/environ', 'assert b"TOKEN=hidden" in open("/proc/%d/environ" % P, "rb").read()', 'EACCES'),
    ('/proc/PID/auxv', 'read("/proc/%d/auxv" % P)', 'EACCES'),
    ('/proc/PID/maps', 'read("/proc/%d/maps" % P)', 'EACCES'),
    ('/proc/PID/smaps', 'read("/proc/%d/smaps" % P)', 'EACCES'),
    ('/proc/PID/pagemap', 'os.open("/proc/%d/pagemap" % P, 0)', 'EACCES'),
    ('/proc/PID/io', 'read("/proc/%d/io" % P)', 'EACCES'),
    ('/proc/PID/root', 'os.listdir("/proc/%d/root" % P)', 'EACCES'),
    ('/proc/PID/cwd', 'os.stat("/proc/%d/cwd/." % P)', 'EACCES'),
    ('/proc/PID/exe', 'read("/proc/%d/exe" % P)', 'EACCES'),
    ('/proc/PID/fd', 'os.listdir("/proc/%d/fd" % P)\nos.stat("/proc/%d/fd/1" % P)', 'EACCES'),
    ('/proc/PID/ns', 'os.open("/proc/%d/ns/mnt" % P, os.O_RDONLY)', 'EACCES'),
    ('/proc/PID/oom_score_adj', 'f = open("/proc/%d/oom_score_adj" % P, "w")\nf.write("500")\nf.close()', 'EACCES'),
    ('/proc/PID/comm', 'f = open("/proc/%d/comm" % P, "w")\nf.write("x")\nf.close()', 'EACCES', ('open', 'EINVAL')),
    ('/proc/PID/coredump_filter', 'open("/proc/%d/coredump_filter" % P, "w").write("0")', 'EACCES'),
    ('/proc/PID/clear_refs', 'open("/proc/%d/clear_refs" % P, "w").write("1")', 'EACCES'),
    ('/proc/PID/timerslack_ns', 'open("/proc/%d/timerslack_ns" % P, "w").write("1")', 'EACCES', ('open', 'EPERM')),
    ('its descriptors', 'call("pidfd_getfd", call("pidfd_open", P, 0), 1, 0)', 'EPERM'),
    ('its robust list', 'call("get_robust_list", P, memory(8), memory(8))', 'EPERM'),
    ('kcmp', 'call("kcmp", os.getpid(), P, 0, 0, 0)', 'EPERM'),
    ('its namespaces', 'call("setns", call("pidfd_open", P, 0), 0x04000000)', 'EPERM', {'root': 'open', 'user': 'EPERM'}),
    ('process_madvise', 'import struct\ncall("process_madvise", call("pidfd_open", P, 0), memory(struct.pack("QQ", ADDRESS & ~4095, 4096)), '
     '1, 20, 0)', ('EPERM', 'EACCES'), {'root': 'open', 'user': ('open', 'EPERM')}),
]


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_memory_and_descriptors(world, mode):
    try_on_victims(world, MEMORY, mode=mode)


LIMITS = [
    ('no files any more', 'import struct\ncall("prlimit64", P, 7, memory(struct.pack("QQ", 0, 0)), 0)', 'EPERM'),
    ('no file may grow', 'import resource\nresource.prlimit(P, resource.RLIMIT_FSIZE, (0, 0))', 'EPERM'),
    ('no time any more', 'import resource\nresource.prlimit(P, resource.RLIMIT_CPU, (1000, 1000))', 'EPERM'),
    ('a limit with the upper half of the number set', 'import struct\n'
                                                      'call("prlimit64", P | 1 << 32, 7, memory(struct.pack("QQ", 0, 0)), 0)',
     'EPERM'),
    ('a priority', 'os.setpriority(os.PRIO_PROCESS, P, 15)', 'EPERM'),
    ('a priority, upper halves set', 'call("setpriority", 1 << 32, P | 1 << 32, 16)', 'EPERM'),
    ('a priority of its group', 'os.setpriority(os.PRIO_PGRP, P, 17)', 'EPERM'),
    ('a scheduler', 'os.sched_setscheduler(P, os.SCHED_BATCH, os.sched_param(0))', 'EPERM'),
    ('scheduling parameters', 'os.sched_setparam(P, os.sched_param(0))', 'EPERM'),
    ('scheduling attributes', 'import struct\ncall("sched_setattr", P, memory(struct.pack("IIQiIQQQ", 48, 5, 0, 0, 0, 0, 0, 0)), 0)',
     'EPERM'),
    ('one processor', 'os.sched_setaffinity(P, {0})', 'EPERM'),
    ('an input priority', 'call("ioprio_set", 1, P, 3 << 13)', 'EPERM'),
    ('an input priority of its group', 'call("ioprio_set", 2, P, 3 << 13)', 'EPERM'),
    ('other memory', 'import struct\nm = memory(struct.pack("Q", 1))\ncall("migrate_pages", P, 64, m, m)', 'EPERM', ('open', 'EPERM',
                                                                                                                     'EINVAL')),
    ('where its pages are', 'import struct\ncall("move_pages", P, 1, memory(struct.pack("Q", ADDRESS & ~4095)), 0, memory(8), 0)',
     'EPERM'),
    ('an address space', 'import resource\nresource.prlimit(P, resource.RLIMIT_AS, (1 << 20, 1 << 20))', 'EPERM'),
]


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_limits_and_scheduling(world, mode):
    try_on_victims(world, LIMITS, mode=mode)


OWN_GROUP = [
    ('a priority', 'call("setpriority", 1, 0, 7)', 'EPERM', ('open', 'EPERM', 'EACCES')),
    ('an input priority', 'call("ioprio_set", 2, 0, 3 << 13)', 'EPERM', ('open', 'EPERM')),
    ('a priority of the user', 'call("setpriority", 2, 0, 8)', 'EPERM', ('open', 'EPERM', 'EACCES')),
    ('an input priority of the user', 'call("ioprio_set", 3, 0, 3 << 13)', 'EPERM', ('open', 'EPERM')),
]
TELL = 'print(os.getpriority(os.PRIO_PROCESS, os.getppid()), call("ioprio_get", 1, os.getppid()) >> 13)'


def test_the_group_keeps_its_priority(world):
    """nono and the neighbours in a pipeline are in the command's own process group; outside the parent is changed."""
    ways = OWN_GROUP[:2]
    text = f'{ATTACKER}\nattack({[w[:2] for w in ways]!r})\n{TELL}\n'
    world.write('project/program.py', text)
    parent = f'import subprocess; subprocess.run(["{PYTHON}", "program.py"])'
    control = subprocess.run([PYTHON, '-c', parent], cwd=world.work, env=world.environment(), capture_output=True, text=True,
                             timeout=60, check=True, start_new_session=True, **world.identity())
    assert control.stdout.endswith('\n7 3\n'), ('the positive control', control.stdout)
    done = world.run('run', '-s', '--allow', world.work, '--', PYTHON, 'program.py', start_new_session=True)
    assert done.stdout.endswith('\n0 0\n'), done.stdout
    done.stdout = done.stdout.rsplit('\n', 2)[0]
    assert not compare(world, ways, results_of(done), 2, None)
    world.write('project/program.py', program(OWN_GROUP, {}))
    done = world.run('run', '-s', '--allow', world.work, '--', PYTHON, 'program.py', start_new_session=True)
    assert not compare(world, OWN_GROUP, results_of(done), 2, None)


def test_a_process_may_still_manage_itself(world):
    """The other half of the rules: limits, priority and scheduling of oneself work as without nono."""
    ways = [('limits', 'import resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))', 'open'),
            ('reading limits of others', 'import resource\nresource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)', 'open'),
            ('priority', 'os.nice(1)\nos.setpriority(os.PRIO_PROCESS, 0, 5)', 'open'),
            ('scheduler', 'os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))', 'open'),
            ('processors', 'os.sched_setaffinity(0, {0})', 'open'), ('input', 'call("ioprio_set", 1, 0, 3 << 13)', 'open'),
            ('own children', 'p = os.fork()\nif not p: signal.pause()\nos.kill(p, 9)\nassert os.wait()[1] == 9', 'open'),
            ('tracing a child', 'p = os.fork()\nif not p:\n  call("ptrace", 0, 0, 0, 0)\n  os.kill(os.getpid(), signal.SIGSTOP)\n'
                                '  os._exit(0)\n'
             'os.waitpid(p, 0)\ncall("ptrace", 7, p, 0, 0)', 'open')]
    done = outside(world, program(ways, {}), world.work)
    assert not compare(world, ways, results_of(done), 3, 'open')
    world.write('project/program.py', program(ways, {}))
    done = world.run('run', '-s', '--allow', world.work, '--', PYTHON, 'program.py')
    assert not compare(world, ways, results_of(done), 2, None)


SUPERVISOR = [
    ('signal', 'os.kill(P, signal.SIGKILL)', 'EPERM'), ('a stop', 'os.kill(P, signal.SIGSTOP)', 'EPERM'),
    ('a thread signal', 'call("tgkill", P, P, 9)', 'EPERM'),
    ('tracing', 'call("ptrace", 16, P, 0, 0)', 'EPERM'), ('memory', 'os.open("/proc/%d/mem" % P, 0)', 'EACCES'),
    ('environment', 'read("/proc/%d/environ" % P)', 'EACCES'),
    # A root sees their numbers, and no more.
    ('descriptors', 'os.listdir("/proc/%d/fd" % P)', {'root': 'open', 'user': 'EACCES'}),
    ('a descriptor', 'os.open("/proc/%d/fd/1" % P, 0)', 'EACCES'), ('its root', 'read("/proc/%d/root/etc/passwd" % P)', 'EACCES'),
    ('its directory', 'os.stat("/proc/%d/cwd/." % P)', 'EACCES'), ('its maps', 'read("/proc/%d/maps" % P)', 'EACCES'),
    ('a copied descriptor', 'call("pidfd_getfd", call("pidfd_open", P, 0), 2, 0)', 'EPERM'),
    ('its limits', 'import resource\nresource.prlimit(P, resource.RLIMIT_FSIZE, (0, 0))', 'EPERM'),
    ('its priority', 'os.setpriority(0, P, 19)', 'EPERM'),
]


@pytest.mark.parametrize('flags', [['-s'], ['--no-diagnostics'], ['-v']])
def test_nono_itself(world, flags):
    """The parent of the command is nono: it can be neither looked into nor disturbed, and ends with the right code."""
    text = f'{ATTACKER}\nattack({[w[:2] for w in SUPERVISOR]!r}, P=os.getppid())\nsys.stdout.flush()\nos._exit(23)\n'
    world.write('project/program.py', text)
    done = world.run('run', *flags, '-p', 'claude-code', '--allow-cwd', '--', PYTHON, 'program.py')
    assert done.returncode == 23
    assert not compare(world, SUPERVISOR, results_of(done), 2, None)


def test_nono_is_hidden_from_its_user_too(ordinary):
    """Its memory is closed to every process of the same user, because one of those may be what is to be confined."""
    process = ordinary.start('run', '-s', '--allow-cwd', '--', 'sh', '-c', 'echo ready; read x', stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b'ready\n'
        ways = [('memory', f'os.open("/proc/{process.pid}/mem", 0)', 'EACCES'),
                ('tracing', f'call("ptrace", 16, {process.pid}, 0, 0)', 'EPERM')]
        done = outside(ordinary, program(ways, {}), ordinary.work)
        assert not compare(ordinary, ways, results_of(done), 2, None)
    finally:
        process.communicate(b'\n', timeout=60)


def test_two_sandboxes_side_by_side(world):
    """The command of one nono can do nothing to the command of another."""
    def start(words):
        return world.start('run', '-s', '--allow-cwd', '--', *words, cwd=os.path.dirname(words[1]), stdout=subprocess.PIPE,
                           bufsize=0)

    ways = [('signal', 'os.kill(P, signal.SIGUSR1)', 'EPERM'), ('tracing', 'call("ptrace", 16, P, 0, 0)', 'EPERM'),
            ('environment', 'read("/proc/%d/environ" % P)', 'EACCES'), ('root', 'os.listdir("/proc/%d/root" % P)', 'EACCES'),
            ('limits', 'import resource\nresource.prlimit(P, resource.RLIMIT_NOFILE, (0, 0))', 'EPERM')]
    victim = Victim(world, start)
    try:
        child = int(open(f'/proc/{victim.pid}/task/{victim.pid}/children', encoding='ascii').read().split()[0])
        world.write('project/program.py', program(ways, {'P': child}))
        done = world.run('run', '-s', '--allow', world.work, '--', PYTHON, 'program.py')
        assert not compare(world, ways, results_of(done), 2, None), done.stderr
        os.kill(child, signal.SIGUSR1)
        assert victim.line() == b'got %d\n' % signal.SIGUSR1, 'the positive control: from outside it works'
    finally:
        victim.end()
