# attacker.py - what every attack program begins with; it is copied in front of it.  SPDX-License-Identifier: Apache-2.0
"""Each way runs in a process of its own, so that whatever it does to itself ends there. What became of it is printed as
JSON: "open", the name of an errno, "signal N", "exit N" when it became another program, or what else it raised."""
import ctypes
import errno
import json
import os
import platform
import signal
import sys

# Numbers of system calls: x86-64, then the table that later architectures share.
CALLS = {
    'ioctl': (16, 29), 'socket': (41, 198), 'sendto': (44, 206), 'sendmmsg': (307, 269), 'shmget': (29, 194), 'shmat': (30, 196),
    'shmctl': (31, 195), 'clone': (56, 220),
    'semget': (64, 190), 'semctl': (66, 191), 'msgget': (68, 186), 'msgsnd': (69, 189), 'msgrcv': (70, 188),
    'msgctl': (71, 187), 'ptrace': (101, 117), 'syslog': (103, 116), 'rt_sigqueueinfo': (129, 138),
    'setpriority': (141, 140), 'sched_setparam': (142, 118), 'sched_setscheduler': (144, 119), 'vhangup': (153, 58),
    'pivot_root': (155, 41), 'acct': (163, 89), 'settimeofday': (164, 170), 'mount': (165, 40), 'umount2': (166, 39),
    'swapon': (167, 224), 'swapoff': (168, 225), 'reboot': (169, 142), 'sethostname': (170, 161),
    'setdomainname': (171, 162), 'init_module': (175, 105), 'delete_module': (176, 106), 'quotactl': (179, 60),
    'tkill': (200, 130), 'sched_setaffinity': (203, 122), 'clock_settime': (227, 112), 'tgkill': (234, 131),
    'mq_open': (240, 180), 'mq_unlink': (241, 181), 'kexec_load': (246, 104), 'add_key': (248, 217),
    'request_key': (249, 218), 'keyctl': (250, 219), 'ioprio_set': (251, 30), 'ioprio_get': (252, 31),
    'migrate_pages': (256, 238), 'linkat': (265, 37), 'unshare': (272, 97), 'get_robust_list': (274, 100),
    'move_pages': (279, 239), 'perf_event_open': (298, 241), 'fanotify_init': (300, 262), 'prlimit64': (302, 261),
    'name_to_handle_at': (303, 264), 'open_by_handle_at': (304, 265), 'setns': (308, 268),
    'process_vm_readv': (310, 270), 'process_vm_writev': (311, 271), 'kcmp': (312, 272), 'finit_module': (313, 273),
    'sched_setattr': (314, 274), 'renameat2': (316, 276), 'bpf': (321, 280), 'execveat': (322, 281),
    'userfaultfd': (323, 282), 'pidfd_send_signal': (424, 424), 'io_uring_setup': (425, 425),
    'io_uring_enter': (426, 426), 'io_uring_register': (427, 427), 'open_tree': (428, 428), 'move_mount': (429, 429),
    'fsopen': (430, 430), 'fsconfig': (431, 431), 'fsmount': (432, 432), 'fspick': (433, 433),
    'pidfd_open': (434, 434), 'clone3': (435, 435), 'openat2': (437, 437), 'pidfd_getfd': (438, 438),
    'process_madvise': (440, 440), 'mount_setattr': (442, 442), 'quotactl_fd': (443, 443),
    'open_tree_attr': (467, 467),
}
HERE = -100  # AT_FDCWD
TIME_LIMIT_S = 20

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
HOME = os.environ['HOME']
KEEP = []  # memory that a call still uses


def number(name):
    return CALLS[name][0 if platform.machine() == 'x86_64' else 1]


def memory(size_or_bytes):
    KEEP.append(ctypes.create_string_buffer(size_or_bytes))
    return ctypes.addressof(KEEP[-1])


def call(which, *args):
    """A system call by name or number; text is a C string. Raises OSError."""
    words = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(os.fsencode(a)) for a in args]
    result = libc.syscall(ctypes.c_long(number(which) if isinstance(which, str) else which), *words)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def read(path, **more):
    fd = os.open(path, os.O_RDONLY, **more)
    return os.read(fd, 100)


def write(path, flags=0):
    fd = os.open(path, os.O_WRONLY | flags)
    os.write(fd, b'overwritten')


def attempt(code, names):
    """In the way's own process: the outcome, where it has one to tell."""
    signal.alarm(TIME_LIMIT_S)
    try:
        exec(compile(code, 'way', 'exec'), names)  # pylint: disable=exec-used
        return 'open'
    except OSError as e:
        return errno.errorcode.get(e.errno, str(e))
    except BaseException as e:  # pylint: disable=broad-except
        return f'{type(e).__name__}: {e}'


def fork_way(code, names):
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ours)
        os.write(theirs, attempt(code, names).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, 'rb') as f:
        told = f.read().decode()
    _, status = os.waitpid(pid, 0)
    if told:
        return told
    return f'signal {os.WTERMSIG(status)}' if os.WIFSIGNALED(status) else f'exit {os.WEXITSTATUS(status)}'


def attack(ways, **names):
    results = {}
    for name, code in ways:
        sys.stdout.flush()
        results[name] = fork_way(code, dict(globals(), **names))
    print(json.dumps(results))
