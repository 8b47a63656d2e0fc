# test_documented.py - what docs/guide/threat-model.md says is not protected: true, and no more.  SPDX-License-Identifier: Apache-2.0
"""If one of these fails because a way was closed, the page and this file change together."""
import os
import pty
import socket
import subprocess
import threading
import time

from ways import ATTACKER, KEY, PYTHON, fill, results_of, snapshot


def inside(world, ways, *flags, **names):
    text = f'{ATTACKER}\nattack({list(ways.items())!r}, **{names!r})\n'
    world.write('project/program.py', text)
    done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', *flags, '--', PYTHON, 'program.py')
    return results_of(done)


def test_existence_and_metadata(world):
    """stat, readlink, access, chdir, O_PATH and inotify tell of names; no content and no list of names comes out."""
    top = fill(world, '.ssh')
    before = snapshot(top)
    got = inside(world, {
        'stat': 'assert os.stat(T + "/key").st_size == %d' % len(KEY),
        'missing': 'os.stat(T + "/no such name")',
        'readlink': 'assert os.readlink(T + "/link") == "key"',
        'access': 'assert os.access(T + "/key", os.R_OK)',
        'chdir': 'os.chdir(T + "/sub")',
        'a path descriptor': 'os.open(T + "/key", os.O_PATH)',
        'inotify': 'fd = libc.inotify_init()\nassert libc.inotify_add_watch(fd, T.encode(), 0x20) >= 0',
        'its contents': 'read(T + "/key")',
        'its names': 'os.listdir(T)',
    }, T=top)
    assert got == {'stat': 'open', 'missing': 'ENOENT', 'readlink': 'open', 'access': 'open', 'chdir': 'open',
                   'a path descriptor': 'open', 'inotify': 'open', 'its contents': 'EACCES', 'its names': 'EACCES'}
    assert snapshot(top) == before


def test_modes_and_times_of_own_files(world):
    """They can be changed anywhere, and that opens nothing to the command itself."""
    top = fill(world, 'notes')
    got = inside(world, {
        'chmod': 'os.chmod(T + "/key", 0o666)',
        'fchmodat by descriptor': 'os.chmod("/proc/self/fd/%d" % os.open(T + "/sub", os.O_PATH), 0o711)',
        'utime': 'os.utime(T + "/key", (1, 1))',
        'setxattr': 'os.setxattr(T + "/key", "user.mark", b"x")',
        'chown': 'os.chown(T + "/empty", 12345, 12345)',
        'then reading': 'read(T + "/key")',
        'then writing': 'write(T + "/key")',
    }, T=top)
    chown = 'open' if world.user == 'root' else 'EPERM'
    assert got == {'chmod': 'open', 'fchmodat by descriptor': 'open', 'utime': 'open', 'setxattr': 'open', 'chown': chown,
                   'then reading': 'EACCES', 'then writing': 'EACCES'}
    st = os.stat(top + '/key')
    assert (st.st_mode & 0o777, st.st_mtime, os.getxattr(top + '/key', 'user.mark')) == (0o666, 1, b'x')
    with open(top + '/key', 'rb') as f:
        assert f.read() == KEY


def test_leases_and_file_flags(world):
    """A descriptor that can neither read nor write (access mode 3) is not refused; leases and file flags work on it."""
    top = fill(world, '.ssh')
    before = snapshot(top)
    got = inside(world, {
        'open for nothing': 'os.open(T + "/key", 3)',
        'file flags': 'b = memory(8)\nf = os.open(T + "/key", 3)\ncall("ioctl", f, 0x80086601, b)\ncall("ioctl", f, 0x40086602, b)',
        'a lease': 'import fcntl\nfcntl.fcntl(os.open(T + "/key", 3), fcntl.F_SETLEASE, fcntl.F_WRLCK)',
        'a lock': 'import fcntl\nfcntl.flock(os.open(T + "/key", 3), fcntl.LOCK_SH)',
        'reading it': 'os.read(os.open(T + "/key", 3), 10)',
        'writing it': 'os.write(os.open(T + "/key", 3), b"x")',
        'truncating it': 'os.ftruncate(os.open(T + "/key", 3), 0)',
        'mapping it': 'import mmap\nmmap.mmap(os.open(T + "/key", 3), 4)',
        'reopening it': 'read("/proc/self/fd/%d" % os.open(T + "/key", 3))',
        'sending it away': 'os.sendfile(1, os.open(T + "/key", 3), 0, 10)',
        'copying it': 'f = os.open("copy", os.O_CREAT | os.O_RDWR)\nos.copy_file_range(os.open(T + "/key", 3), f, 10)',
        'running it': 'os.execve(os.open(T + "/tool", 3), ["x"], {})',
    }, T=top)
    assert (got.pop('open for nothing'), got.pop('a lease')) == ('open', 'open')
    assert got.pop('file flags') in ('open', 'ENOTTY', 'ENOTSUP')  # not every file system has some
    assert got == {'a lock': 'EBADF', 'reading it': 'EBADF', 'writing it': 'EBADF', 'truncating it': 'EINVAL',
                   'mapping it': 'EACCES', 'reopening it': 'EACCES', 'sending it away': 'EBADF', 'copying it': 'EBADF',
                   'running it': 'EACCES'}
    assert snapshot(top) == before


def test_path_named_sockets(world):
    """A server outside can be reached by its path, and what descriptors it hands over work; its file stays unreadable."""
    path = world.path('agent.sock')
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    world.own(path)
    server.listen(8)
    key = world.write('.ssh/key', KEY)
    fd = os.open(key, os.O_RDONLY)

    def serve():
        for _ in range(2):
            peer, _address = server.accept()
            socket.send_fds(peer, [b'take'], [fd])
            peer.close()

    thread = threading.Thread(target=serve)
    thread.start()
    got = inside(world, {
        'connecting': 'import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect(S)\nassert s.recv(4) == b"take"',
        'a handed descriptor': 'import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect(S)\n'
                               'fd = socket.recv_fds(s, 4, 1)[1][0]\nassert b"secret" in os.pread(fd, 100, 0)',
        'what it stands for, opened anew': 'read(S.replace("agent.sock", ".ssh/key"))',
    }, S=path)
    thread.join(60)
    server.close()
    os.close(fd)
    assert got == {'connecting': 'open', 'a handed descriptor': 'open', 'what it stands for, opened anew': 'EACCES'}


def test_shared_directories(world):
    """/tmp and /dev/shm are everybody's: what another program of the user left there can be read and changed."""
    name = f'nono-shared-{os.getpid()}'
    paths = [f'/tmp/{name}', f'/dev/shm/{name}']
    try:
        world.plain(' '.join(f'echo other > {p};' for p in paths))
        done = world.sh(' '.join(f'cat {p}; echo changed > {p};' for p in paths), '-s')
        assert done.stdout == 'other\n' * 2, done.stderr
        assert [open(p, encoding='utf-8').read() for p in paths] == ['changed\n'] * 2
    finally:
        for p in paths:
            os.unlink(p)


def test_other_terminals(world):
    """What is typed into another terminal of the same user can be read, and text can be put on it; nothing is typed into it."""
    master, slave = pty.openpty()
    if os.getuid() == 0:
        os.fchown(slave, *(world.identity().get(k, 0) for k in ('user', 'group')))
    os.write(master, b'password\n')
    got = inside(world, {'reading': 'assert os.read(os.open(N, os.O_RDONLY | os.O_NOCTTY), 20) == b"password\\n"',
                         'writing': 'os.write(os.open(N, os.O_WRONLY | os.O_NOCTTY), b"from inside")',
                         'typing': 'call("ioctl", os.open(N, os.O_RDWR | os.O_NOCTTY), 0x5412, memory(b"x"))'}, N=os.ttyname(slave))
    assert got == {'reading': 'open', 'writing': 'open', 'typing': 'EPERM'}
    assert b'from inside' in os.read(master, 1000)
    os.close(master)
    os.close(slave)


def test_command_lines_of_others(world):
    """/proc shows the words of other processes, and neither their memory nor their environment."""
    process = subprocess.Popen(['sleep', '60'], env={**world.environment(), 'TOKEN': 'hidden'}, **world.identity())
    try:
        got = inside(world, {'words': 'assert b"sleep" in read("/proc/%d/cmdline" % P)',
                             'environment': 'read("/proc/%d/environ" % P)'}, P=process.pid)
    finally:
        process.kill()
        process.wait()
    assert got == {'words': 'open', 'environment': 'EACCES'}


def test_listening_without_a_port(world):
    """listen without bind opens a random port even where only one may be listened on; a named one is refused."""
    world.write('project/listen.py', 'import socket, errno\n'
                's = socket.socket(); s.listen(); print(s.getsockname()[1] > 0)\n'
                'try: socket.socket().bind(("127.0.0.1", 0)); print("bound")\n'
                'except OSError as e: print(errno.errorcode[e.errno])')
    done = world.run('run', '-s', '--listen-port', '45671', '--allow-cwd', '--', PYTHON, 'listen.py')
    assert done.stdout == 'True\nEACCES\n', done.stderr


def test_running_is_not_decided_by_path(world):
    """Whatever can be read or made can be run, under any name; it runs in the same sandbox."""
    world.plain('cp /bin/cat innocent')
    key = world.write('.ssh/key', KEY)
    loader = next((p for p in ('/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1') if os.path.exists(p)), None)
    ways = [('a copy', './innocent')]
    if loader:
        ways.append(('the loader', f'{loader} ./innocent'))
    for name, words in ways:
        world.write('project/f', 'own')
        assert world.sh(f'{words} f', '-s').stdout == 'own', name
        done = world.sh(f'{words} {key}', '-s')
        assert done.stdout == '' and 'Permission denied' in done.stderr, (name, done.stderr)
    got = inside(world, {
        'from memory': 'f = os.memfd_create("x", 0)\nos.write(f, open("/bin/true", "rb").read())\n'
                       'os.execve(f, ["true"], {})',
        'a blocked command': 'os.execv("/bin/chmod", ["chmod", "--version"])'})
    assert got == {'from memory': 'exit 0', 'a blocked command': 'exit 0'}


def test_a_background_process_stays_confined(world):
    """What the command leaves behind lives on after nono, in the same sandbox."""
    key = world.write('.ssh/key', KEY)
    script = f'(setsid sh -c "while [ ! -e go ]; do sleep 0.05; done; cat {key} > got 2> why; echo $? > end" >/dev/null 2>&1 &)'
    assert world.sh(script, '-s', '-p', 'claude-code').returncode == 0
    world.write('project/go', '')
    for _ in range(200):
        if os.path.exists(world.path('project/end')):
            break
        time.sleep(0.05)
    with open(world.path('project/why'), encoding='utf-8') as f:
        assert 'Permission denied' in f.read()
    assert os.path.getsize(world.path('project/got')) == 0


def test_the_environment_that_nono_is_given(world):
    """TMPDIR is shared as it stands; it lifts no protection. (HOME and XDG_*: test_surroundings.py.)"""
    docs = fill(world, 'docs')
    world.write('.ssh/key', KEY)
    assert world.sh(f'cat {docs}/key', '-s').stdout == ''
    done = world.sh(f'cat {docs}/key; echo x > {docs}/new; cat ~/.ssh/key', '-s', env={'TMPDIR': docs})
    assert done.stdout == KEY.decode() and os.path.exists(docs + '/new')
    assert done.stderr.count('Permission denied') == 1


def test_what_a_root_may_read(world):
    """As root all of /etc is readable, as for any root's program; nothing in it can be written."""
    if world.user != 'root':
        assert world.sh('cat /etc/shadow', '-s').returncode != 0
        return
    before = snapshot('/etc/shadow')
    assert world.sh('cat /etc/shadow > /dev/null', '-s').returncode == 0
    done = world.sh('echo x >> /etc/shadow; echo x > /etc/nono-new', '-s')
    assert done.stderr.count('Permission denied') == 2
    assert snapshot('/etc/shadow') == before and not os.path.exists('/etc/nono-new')


def test_memory_and_processes_are_not_counted(world):
    """No limit is set that was not there before."""
    script = 'ulimit -a | grep -vi "pending signals"'
    assert world.sh(script, '-s').stdout == world.plain(script).stdout
