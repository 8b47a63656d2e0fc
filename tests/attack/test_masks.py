# test_masks.py - a denied file in a granted directory, by every way there is.  SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import time

import pytest
from ways import snapshot

SECRET = 'very secret'

# Each prints what it read of ~/repo/.env or of ~/repo/keys/id, or fails. Control: the same on ~/repo/open must work.
WAYS = {
    'cat': 'cat {f}',
    'copy': 'cp {f} ~/repo/x && cat ~/repo/x',
    'rename it': 'mv {f} ~/repo/x && cat ~/repo/x',
    'rename its directory': 'mv ~/repo ~/other && cat ~/other/{r}; mv ~/other ~/repo',
    'hard link': 'ln {f} ~/repo/x && cat ~/repo/x',
    'symbolic link': 'ln -s {f} ~/repo/l && cat ~/repo/l',
    'through /proc/self/root': 'cat /proc/self/root{f}',
    'through the working directory': 'cd ~/repo && cat /proc/self/cwd/{r}',
    'through the first process': 'cat /proc/1/root{f}',
    'through the shell above': 'cat /proc/$PPID/root{f}',
    'by a directory that was opened': 'cd / && exec 7< ~/repo && cat /proc/self/fd/7/{r}',
    'unmounted': 'umount {f}; umount -l ~/repo/keys; cat {f}',
    'a namespace more': 'unshare -Urm sh -c "umount {f}; umount -l ~/repo/keys; cat {f}"',
    'another root': 'unshare -Ur chroot / cat {f}',
    'bound elsewhere': 'unshare -Urm sh -c "mkdir ~/repo/b; mount --bind ~/repo ~/repo/b; cat ~/repo/b/{r}"',
    'an archive': 'tar -cf - -C ~/repo . | tar -xOf - ./{r}',
    'exchanged': 'python3 -c "import ctypes,os;h=os.path.expanduser(\'~/repo\');open(h+\'/x\',\'w\').close();'
                 'print(ctypes.CDLL(None).renameat2(-100,(h+\'/x\').encode(),-100,\'{f}\'.encode(),2))"; cat ~/repo/x',
    'a descriptor linked': 'python3 -c "import os;fd=os.open(\'{f}\',os.O_PATH);'
                           'os.link(\'/proc/self/fd/%d\'%fd,os.path.expanduser(\'~/repo/x\'),follow_symlinks=True)"; cat ~/repo/x',
    'a descriptor opened again': 'python3 -c "import os;fd=os.open(\'{f}\',os.O_PATH);print(open(\'/proc/self/fd/%d\'%fd).read())"',
    'another mode': 'chmod 777 {f}; chmod 777 ~/repo/keys; cat {f}',
    'removed and put back': 'rm -rf {f} ~/repo/keys; git -C ~/repo checkout -- . 2>/dev/null; cat {f}',
}


@pytest.fixture
def repo(world):
    world.write('repo/.env', SECRET)
    world.write('repo/keys/id', SECRET)
    world.write('repo/open', 'can be read')
    world.profile('repo', json.dumps({'filesystem': {'allow': ['~/repo'], 'deny': ['~/repo/**/.env', '~/repo/keys']}}))
    return world


@pytest.mark.parametrize('denied', ['.env', 'keys/id'])
@pytest.mark.parametrize('way', WAYS)
def test_no_way_reads_it(repo, way, denied):
    before = snapshot(repo.path('repo'))
    script = WAYS[way].format(f=repo.path(f'repo/{denied}'), r=denied)
    done = repo.sh(script, '-s', '-p', 'repo')
    assert SECRET not in done.stdout + done.stderr, done
    repo.plain('rm -rf ~/repo/x ~/repo/l ~/repo/b')
    assert snapshot(repo.path('repo')) == before


@pytest.mark.parametrize('way', ['cat', 'copy', 'rename it', 'hard link', 'symbolic link', 'through /proc/self/root',
                                 'by a directory that was opened', 'an archive', 'another mode'])
def test_the_same_ways_read_what_is_granted(repo, way):
    script = WAYS[way].format(f=repo.path('repo/open'), r='open')
    done = repo.sh(script, '-s', '-p', 'repo')
    assert 'can be read' in done.stdout, done


@pytest.mark.parametrize('stream', [0, 1, 2])
def test_a_directory_as_a_stream_is_refused(repo, stream):
    """openat from it would lead around the masks, which are in another view of the files."""
    where = os.open(repo.path('repo'), os.O_RDONLY | os.O_DIRECTORY)
    streams = {['stdin', 'stdout', 'stderr'][stream]: where}
    read = f'python3 -c "import os; os.write(1 if {stream} != 1 else 2, os.read(os.open(\'.env\', 0, dir_fd={stream}), 99))"'
    try:
        with open(os.devnull, 'r+b') as null:
            process = repo.start('run', '-s', '-p', 'repo', '--', 'sh', '-c', read,
                                 **{'stdin': null, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, **streams})
            out, error = process.communicate(timeout=60)
    finally:
        os.close(where)
    assert process.returncode == 126 and SECRET.encode() not in (out or b'') + (error or b'')
    if stream != 2:
        assert b'while a standard stream is a directory' in error


def test_other_names_of_a_denied_file_are_found(repo):
    os.link(repo.path('repo/.env'), repo.path('repo/copy'))
    done = repo.sh('cat ~/repo/copy; cat ~/repo/open', '-s', '-p', 'repo')
    assert done.stdout == 'can be read' and 'Permission denied' in done.stderr
    why = repo.run('why', '-p', 'repo', '--path', repo.path('repo/copy'))
    assert why.stdout.startswith('DENIED'), why


def test_what_lies_below_a_mask_can_be_granted(repo):
    repo.write('repo/keys/public', 'for everybody')
    done = repo.run('run', '-s', '-p', 'repo', '--override-deny', repo.path('repo/keys/public'), '--read-file', repo.path('repo/keys/public'),
                    '--', 'sh', '-c', 'cat ~/repo/keys/public; cat ~/repo/keys/id; ls ~/repo/keys; echo x > ~/repo/keys/public')
    assert done.stdout == 'for everybody', done
    assert 'cannot open directory' in done.stderr
    with open(repo.path('repo/keys/public'), encoding='utf-8') as f:
        assert f.read() == 'for everybody'


def test_the_whole_home(world):
    """The first "Done when" of a deny inside an allow, in one command."""
    world.write('.ssh/id_ed25519', SECRET)
    world.write('.bashrc', SECRET)
    world.write('.aws/credentials', SECRET)
    before = {name: snapshot(world.path(name)) for name in ('.ssh', '.aws')}
    done = world.run('run', '--allow', world.home, '--', 'sh', '-c',
                     'cat ~/.ssh/id_ed25519; cat ~/.bashrc; ls ~/.aws; echo ok > ~/notes')
    assert done.returncode == 0 and done.stdout == '' and done.stderr.count('Permission denied') == 3, done
    with open(world.path('notes'), encoding='utf-8') as f:
        assert f.read() == 'ok\n'
    assert {name: snapshot(world.path(name)) for name in ('.ssh', '.aws')} == before
    with open(world.path('.bashrc'), encoding='utf-8') as f:
        assert f.read() == SECRET


def test_own_files_under_a_granted_home(world):
    """Profiles can be read and not changed; what nono keeps of its runs neither; nothing of it can be moved away."""
    own = world.profile('mine', '{}')
    world.write('.local/state/nono/log', SECRET)
    script = (f'cat {own}; echo x > {own}; echo x > ~/.config/nono/profiles/new.json; mv ~/.config/nono ~/.config/n; mv ~/.config ~/c;'
              ' cat ~/.local/state/nono/log; rm -rf ~/.local/state/nono; mv ~/.local/state/nono ~/s; ln -s /x ~/.config/nono/l;'
              ' echo x > $NONO_CAP_FILE')
    done = world.sh(script, '-s', '--allow', world.home)
    assert done.stdout == '{}' and SECRET not in done.stderr, done
    assert world.plain('ls ~/.config/nono/profiles ~/.local/state/nono/log').stdout.count('mine.json') == 1
    assert not os.path.exists(world.path('c')) and not os.path.exists(world.path('s'))


def test_the_configuration_is_made_where_it_could_be_written(world):
    done = world.sh('mkdir -p ~/.config/nono/profiles; ls ~/.config', '-s', '--allow', world.home)
    assert done.stdout == 'nono\n' and 'Read-only file system' in done.stderr, done


def test_answers_inside(repo):
    """nono why --self works where its own state is masked, and speaks of what cannot even be looked at."""
    repo.write('.ssh/id', SECRET)
    done = repo.run('run', '-s', '--allow', repo.home, '--', 'sh', '-c',
                    f'{repo.nono} why --self --path ~/.ssh/id; {repo.nono} why --self --path ~/repo/open')
    assert done.stdout.startswith('DENIED') and 'ALLOWED' in done.stdout, done


def test_races_with_a_mask(repo):
    """Renames beside it, ten thousand of them, while another thread opens."""
    script = '''
import os, threading
home = os.path.expanduser('~/repo')
os.mkdir(home + '/a'); found = []; stop = []
def turn():
    while not stop:
        for one, other in ((home + '/a', home + '/b'), (home + '/b', home + '/a')):
            try: os.rename(one, other)
            except OSError: pass
        for link in (home + '/l',):
            try: os.unlink(link)
            except OSError: pass
            os.symlink(home + '/.env', link)
thread = threading.Thread(target=turn); thread.start()
for n in range(10000):
    for path in ('/l', '/a/../.env', '/b/../keys/id'):
        try: found.append(open(home + path).read())
        except OSError: pass
stop.append(1); thread.join()
for name in ('/a', '/b'):
    if os.path.isdir(home + name): os.rmdir(home + name)
os.unlink(home + '/l')
print(len(found))
'''
    done = repo.run('run', '-s', '-p', 'repo', '--', 'python3', '-c', script)
    assert done.stdout == '0\n', done


def test_nothing_stays_after_a_kill(repo):
    """Mounts end with the processes that see them; nothing was ever made on the disk."""
    before = snapshot(repo.path('repo'))
    for _ in range(3):
        process = repo.start('run', '-s', '-p', 'repo', '--', 'sh', '-c', 'echo here; exec sleep 100', stdout=subprocess.PIPE)
        assert process.stdout.readline() == b'here\n'
        process.kill()
        process.wait()
        process.stdout.close()
    with open('/proc/self/mountinfo', encoding='utf-8') as f:
        assert repo.home not in f.read()
    assert snapshot(repo.path('repo')) == before


def test_a_mask_is_no_door_for_writing(repo):
    """What would be written to a mask would come out when it is lifted."""
    done = repo.sh('echo x > ~/repo/.env; echo x >> ~/repo/keys/id; touch ~/repo/keys/new; truncate -s 0 ~/repo/.env;'
                   ' chmod 000 ~/repo/.env; touch -d 2001-01-01 ~/repo/.env', '-s', '-p', 'repo')
    assert done.returncode != 0
    with open(repo.path('repo/.env'), encoding='utf-8') as f:
        assert f.read() == SECRET
    assert os.listdir(repo.path('repo/keys')) == ['id']
    assert os.stat(repo.path('repo/.env')).st_mode & 0o777 == 0o600


def replace(world, name, text):
    """As an editor does it: a new file, then its name."""
    world.write(name + '.new', text)
    os.rename(world.path(name + '.new'), world.path(name))


def test_what_an_editor_replaces_is_covered_again(repo):
    """From outside, a hundred times; the command looks after each. The window between is in the threat model."""
    script = 'echo ready; while read line; do cat ~/repo/.env ~/repo/keys/id; echo "looked $line"; done'
    process = repo.start('run', '-s', '-p', 'repo', '--', 'sh', '-c', script, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL)
    assert process.stdout.readline() == b'ready\n'
    for n in range(100):
        replace(repo, 'repo/.env', SECRET)
        os.rename(repo.path('repo/keys'), repo.path(f'old{n}'))
        repo.write('repo/keys/id', SECRET)
        time.sleep(0.02)
        process.stdin.write(f'{n}\n'.encode())
        process.stdin.flush()
        assert process.stdout.readline() == f'looked {n}\n'.encode()
    process.stdin.close()
    assert process.wait() == 0
    process.stdout.close()
    with open(repo.path('repo/.env'), encoding='utf-8') as f:
        assert f.read() == SECRET


KILLERS = r'''
import ctypes, os, resource, signal
def look(pid, name):
    try:
        with open(f'/proc/{pid}/{name}', 'rb') as f: return f.read()
    except OSError:
        return b''
mine = os.environ['MINE'].encode()
found = [int(p) for p in os.listdir('/proc') if p.isdigit() and look(p, 'comm') == b'nono-keeper\n' and mine in look(p, 'cmdline')]
assert found, 'no keeper'
libc = ctypes.CDLL(None, use_errno=True)
for pid in found:
    for attack in (lambda: os.kill(pid, signal.SIGKILL), lambda: os.kill(pid, signal.SIGSTOP),
                   lambda: open(f'/proc/{pid}/mem', 'r+b'), lambda: open(f'/proc/{pid}/oom_score_adj', 'w'),
                   lambda: os.listdir(f'/proc/{pid}/root/'), lambda: os.readlink(f'/proc/{pid}/fd/0'),
                   lambda: resource.prlimit(pid, 7, (0, 0)), lambda: os.sched_setaffinity(pid, [0])):
        try:
            attack()
            print('worked')
        except OSError as e:
            print(type(e).__name__)
    print('worked' if libc.ptrace(16, pid, None, None) == 0 else 'refused')
'''


def test_the_keeper_is_out_of_reach(repo):
    done = repo.run('run', '-s', '-p', 'repo', '--', 'python3', '-c', KILLERS, env={'MINE': repo.base})
    assert done.returncode == 0 and 'worked' not in done.stdout and done.stdout.count('\n') >= 9, done


def keepers(world):
    """Those of this test: others may run beside it."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/stat', encoding='utf-8') as f:
                name, rest = f.read().split('(', 1)[1].rsplit(')', 1)
            with open(f'/proc/{pid}/cmdline', 'rb') as f:
                mine = world.base.encode() in f.read()
        except OSError:
            continue
        if name == 'nono-keeper' and mine and rest.split()[0] != 'Z':
            found.append(int(pid))
    return found


@pytest.mark.parametrize('kind', ['run', 'wrap'])
def test_the_keeper_ends_with_the_command(repo, kind):
    process = repo.start(kind, '-s', '-p', 'repo', '--', 'sh', '-c', 'echo here; exec sleep 100', stdout=subprocess.PIPE)
    assert process.stdout.readline() == b'here\n'
    assert len(keepers(repo)) == 1
    process.kill()
    process.wait()
    assert process.stdout.read() == b''
    process.stdout.close()
    for _ in range(100):
        if not keepers(repo):
            break
        time.sleep(0.05)
    assert keepers(repo) == []


def test_a_run_leaves_no_process(repo):
    """The supervisor waits for it."""
    assert repo.sh('true', '-s', '-p', 'repo').returncode == 0
    assert keepers(repo) == []


@pytest.mark.parametrize('where,script', [('keys', 'cat id; cat ./id; ls; cat sub/deep'), ('keys/sub', 'cat deep; cat ../id; ls ..')])
def test_a_working_directory_below_a_mask_is_no_way_in(repo, where, script):
    """It was entered before there was a mask: names that start there must not lead around it."""
    repo.write('repo/keys/sub/deep', SECRET)
    done = repo.run('run', '--allow-cwd', '--allow', repo.path('repo'), '--deny', repo.path('repo/keys'), '--', 'sh', '-c', script,
                    cwd=repo.path(f'repo/{where}'))
    assert SECRET not in done.stdout and 'deep' not in done.stdout and done.returncode != 0, done
    assert 'cannot enter the working directory' in done.stderr or 'Permission denied' in done.stderr
    # Without the mask it is a way in.
    done = repo.run('run', '-s', '--allow-cwd', '--allow', repo.path('repo'), '--', 'sh', '-c', script, cwd=repo.path(f'repo/{where}'))
    assert SECRET in done.stdout


def test_a_working_directory_that_may_not_be_written_is_no_way_in(repo):
    words = ['--allow', repo.path('repo'), '--deny-write', repo.path('repo/keys')]
    done = repo.run('run', '-s', '--allow-cwd', *words, '--', 'sh', '-c', 'cat id; echo x > id; echo x > new; rm -f id',
                    cwd=repo.path('repo/keys'))
    assert done.stdout == SECRET and done.stderr.count('Read-only file system') == 3, done
    assert os.listdir(repo.path('repo/keys')) == ['id']


def test_what_is_moved_while_nono_starts_is_not_missed(repo):
    """A command in another sandbox moves a directory to and fro: whoever starts then is refused, or covers the right thing."""
    repo.write('repo/sub/.env', SECRET)
    mover = repo.start('run', '-s', '-p', 'repo', '--', 'sh', '-c',
                       'cd ~/repo; echo moving; while :; do mv sub s2; mkdir sub; echo decoy > sub/.env; rm -r sub; mv s2 sub; done',
                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert mover.stdout.readline() == b'moving\n'
        ends = set()
        for _ in range(60):
            done = repo.run('run', '-s', '-p', 'repo', '--', 'sh', '-c', 'for i in 1 2 3 4 5; do cat ~/repo/sub/.env ~/repo/s2/.env; done')
            assert SECRET not in done.stdout, done
            ends.add(done.returncode)
    finally:
        mover.kill()
        mover.wait()
        mover.stdout.close()
    assert ends <= {0, 1, 126}
