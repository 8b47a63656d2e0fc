# test_terminal.py - the terminal that nono was started from.  SPDX-License-Identifier: Apache-2.0
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

import pytest
from ways import ATTACKER, PYTHON, compare, outside, results_of

ORDERS = 'b"touch injected\\n"'
NORMAL, DEAF = 0, 27  # line disciplines, the kernel's N_TTY and N_NULL


def on_terminal(world, words, **more):
    """Run words with a terminal of their own; returns what came out and what is still to be read as if it were typed."""
    master, slave = pty.openpty()
    if os.getuid() == 0:
        os.fchown(slave, *(world.identity().get(k, 0) for k in ('user', 'group')))

    def own():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave, cwd=world.work, env=world.environment(),
                               start_new_session=True, preexec_fn=own, **world.identity(), **more)
    out = b''
    while process.poll() is None or select.select([master], [], [], 0)[0]:
        if select.select([master], [], [], 0.05)[0]:
            out += os.read(master, 65536)
    discipline = struct.unpack('i', fcntl.ioctl(slave, termios.TIOCGETD, b'\0' * 4))[0]
    typed = b''
    if discipline == NORMAL:
        attributes = termios.tcgetattr(slave)
        attributes[3] &= ~termios.ICANON
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        typed = os.read(slave, 4096) if select.select([slave], [], [], 0)[0] else b''
    os.close(master)
    os.close(slave)
    return out.decode().replace('\r\n', '\n'), typed, discipline, process.returncode


def type_by(fd, request):
    return f'for c in {ORDERS}: call("ioctl", {fd}, {request}, memory(bytes([c])))'


TYPING = [
    ('TIOCSTI', type_by(0, '0x5412'), 'EPERM'),
    ('TIOCSTI, an upper half', type_by(0, '1 << 32 | 0x5412'), 'EPERM'),
    ('TIOCSTI, all upper bits', type_by(0, '-1 << 32 | 0x5412'), 'EPERM'),
    ('TIOCSTI on descriptor 1', type_by(1, '0x5412'), 'EPERM'),
    ('TIOCSTI on descriptor 2', type_by(2, '0x5412'), 'EPERM'),
    ('TIOCSTI on /dev/tty', type_by('os.open("/dev/tty", os.O_RDWR)', '0x5412'), 'EPERM'),
    ('TIOCSTI on /dev/pts/N', type_by('os.open(os.ttyname(0), os.O_RDWR | os.O_NOCTTY)', '0x5412'), 'EPERM'),
    ('TIOCSTI on /proc/self/fd/0', type_by('os.open("/proc/self/fd/0", os.O_RDWR)', '0x5412'), 'EPERM'),
]
OTHERS = [
    ('TIOCLINUX', 'call("ioctl", 0, 0x541C, memory(b"\\3\\0"))', 'EPERM', ('ENOTTY', 'EINVAL')),
    ('TIOCLINUX, an upper half', 'call("ioctl", 0, 1 << 32 | 0x541C, memory(b"\\3\\0"))', 'EPERM', ('ENOTTY', 'EINVAL')),
    ('reading the discipline', 'import struct\ncall("ioctl", 0, 0x5424, memory(4))', 'open'),
    ('its size', 'os.get_terminal_size(0)', 'open'),
    ('its attributes', 'import termios\ntermios.tcsetattr(0, termios.TCSANOW, termios.tcgetattr(0))', 'open'),
    ('the foreground group', 'os.tcgetpgrp(0)', 'open'),
    # The last: with another discipline nothing above would work any more.
    ('another discipline', 'import struct\ncall("ioctl", 0, 0x5423, memory(struct.pack("i", %d)))' % DEAF, 'EPERM'),
]


def run_ways(world, ways, words):
    """The results come in a file: the terminal may not pass them on any more."""
    path = world.write('project/results', '')
    world.write('project/program.py', f'{ATTACKER}\nsys.stdout = open("results", "w")\nattack({[w[:2] for w in ways]!r})\n')
    out, typed, discipline, _ = on_terminal(world, [*words, PYTHON, 'program.py'])
    with open(path, encoding='ascii') as f:
        return results_of(subprocess.CompletedProcess(words, 0, f.read(), out)), typed, discipline


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_typing_into_it(world, mode):
    """Nothing is left in the terminal's input for the shell to find after nono has ended."""
    with open('/proc/sys/dev/tty/legacy_tiocsti', encoding='ascii') as f:
        possible = world.user == 'root' or f.read().strip() == '1'
    got, typed, _ = run_ways(world, TYPING, [])
    if possible:
        assert not compare(world, TYPING, got, 3, 'open')
        assert typed.count(b'touch injected\n') == len(TYPING), 'the positive control'
    got, typed, _ = run_ways(world, TYPING, [world.nono, mode, '-s', '--allow', '.', '--allow-cwd', '--'])
    assert not compare(world, TYPING, got, 2, None)
    assert typed == b''


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_its_discipline(world, mode):
    got, _, discipline = run_ways(world, OTHERS, [])
    assert not compare(world, OTHERS, got, 3, 'open')
    assert discipline == DEAF, 'the positive control'
    got, _, discipline = run_ways(world, OTHERS, [world.nono, mode, '-s', '--allow', '.', '--allow-cwd', '--'])
    assert not compare(world, OTHERS, got, 2, None)
    assert discipline == NORMAL


def test_answers_of_the_terminal_are_not_asked_for(world):
    """What the command prints is its own affair; nono's lines about it hold no escape sequence of the command's."""
    world.write('project/bad.sh', 'printf "cat: /x/\\033]52;c;ZWNobyBvd25lZA==\\007\\033[6n\\033P$q\\"p\\033\\\\\\\\y: Permission denied\\n" >&2\nexit 1\n')
    done = world.sh('sh bad.sh', '-p', 'claude-code')
    footer = done.stderr[done.stderr.index('NONO DIAGNOSTIC'):]
    assert '\033' in done.stderr[:done.stderr.index('NONO DIAGNOSTIC')], 'the positive control: the command\'s own output is left alone'
    assert not any(c in footer for c in '\033\007\x9b')


def test_the_question_is_not_answered_from_inside(world):
    """What was typed before the question about the working directory does not answer it."""
    master, slave = pty.openpty()
    if os.getuid() == 0:
        os.fchown(slave, *(world.identity().get(k, 0) for k in ('user', 'group')))
    os.write(master, b'y\ny\n')
    process = subprocess.Popen([world.nono, 'run', '--', 'cat', 'f'], stdin=slave, stdout=slave, stderr=slave, cwd=world.work,
                               env=world.environment(), start_new_session=True, **world.identity())
    world.write('project/f', 'shared')
    out = b''
    while b'[y/N]' not in out and select.select([master], [], [], 20)[0]:
        out += os.read(master, 65536)
    time.sleep(0.2)
    assert process.poll() is None, 'it waits'
    os.write(master, b'n\n')
    assert process.wait(60) == 1
    while select.select([master], [], [], 0)[0]:
        out += os.read(master, 65536)
    assert b'shared' not in out.replace(b'not shared', b'') and b'Permission denied' in out
    os.close(master)
    os.close(slave)


def test_job_control_is_left(world):
    """The rules above cost nothing that a shell needs: the terminal is the command's controlling one."""
    out, _, _, code = on_terminal(world, [world.nono, 'run', '-s', '--allow', '.', '--allow-cwd', '--', 'sh', '-c',
                                          'test -t 0 && exec 3<>/dev/tty && echo "$(ps -o tty= -p $$ 2>/dev/null || tty)" >&3; exit 3'])
    assert code == 3 and 'pts/' in out, out


def test_a_console_device_is_not_granted(world):
    """/dev holds what the machine has; of it only terminals and the harmless devices are granted."""
    names = [n for n in ('mem', 'kmsg', 'vda', 'sda', 'nvme0n1', 'tty1', 'vcs1', 'vcsa1', 'input/event0', 'uinput', 'kvm', 'fuse',
                         'loop-control', 'loop0', 'userfaultfd', 'net/tun', 'vsock', 'port', 'snd/timer', 'video0', 'dri/card0')
             if os.path.exists('/dev/' + n)]
    assert names
    ways = [(n + m, f'os.open("/dev/{n}", {f} | os.O_NONBLOCK)') for n in names for m, f in ((' r', 0), (' w', 1))]
    text = f'{ATTACKER}\nattack({ways!r})\n'
    world.write('project/program.py', text)
    got = results_of(world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', PYTHON, 'program.py'))
    assert set(got.values()) <= {'EACCES', 'ENXIO', 'ENODEV', 'EBUSY', 'EROFS', 'EPERM'} and 'EACCES' in got.values(), got
    assert not [n for n, result in got.items() if result == 'open']


def test_a_device_opened_for_nothing_takes_no_orders(world):
    """Access mode 3 opens a device without reading or writing; what it is told by ioctl is still refused."""
    devices = [('/dev/loop-control', '0x4C82'), ('/dev/vsock', '0x7b9'), ('/dev/net/tun', '0x800454cf'), ('/dev/fuse', '0x8004e500')]
    ways = [(n, f'call("ioctl", os.open("{n}", 3), {request}, memory(4))') for n, request in devices]
    text = f'{ATTACKER}\nattack({ways!r})\n'
    control = results_of(outside(world, text, world.work))
    world.write('project/program.py', text)
    got = results_of(world.run('run', '-s', '--allow', '.', '--allow-cwd', '--', PYTHON, 'program.py'))
    usable = [n for n, result in control.items() if result == 'open']
    assert usable or world.user != 'root', control
    assert [got[n] for n in usable] == ['EACCES'] * len(usable), (control, got)
