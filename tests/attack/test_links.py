# test_links.py - a protected file by every other name there is.  SPDX-License-Identifier: Apache-2.0
import pytest
from ways import KEY, snapshot, try_ways

READ = [
    ('its own name', 'read(T + "/key")', 'EACCES'),
    ('dots and slashes', 'read(T + "/..//" + os.path.basename(T) + "/./sub/../key")', 'EACCES'),
    ('relative, from the working directory', 'read(os.path.relpath(T + "/key"))', 'EACCES'),
    ('a link in the protected directory', 'read(T + "/link")', 'EACCES'),
    ('a link in the working directory', 'os.symlink(T + "/key", "l1")\nread("l1")', 'EACCES'),
    ('a link to the directory', 'os.symlink(T, "l2")\nread("l2/key")', 'EACCES'),
    ('a relative link', 'os.symlink(os.path.relpath(T), "l3")\nread("l3/key")', 'EACCES'),
    ('a link to a link', 'os.symlink(T, "l4")\nos.symlink("l4/key", "l5")\nread("l5")', 'EACCES'),
    ('a link in /tmp', 'p = "/tmp/nono-%d" % os.getpid()\nos.symlink(T, p)\n'
     'try: read(p + "/key")\nfinally: os.unlink(p)', 'EACCES'),
    ('/proc/self/root', 'read("/proc/self/root" + T + "/key")', 'EACCES'),
    ('/proc/thread-self/root', 'read("/proc/thread-self/root" + T + "/key")', 'EACCES'),
    ('/proc/PID/root', 'read("/proc/%d/root%s/key" % (os.getpid(), T))', 'EACCES'),
    ('/proc/PID/task/TID/root', 'read("/proc/self/task/%d/root%s/key" % (os.getpid(), T))', 'EACCES'),
    ('twice /proc/self/root', 'read("/proc/self/root/proc/self/root" + T + "/key")', 'EACCES'),
    ('/proc/self/cwd', 'os.chdir(T)\nread("/proc/self/cwd/key")', 'EACCES'),
    ('the current directory', 'os.chdir(T)\nread("key")', 'EACCES'),
    ('a link opened after chdir', 'os.chdir(T + "/sub")\nread("../link")', 'EACCES'),
    ('a directory opened as a path', 'read("key", dir_fd=os.open(T, os.O_PATH))', 'EACCES'),
    ('/proc/self/fd of a directory', 'read("/proc/self/fd/%d/key" % os.open(T, os.O_PATH))', 'EACCES'),
    ('/proc/self/fd of a file', 'read("/proc/self/fd/%d" % os.open(T + "/key", os.O_PATH))', 'EACCES'),
    ('/dev/fd of a file', 'read("/dev/fd/%d" % os.open(T + "/key", os.O_PATH))', 'EACCES'),
    ('/proc/thread-self/fd of a file', 'read("/proc/thread-self/fd/%d" % os.open(T + "/key", os.O_PATH))', 'EACCES'),
    ('openat2', 'how = memory(b"\\0" * 24)\ncall("openat2", HERE, T + "/key", how, 24)', 'EACCES'),
    ('openat2, RESOLVE_IN_ROOT', 'import struct\nhow = memory(struct.pack("QQQ", 0, 0, 0x10))\n'
     'call("openat2", os.open("/", os.O_PATH), T + "/key", how, 24)', 'EACCES'),
    ('the list of names', 'os.listdir(T)', 'EACCES'),
    ('the list of names by /proc/self/fd', 'os.listdir("/proc/self/fd/%d" % os.open(T, os.O_PATH))', 'EACCES'),
    ('a descriptor for writing only', 'os.open(T + "/key", os.O_WRONLY)', 'EACCES'),
    ('access mode three, truncating', 'os.open(T + "/key", 3 | os.O_TRUNC)', 'EACCES'),
    ('a child process', 'import subprocess\nif subprocess.run(["cat", T + "/key"], stderr=-3).returncode: '
     'raise PermissionError(13, "cat")', 'EACCES'),
    ('a thread', 'import threading\nout = []\n'
     'def go():\n  try: out.append(read(T + "/key"))\n  except OSError as e: out.append(e)\n'
     't = threading.Thread(target=go)\nt.start()\nt.join()\nif isinstance(out[0], OSError): raise out[0]', 'EACCES'),
    ('as a root directory', 'os.chroot(T)\nread("/key")', 'EPERM', {'root': 'open', 'user': 'EPERM'}),
    ('as a program', 'os.execv(T + "/tool", ["tool"])', 'EACCES', 'exit 42'),
    ('as a program by descriptor', 'f = os.open(T + "/tool", os.O_PATH)\nos.set_inheritable(f, True)\n'
     'call("execveat", f, "", 0, 0, 0x1000)', 'EACCES', 'exit 42'),
    ('as a script for a shell', 'os.execv("/bin/sh", ["sh", T + "/tool"])', ('exit 2', 'exit 126', 'exit 127'), 'exit 42'),
    ('by its file handle', 'import struct\nh = memory(struct.pack("Ii", 128, 0) + b"\\0" * 128)\nm = memory(8)\n'
     'call("name_to_handle_at", HERE, T + "/key", h, m, 0)\n'
     'call("open_by_handle_at", os.open(".", os.O_RDONLY), h, 0)', 'EPERM', {'root': 'open', 'user': 'EPERM'}),
]


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_reading(world, mode):
    try_ways(world, READ, mode=mode)


def test_without_a_profile(world):
    try_ways(world, READ, '--allow', world.work, profile='default')


def test_nothing_of_it_is_printed(world):
    """The key's text appears nowhere: not in nono's own words about the refusal either."""
    key = world.write('.ssh/id_ed25519', KEY)
    assert KEY.decode() in world.plain(f'cat {key}').stdout
    done = world.run('run', '-vv', '-p', 'claude-code', '--allow-cwd', '--', 'cat', key)
    assert done.returncode == 1 and f'cat: {key}: Permission denied' in done.stderr
    assert 'very secret' not in done.stdout + done.stderr


def test_a_key_that_is_linked_away(world):
    """~/.ssh is a link, and a granted directory has a link to the same place: what it leads to is protected."""
    real = world.mkdir('vault')
    world.write('vault/key', KEY)
    world.plain(f'ln -s {real} {world.home}/.ssh; mkdir {world.home}/open; ln -s {real} {world.home}/open/way')
    before = snapshot(real)
    flags = ('--read', world.path('open'))
    done = world.sh('cat ~/.ssh/key ~/open/way/key ~/vault/key', '-s', *flags)
    assert done.stdout == '' and done.stderr.count('Permission denied') == 3
    done = world.sh('cat ~/vault/key', '-s', '--read', real)
    assert done.returncode == 1 and done.stdout == ''
    assert snapshot(real) == before
