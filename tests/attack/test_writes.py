# test_writes.py - changing, making, moving and removing what may be read, or not even that.  SPDX-License-Identifier: Apache-2.0
import os

import pytest
from ways import ATTACKER, PYTHON, compare, fill, outside, results_of, snapshot, try_ways

# What EXDEV stands for: Landlock answers so where a program might copy instead.
CHANGES = [
    ('opening to write', 'write(T + "/key")', 'EACCES'),
    ('appending', 'write(T + "/key", os.O_APPEND)', 'EACCES'),
    ('O_TRUNC', 'os.open(T + "/key", os.O_WRONLY | os.O_TRUNC)', 'EACCES'),
    ('O_TRUNC for reading', 'os.open(T + "/key", os.O_RDONLY | os.O_TRUNC)', 'EACCES'),
    ('O_TRUNC with access mode three', 'os.open(T + "/key", 3 | os.O_TRUNC)', 'EACCES'),
    ('truncate', 'os.truncate(T + "/key", 3)', 'EACCES'),
    ('truncate to more', 'os.truncate(T + "/key", 1 << 20)', 'EACCES'),
    ('truncate by /proc/self/fd', 'os.truncate("/proc/self/fd/%d" % os.open(T + "/key", os.O_PATH), 0)', 'EACCES'),
    ('writing by /proc/self/fd', 'write("/proc/self/fd/%d" % os.open(T + "/key", os.O_PATH))', 'EACCES'),
    ('writing by /proc/self/root', 'write("/proc/self/root" + T + "/key")', 'EACCES'),
    ('openat2 with O_TRUNC', 'import struct\nhow = memory(struct.pack("QQQ", os.O_WRONLY | os.O_TRUNC, 0, 0))\n'
     'call("openat2", HERE, T + "/key", how, 24)', 'EACCES'),
    ('a new file', 'os.close(os.open(T + "/new", os.O_CREAT | os.O_EXCL | os.O_WRONLY))', 'EACCES'),
    ('a new file for reading', 'os.close(os.open(T + "/new2", os.O_CREAT | os.O_RDONLY))', 'EACCES'),
    ('a new file through a dangling link', 'os.symlink(T + "/new3", "d")\nos.close(os.open("d", os.O_CREAT | os.O_WRONLY))',
     'EACCES'),
    ('a file without a name', 'os.open(T, os.O_TMPFILE | os.O_RDWR)', 'EACCES'),
    ('a directory', 'os.mkdir(T + "/dir")', 'EACCES'),
    ('a link', 'os.symlink("key", T + "/other")', 'EACCES'),
    ('a pipe', 'os.mkfifo(T + "/pipe")', 'EACCES'),
    ('a plain file by mknod', 'os.mknod(T + "/node", 0o100600)', 'EACCES'),
    ('a socket by mknod', 'os.mknod(T + "/node2", 0o140600)', 'EACCES'),
    ('a socket', 'import socket\nsocket.socket(socket.AF_UNIX).bind(T + "/socket")', 'EACCES'),
    ('a device', 'os.mknod(T + "/disk", 0o060600, os.makedev(254, 0))', ('EACCES', 'EPERM'), {'root': 'open', 'user': 'EPERM'}),
    ('a device in the working directory', 'os.mknod("disk", 0o060600, os.makedev(254, 0))', ('EACCES', 'EPERM'),
     {'root': 'open', 'user': 'EPERM'}),
    ('an empty device in the working directory', 'os.mknod("white", 0o020600, 0)', 'EACCES'),
    ('renaming within', 'os.rename(T + "/sub/deep", T + "/sub/deeper")', 'EACCES'),
    ('renaming between directories', 'os.rename(T + "/sub/deeper", T + "/moved")', ('EACCES', 'ENOENT')),
    ('moving out', 'os.rename(T + "/moved", "moved")', ('EACCES', 'ENOENT')),
    ('moving in', 'open("mine", "w").close()\nos.rename("mine", T + "/mine")', ('EACCES', 'EXDEV')),
    ('moving in over a file', 'open("mine2", "w").close()\nos.rename("mine2", T + "/empty")', ('EACCES', 'EXDEV')),
    ('exchanging', 'open("mine3", "w").close()\ncall("renameat2", HERE, "mine3", HERE, T + "/empty", 2)', ('EACCES', 'EXDEV')),
    ('exchanging the other way', 'open("mine4", "w").close()\ncall("renameat2", HERE, T + "/empty", HERE, "mine4", 2)',
     ('EACCES', 'EXDEV')),
    ('exchanging with a directory', 'os.mkdir("mine5")\ncall("renameat2", HERE, "mine5", HERE, T + "/sub", 2)', ('EACCES', 'EXDEV')),
    ('moving with a whiteout left', 'call("renameat2", HERE, T + "/empty", HERE, T + "/gone", 4)', 'EACCES',
     ('open', 'EPERM', 'EINVAL')),
    ('a hard link out', 'os.link(T + "/key", "hard")', ('EACCES', 'EXDEV')),
    ('a hard link in', 'open("mine6", "w").close()\nos.link("mine6", T + "/mine6")', ('EACCES', 'EXDEV')),
    ('a hard link by descriptor', 'call("linkat", HERE, "/proc/self/fd/%d" % os.open(T + "/key", os.O_PATH), HERE, "hard2", 0x400)',
     ('EACCES', 'EXDEV')),
    ('a hard link by AT_EMPTY_PATH', 'call("linkat", os.open(T + "/key", os.O_PATH), "", HERE, "hard3", 0x1000)',
     ('EACCES', 'EXDEV'), ('open', 'ENOENT')),
    ('a hard link of a link', 'call("linkat", HERE, T + "/link", HERE, "hard4", 0)', {'root': 'EXDEV', 'user': ('EXDEV', 'EPERM')},
     {'root': 'open', 'user': ('open', 'EPERM')}),
    ('a nameless file linked in', 'f = os.open(".", os.O_TMPFILE | os.O_RDWR)\n'
     'call("linkat", HERE, "/proc/self/fd/%d" % f, HERE, T + "/linked", 0x400)', ('EACCES', 'EXDEV')),
    ('removing a file', 'os.unlink(T + "/tool")', 'EACCES'),
    ('removing a link', 'os.unlink(T + "/link")', 'EACCES'),
    ('removing by directory descriptor', 'os.unlink("key", dir_fd=os.open(T, os.O_PATH))', 'EACCES'),
    ('removing a directory', 'os.mkdir(T + "/sub/x") if "decoy" in T else None\n'
     'os.rmdir(T + ("/sub/x" if "decoy" in T else "/sub"))', 'EACCES'),
    ('moving the whole directory', 'os.rename(T, T + "-moved")', 'EACCES'),
]


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_what_is_not_granted(world, mode):
    try_ways(world, CHANGES, mode=mode)


def test_what_is_granted_for_reading(world):
    fill(world, 'shown')
    done = world.sh('cat ~/shown/key', '--read', world.path('shown'))
    assert 'very secret' in done.stdout, 'the grant itself works'
    try_ways(world, CHANGES, '--read', world.path('shown'), target='shown')


READ_ONLY = [
    ('writing through a shared mapping', 'import mmap\nf = os.open(T + "/key", os.O_RDONLY)\n'
     'mmap.mmap(f, 4, mmap.MAP_SHARED, mmap.PROT_WRITE | mmap.PROT_READ)', 'EACCES', 'EACCES'),
    ('ftruncate', 'os.ftruncate(os.open(T + "/key", os.O_RDONLY), 0)', 'EINVAL', 'EINVAL'),
    ('a mapping made writable', 'import mmap\nf = os.open(T + "/key", os.O_RDONLY)\n'
     'p = libc.mmap\np.restype = ctypes.c_void_p\np.argtypes = [ctypes.c_void_p, ctypes.c_long, ctypes.c_int, ctypes.c_int, '
     'ctypes.c_int, ctypes.c_long]\na = p(None, 4096, 1, 1, f, 0)\n'
     'if libc.mprotect(ctypes.c_void_p(a), 4096, 3): raise OSError(ctypes.get_errno(), "mprotect")', 'EACCES', 'EACCES'),
    ('a read-only descriptor opened anew', 'write("/proc/self/fd/%d" % os.open(T + "/key", os.O_RDONLY))', 'EACCES'),
]


def test_a_descriptor_for_reading_gives_no_more(world):
    fill(world, 'shown')
    try_ways(world, READ_ONLY, '--read', world.path('shown'), target='shown')


BETWEEN = [
    ('from reading to writing, by link', 'os.link(A + "/key", B + "/1")', 'EXDEV'),
    ('from reading to writing, by name', 'os.rename(A + "/key", B + "/2")', ('EACCES', 'EXDEV')),
    ('a directory, from reading to writing', 'os.rename(A + "/sub", B + "/3")', ('EACCES', 'EXDEV')),
    ('exchanged', 'call("renameat2", HERE, A + "/empty", HERE, B + "/empty", 2)', ('EACCES', 'EXDEV')),
    ('from writing alone to both, by name', 'os.rename(C + "/key", B + "/4")', 'EXDEV'),
    ('from writing alone to both, by link', 'os.link(C + "/tool", B + "/5")', 'EXDEV'),
    ('reading what may be written', 'read(C + "/empty")', 'EACCES'),
]


def test_no_grant_grows_by_moving(world):
    """Three grants side by side, for reading, for writing and for both: nothing gains a right by going to another."""
    for top in ('out', 'in'):
        for name in ('read', 'both', 'write'):
            fill(world, f'{top}/{name}')

    def text(top):
        where = {n: world.path(f'{top}/{d}') for n, d in (('A', 'read'), ('B', 'both'), ('C', 'write'))}
        return f'{ATTACKER}\nattack({[w[:2] for w in BETWEEN]!r}, **{where!r})\n'

    assert not compare(world, BETWEEN, results_of(outside(world, text('out'), world.work)), 3, 'open')
    before = snapshot(world.path('in'))
    world.write('project/program.py', text('in'))
    done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--read', world.path('in/read'), '--allow',
                     world.path('in/both'), '--write', world.path('in/write'), '--', PYTHON, 'program.py')
    assert not compare(world, BETWEEN, results_of(done), 2, None), done.stdout
    assert snapshot(world.path('in')) == before


def test_the_granted_directory_itself_stays(world):
    """Its parent is not granted: it can be neither moved nor exchanged for a link that a later run would follow."""
    ways = [('exchanged for a link', 'os.symlink("/etc", "l")\ncall("renameat2", HERE, "l", HERE, T + "/granted", 2)',
             ('EACCES', 'EXDEV')),
            ('exchanged for a directory', 'os.mkdir("d")\ncall("renameat2", HERE, "d", HERE, T + "/granted", 2)',
             ('EACCES', 'EXDEV')),
            ('moved', 'os.rename(T + "/granted", T + "/away")', 'EACCES')]
    fill(world, 'tree/granted')
    fill(world, 'decoy/granted')
    try_ways(world, ways, '--allow', world.path('tree/granted'), target='tree')
    done = world.sh('echo new > ~/tree/granted/new && cat ~/tree/granted/new', '--allow', world.path('tree/granted'))
    assert done.stdout == 'new\n', 'the grant itself works'


def test_a_core_dump(world):
    """The kernel writes one in the current directory, in the name of whoever crashed: not where nothing is granted."""
    with open('/proc/sys/kernel/core_pattern', encoding='ascii') as f:
        if f.read().strip()[:1] in ('|', '/', '@'):
            pytest.skip('core dumps go elsewhere here')
    code = ('import resource\nresource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)\n'
            'os.chdir(T)\nos.kill(os.getpid(), signal.SIGSEGV)')
    try_ways(world, [('crashing', code, 'signal 11', 'signal 11')])
    assert [n for n in os.listdir(world.path('decoy')) if n.startswith('core')], 'the positive control'


def test_a_granted_file_is_one_object(world):
    """Case of a file that is replaced: the new file of that name is not granted, the old one under another name is."""
    config = world.write('app/config', 'one')
    done = world.run('run', '-s', '--allow-file', config, '--allow', world.work, '--', 'sh', '-c', f'''
        echo two > {config} && cat {config}
        mv {config} moved; echo moved: $?
        echo three > new; mv new {config}; echo over: $?
        ln {config} linked; echo linked: $?''')
    assert done.stdout == 'two\nmoved: 1\nover: 1\nlinked: 1\n'
    process = world.start('run', '-s', '--read-file', config, '--allow', world.work, '--', 'sh', '-c',
                          f'echo ready; read x; cat {config}; echo $?; cat project/kept; cat kept; echo $?', stdin=-1, stdout=-1,
                          stderr=-3)
    assert process.stdout.readline() == b'ready\n'
    world.plain(f'mv {config} {world.work}/kept; echo secret > {config}')
    out, _ = process.communicate(b'\n', timeout=60)
    assert out == b'1\ntwo\n0\n'
