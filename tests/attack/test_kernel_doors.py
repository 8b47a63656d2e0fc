# test_kernel_doors.py - system calls that no command needs, namespaces, and other tables of calls.  SPDX-License-Identifier: Apache-2.0
import os

import pytest
from ways import ATTACKER, PYTHON, compare, outside, program, results_of, try_ways

NONE = '"/no such name"'
# Each with arguments that do no harm outside. There it must end in another way than inside, at least for a root.
CLOSED = {
    'io_uring_setup': ('1, memory(120)', 'ENOSYS'), 'io_uring_enter': ('-1, 0, 0, 0, 0, 0', 'ENOSYS'),
    'io_uring_register': ('-1, 0, 0, 0', 'ENOSYS'), 'init_module': ('0, 0, 0', 'EPERM'), 'finit_module': ('-1, 0, 0', 'EPERM'),
    'delete_module': (f'{NONE}, 0', 'EPERM'), 'kexec_load': ('0, 0, 0, 0xff', 'EPERM'), 'bpf': ('0xffff, 0, 0', 'EPERM'),
    'perf_event_open': ('0, 0, -1, -1, 0', 'EPERM'), 'open_by_handle_at': ('-1, 0, 0', 'EPERM'), 'swapon': (f'{NONE}, 0', 'EPERM'),
    'swapoff': (NONE, 'EPERM'), 'reboot': ('0, 0, 0, 0', 'EPERM'), 'settimeofday': ('0, 0', 'EPERM'),
    'clock_settime': ('0, 0', 'EPERM'),
    'sethostname': ('0, 5', 'EPERM'), 'setdomainname': ('0, 5', 'EPERM'), 'acct': (NONE, 'EPERM'),
    'quotactl': (f'0, {NONE}, 0, 0', 'EPERM'), 'quotactl_fd': ('-1, 0, 0, 0', 'EPERM'), 'userfaultfd': ('0xff', 'EPERM'),
    'syslog': ('10, 0, 0', 'EPERM'), 'fanotify_init': ('0x7fffffff, 0', 'EPERM'), 'mount': (f'0, {NONE}, 0, 0, 0', 'EPERM'),
    'umount2': (f'{NONE}, 0', 'EPERM'), 'pivot_root': (f'{NONE}, {NONE}', 'EPERM'), 'move_mount': (f'-1, {NONE[1:]}', 'EPERM'),
    'open_tree': (f'HERE, {NONE}, 0', 'EPERM'), 'fsopen': (f'{NONE}, 0', 'EPERM'), 'fsconfig': ('-1, 0, 0, 0, 0', 'EPERM'),
    'fsmount': ('-1, 0, 0', 'EPERM'), 'fspick': (f'HERE, {NONE}, 0', 'EPERM'), 'mount_setattr': (f'HERE, {NONE}, 0, 0, 0', 'EPERM'),
    'open_tree_attr': (f'HERE, {NONE}, 0, 0, 0', 'EPERM'), 'setns': ('-1, 0', 'EPERM'), 'clone3': ('0, 0', 'ENOSYS'),
    'keyctl': ('0, -3, 0', 'ENOSYS'), 'add_key': ('0, 0, 0, 0, 0', 'ENOSYS'), 'request_key': ('0, 0, 0, 0', 'ENOSYS'),
}
CLOSED['move_mount'] = (f'-1, {NONE}, -1, {NONE}, 0', 'EPERM')
# What an ordinary user is refused by the kernel alone, in the same words.
FOR_A_ROOT = {'delete_module', 'init_module', 'finit_module', 'kexec_load', 'open_by_handle_at', 'swapon', 'swapoff', 'reboot',
              'settimeofday', 'sethostname', 'setdomainname', 'acct', 'clock_settime', 'fanotify_init', 'pivot_root', 'move_mount',
              'fsopen', 'fsmount',
              'fspick', 'syslog', 'bpf', 'umount2', 'mount_setattr', 'open_tree_attr', 'perf_event_open', 'quotactl', 'userfaultfd'}


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_closed_calls(world, mode):
    ways = [(name, f'call("{name}", {args})', inside) for name, (args, inside) in CLOSED.items()]
    control = results_of(outside(world, program(ways, {}), world.work))
    same = {n for n, _, inside in ways if control[n] == inside}
    missing = {n for n, result in control.items() if result == 'ENOSYS'}
    assert same - missing <= (FOR_A_ROOT if world.user != 'root' else set()), same
    assert len(missing) < len(ways) // 2, missing
    world.write('project/program.py', program(ways, {}))
    done = world.run(mode, '-s', '-p', 'claude-code', '--allow-cwd', '--', PYTHON, 'program.py')
    assert not compare(world, ways, results_of(done), 2, None), done.stderr


def test_with_the_namespaces_profile(world):
    """A profile may give namespaces back; mounts and the rest stay closed, in a user namespace of one's own too."""
    world.profile('spaces', '{"extends": "claude-code", "linux": {"namespaces": "allow"}}')
    ways = [(name, f'call("{name}", {args})', inside) for name, (args, inside) in CLOSED.items() if name not in ('setns', 'clone3')]
    ways += [('a user namespace', 'call("unshare", 0x10000000)', 'open'),
             ('mounting in it', 'call("unshare", 0x10020000)\ncall("mount", "none", "/tmp", "tmpfs", 0, 0)', 'EPERM', 'open'),
             ('binding in it', f'call("unshare", 0x10020000)\ncall("mount", HOME + "/.ssh", ".", 0, 4096, 0)', 'EPERM', 'open'),
             ('chroot in it', 'call("unshare", 0x10000000)\nos.chroot(HOME + "/.ssh")\nread("/key")', 'EACCES')]
    world.write('.ssh/key', 'x')
    control = results_of(outside(world, program(ways[-4:], {}), world.work))
    if control['a user namespace'] != 'open':
        pytest.skip('this system gives no user namespaces')
    assert not compare(world, ways[-4:], control, 3, 'open')
    world.write('project/program.py', program(ways, {}))
    done = world.run('run', '-s', '-p', 'spaces', '--allow-cwd', '--', PYTHON, 'program.py')
    assert not compare(world, ways, results_of(done), 2, None), done.stdout


FLAGS = {'mount': 0x00020000, 'cgroup': 0x02000000, 'uts': 0x04000000, 'ipc': 0x08000000, 'user': 0x10000000, 'pid': 0x20000000,
         'net': 0x40000000}


def test_namespaces(world):
    ways = []
    for name, flag in FLAGS.items():
        with_user = flag | FLAGS['user']
        ways += [(f'unshare {name}', f'call("unshare", {with_user})', 'EPERM'),
                 (f'clone {name}', f'p = call("clone", {with_user} | 17, 0, 0, 0, 0)\nif not p: os._exit(0)\nos.waitpid(p, 0)',
                  'EPERM'),
                 (f'clone {name}, upper bits', f'p = call("clone", {with_user} | 17 | 1 << 40, 0, 0, 0, 0)\nif not p: os._exit(0)\n'
                  'os.waitpid(p, 0)', 'EPERM'),
                 (f'clone3 {name}', f'import struct\n'
                                    f'p = call("clone3", memory(struct.pack("11Q", {with_user}, *[0] * 3, 17, *[0] * 6)), 88)\n'
                  'if not p: os._exit(0)\nos.waitpid(p, 0)', 'ENOSYS')]
    ways += [('unshare time', 'call("unshare", 0x10000080)', 'EPERM'),
             ('setns to one\'s own', 'call("setns", os.open("/proc/self/ns/uts", os.O_RDONLY), 0)', 'EPERM',
              {'root': 'open', 'user': 'EPERM'}),
             ('a thread', 'import threading\nt = threading.Thread(target=len, args=("",))\nt.start()\nt.join()', 'open'),
             ('a process', 'p = os.fork()\nif not p: os._exit(0)\nos.waitpid(p, 0)', 'open'),
             ('vfork and exec', 'import subprocess\nsubprocess.run(["true"], check=True)', 'open'),
             ('unshare of files', 'call("unshare", 0x600)', 'open')]
    control = results_of(outside(world, program(ways, {}), world.work))
    if control['unshare user'] != 'open':
        pytest.skip('this system gives no user namespaces')
    assert not compare(world, ways, control, 3, 'open')
    world.write('project/program.py', program(ways, {}))
    done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', PYTHON, 'program.py')
    assert not compare(world, ways, results_of(done), 2, None), done.stderr


TABLES = r'''
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The 32-bit table by the gate that every 64-bit program may use; the stack is above 4 GiB, so no pointers. */
static long gate(long nr, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static void show(const char *name, long result)
{
	printf("%s %s\n", name, result < 0 && result > -4096 ? strerrorname_np((int)-result) : "open");
}

static void x32(const char *name, long nr, long a, long b)
{
	show(name, syscall(0x40000000L | nr, a, b, 0) < 0 ? -errno : 0);
}

int main(void)
{
	show("gate getpid", gate(20, 0, 0, 0));
	show("gate socketcall", gate(102, 0, 0, 0));
	show("gate unshare", gate(310, 0x10000000, 0, 0));
	show("gate keyctl", gate(288, 0, -3, 0));
	show("gate ioctl", gate(54, 0, 0x5412, 0));
	show("gate close", gate(6, 99, 0, 0));
	x32("x32 getpid", 39, 0, 0);
	x32("x32 ioctl", 514, 0, 0x5412);
	x32("x32 unshare", 272, 0x10000000, 0);
	x32("x32 ptrace", 521, 0, 0);
	show("a call of the future", syscall(1 << 20) < 0 ? -errno : 0);
	show("a negative call", syscall(-5) < 0 ? -errno : 0);
	show("the usual table", syscall(SYS_getpid));
	return 0;
}
'''


@pytest.mark.skipif(os.uname().machine != 'x86_64', reason='this processor has one table')
def test_other_tables_of_calls(world):
    world.write('project/tables.c', '#define _GNU_SOURCE\n' + TABLES)
    world.plain('gcc -O1 -o tables tables.c')
    control = dict(line.rsplit(' ', 1) for line in world.plain('./tables').stdout.strip().split('\n'))
    done = world.sh('./tables', '-s')
    got = dict(line.rsplit(' ', 1) for line in done.stdout.strip().split('\n'))
    assert {n for n, r in got.items() if n.startswith(('gate', 'x32')) and r != 'EPERM'} == set(), got
    assert got['a call of the future'] == 'ENOSYS' and got['the usual table'] == 'open'
    # Where the kernel has the table at all.
    assert control['gate getpid'] in ('open', 'ENOSYS') and control['x32 getpid'] in ('open', 'ENOSYS')
    assert control['gate close'] in ('EBADF', 'ENOSYS')


KERNEL_FILES = ['/proc/sys/kernel/hostname', '/proc/sys/kernel/core_pattern', '/proc/sys/vm/drop_caches', '/proc/sysrq-trigger',
                '/sys/fs/cgroup/cgroup.procs', '/sys/kernel/mm/transparent_hugepage/enabled', '/sys/power/state',
                '/proc/self/oom_score_adj',
                '/proc/self/uid_map', '/proc/self/mem', '/proc/self/comm', '/proc/self/clear_refs', '/proc/self/attr/current',
                '/proc/self/timens_offsets', '/proc/self/coredump_filter', '/proc/self/make-it-fail', '/proc/1/oom_score_adj']


def test_files_of_the_kernel(world):
    """Nothing below /proc and /sys is opened for writing, a root's neither, and no flag or profile changes that."""
    ways = [(path, f'os.open("{path}", os.O_WRONLY)', ('EACCES', 'ENOENT', 'EPERM', 'EROFS')) for path in KERNEL_FILES]
    control = results_of(outside(world, program(ways, {}), world.work))
    assert [control[p] for p in ('/proc/self/oom_score_adj', '/proc/self/mem', '/proc/self/comm')] == ['open'] * 3
    assert world.user != 'root' or control['/proc/sys/kernel/hostname'] == 'open'
    world.write('project/program.py', program(ways, {}))
    for flags in ([], ['--allow', '/proc'], ['--allow', '/proc/self'], ['--allow', '/sys'], ['--write-file', '/proc/sysrq-trigger']):
        done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', *flags, '--', PYTHON, 'program.py')
        got = results_of(done)
        assert not compare(world, ways, got, 2, None), (flags, done.stderr)
        assert {got[p] for p, result in control.items() if result == 'open'} <= {'EACCES'}


TREES = {'a btrfs snapshot': 0x50009401, 'a btrfs snapshot, version 2': 0x50009417, 'a btrfs subvolume': 0x5000940e,
         'a btrfs subvolume, version 2': 0x50009418, 'a btrfs subvolume removed': 0x5000940f,
         'a btrfs subvolume removed, version 2': 0x5000943f, 'a bcachefs subvolume': 0x4020bc10,
         'a bcachefs subvolume removed': 0x4020bc11, 'an OCFS2 copy by names': 0x40186f04}


def test_trees_made_by_ioctl(world):
    """Some file systems copy whole trees by an ioctl on a directory that may be read; others do not know the number."""
    ways = [(name, f'call("ioctl", os.open("/usr", os.O_RDONLY), {number}, 0)', 'EPERM', ('ENOTTY', 'EFAULT', 'EINVAL'))
            for name, number in TREES.items()]
    ways += [('cloning between descriptors', 'f = os.open("new", os.O_CREAT | os.O_RDWR)\ncall("ioctl", f, 0x40049409, f)',
              ('open', 'ENOTSUP', 'EINVAL', 'ENOTTY'), ('open', 'ENOTSUP', 'EINVAL', 'ENOTTY'))]
    try_ways(world, ways)


def test_a_ring_that_was_made_outside(world):
    """A ring carries calls past the filter: one that is open before nono starts is closed."""
    text = f'''{ATTACKER}
ring = call("io_uring_setup", 4, memory(120))
os.set_inheritable(ring, True)
import subprocess as sp
code = "import os; print(os.readlink('/proc/self/fd/%d'))" % ring
for words in (["{PYTHON}", "-c", code], ["{world.nono}", "run", "-s", "--allow", ".", "--allow-cwd", "--", "{PYTHON}", "-c", code]):
    print(sp.run(words, stdout=sp.PIPE, stderr=sp.STDOUT, close_fds=False).stdout.decode().strip().split("\\n")[-1])
'''
    lines = outside(world, text, world.work).stdout.strip().split('\n')
    if lines == ['']:
        pytest.skip('this kernel has no rings for this user')
    assert lines[0] == 'anon_inode:[io_uring]', lines
    assert 'FileNotFoundError' in lines[1], lines


def test_the_filter_cannot_be_taken_off(world):
    """Rights once given up stay given up: by none of the calls that set them, and not by running another program."""
    ways = [('no_new_privs off', 'r = libc.prctl(38, 0, 0, 0, 0)\nif r: raise OSError(ctypes.get_errno(), "prctl")', 'EINVAL',
             'EINVAL'),
            ('seccomp off', 'r = libc.prctl(22, 0, 0, 0, 0)\nif r: raise OSError(ctypes.get_errno(), "prctl")', 'EINVAL', 'EINVAL'),
            ('a filter that allows', 'import struct\nf = memory(struct.pack("HBBI", 6, 0, 0, 0x7fff0000))\n'
             'p = memory(struct.pack("HxxxxxxQ", 1, f))\nlibc.prctl(38, 1, 0, 0, 0)\n'
             'if libc.prctl(22, 2, ctypes.c_void_p(p), 0, 0): raise OSError(ctypes.get_errno(), "prctl")\n'
             'call("keyctl", 0, -3, 0)', 'ENOSYS'),
            ('a Landlock layer that allows', 'import struct\nlibc.prctl(38, 1, 0, 0, 0)\n'
                                             'f = call(444, memory(struct.pack("QQQ", 1 << 2, 0, 0)), 24, 0)\n'
             'call(445, f, 1, memory(struct.pack("=Qi", 1 << 2, os.open("/", os.O_PATH))), 0)\ncall(446, f, 0)\nread(T + "/key")',
             'EACCES'),
            ('capabilities', 'import struct\nh = memory(struct.pack("Ii", 0x20080522, 0))\n'
                             'd = memory(struct.pack("6I", 1 << 21, 1 << 21, 0, 0, 0, 0))\n'
             'if libc.capset(ctypes.c_void_p(h), ctypes.c_void_p(d)): raise OSError(ctypes.get_errno(), "capset")', 'EPERM',
             {'root': 'open', 'user': 'EPERM'}),
            ('securebits', 'if libc.prctl(28, 1, 0, 0, 0): raise OSError(ctypes.get_errno(), "prctl")', 'EPERM',
             {'root': 'open', 'user': 'EPERM'}),
            ('another uid', 'os.setresuid(65533, 65533, 65533)\nread(T + "/key")', {'root': 'EACCES', 'user': 'EPERM'},
             {'root': 'EACCES', 'user': 'EPERM'}),
            ('through exec', f'os.execv("{PYTHON}", ["python3", "-c", "open(%r)" % (T + "/key")])', 'exit 1', 'exit 0'),
            ('through setsid and two forks', 'if os.fork(): os._exit(os.waitstatus_to_exitcode(os.wait()[1]))\nos.setsid()\n'
             'if os.fork(): os._exit(os.waitstatus_to_exitcode(os.wait()[1]))\ntry: read(T + "/key")\n'
             'except PermissionError: os._exit(7)\n'
             'os._exit(0)', 'exit 7', 'exit 0')]
    try_ways(world, ways)


def test_the_state_of_the_process(world):
    """no_new_privs, a filter, and for a root few capabilities; outside none of it."""
    script = 'grep -E "^(NoNewPrivs|Seccomp|CapEff|CapBnd|CapPrm|CapInh|CapAmb):" /proc/self/status'

    def facts(done):
        return dict(line.split(':\t') for line in done.stdout.strip().split('\n'))

    assert facts(world.plain(script))['NoNewPrivs'] == '0'
    for mode in ('run', 'wrap'):
        got = facts(world.run(mode, '-s', '--allow-cwd', '--', 'sh', '-c', script))
        assert (got['NoNewPrivs'], got['Seccomp']) == ('1', '2')
        # CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID NET_BIND_SERVICE
        assert all(int(got[n], 16) & ~0x4fb == 0 for n in ('CapEff', 'CapPrm', 'CapInh', 'CapAmb')), got
        assert world.user != 'root' or int(got['CapBnd'], 16) & ~0x4fb == 0
        assert (int(got['CapEff'], 16) == 0) == (world.user != 'root')
