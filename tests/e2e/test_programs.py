# test_programs.py - whole jobs of real programs: they work, and print what they print without nono.  SPDX-License-Identifier: Apache-2.0
"""Each script runs under claude-code, with nothing on its error output and exactly the output named here."""
import os
import shutil

import pytest
from world import World, foreign

QUIET = {'npm_config_update_notifier': 'false', 'npm_config_offline': 'true', 'PIP_DISABLE_PIP_VERSION_CHECK': '1', 'PIP_NO_CACHE_DIR': '1',
         'GOTOOLCHAIN': 'local', 'GOPROXY': 'off'}
GIT = '[user]\n\tname = A U Thor\n\temail = author@example.org\n[init]\n\tdefaultBranch = main\n[alias]\n\tst = status --short\n' \
      '[advice]\n\tdetachedHead = false\n'

FILES = {
    'pool.py': '''import multiprocessing
def f(x): return x * x
if __name__ == '__main__':
    for way in ('fork', 'spawn', 'forkserver'):
        m = multiprocessing.get_context(way)
        with m.Pool(2) as p: print(way, p.map(f, [1, 2, 3]))
        q = m.Queue(); q.put(5); print(q.get(), m.Value('i', 7).value, list(m.Manager().list([9])))
''',
    'library.py': '''import asyncio, ctypes, curses, fcntl, getpass, mmap, os, pwd, resource, select, signal, socket, sqlite3, ssl, subprocess
import sys, tempfile, termios, threading, urllib.request, http.server, uuid, zipfile, zoneinfo
from multiprocessing.shared_memory import SharedMemory
m = SharedMemory(create=True, size=10); m.buf[0] = 1; m.close(); m.unlink()
c = sqlite3.connect('db'); c.execute('pragma journal_mode = wal'); c.execute('create table t (a)'); c.execute('insert into t values (1)'); c.commit()
print('sqlite', c.execute('select * from t').fetchall()); c.close()
async def main():
    p = await asyncio.create_subprocess_exec('echo', 'child', stdout=-1); print('asyncio', (await p.communicate())[0])
    s = await asyncio.start_server(lambda r, w: w.close(), '127.0.0.1', 0)
    r, w = await asyncio.open_connection(*s.sockets[0].getsockname()); await r.read(); w.close(); s.close()
    s = await asyncio.start_unix_server(lambda r, w: w.close(), 'socket'); s.close()
asyncio.run(main())
with tempfile.TemporaryDirectory() as d: open(d + '/x', 'w').write('x')
with tempfile.NamedTemporaryFile() as f:
    f.write(b'1'); f.flush(); mmap.mmap(f.fileno(), 1).close(); fcntl.lockf(f, fcntl.LOCK_EX); fcntl.flock(f, fcntl.LOCK_UN)
print('codes', subprocess.run(['sh', '-c', 'exit 3']).returncode, subprocess.run(['sh', '-c', 'kill -9 $$']).returncode)
print('user', getpass.getuser() == pwd.getpwuid(os.getuid()).pw_name, isinstance(ssl.create_default_context(), ssl.SSLContext))
s = http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler); s.RequestHandlerClass.log_message = lambda *a: None
threading.Thread(target=s.handle_request).start()
print('http', urllib.request.urlopen(f'http://127.0.0.1:{s.server_port}/hello').read()); s.server_close()
a, b = socket.socketpair(); a.send(b'x'); b.recv(1); socket.getaddrinfo('localhost', 80)
os.nice(1); os.eventfd(0); os.memfd_create('x'); os.pidfd_open(os.getpid()); os.sched_getaffinity(0); os.cpu_count(); os.getloadavg()
signal.setitimer(signal.ITIMER_REAL, 0); select.epoll().close(); resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
uuid.uuid1(); zoneinfo.ZoneInfo('UTC')
print('system', os.path.isdir('/usr'), os.access('/', os.R_OK), ctypes.CDLL(None).getpid() == os.getpid())
''',
    'hello': 'served',
    'server.py': '''import http.server
s = http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)
print(s.server_port, flush=True)
s.handle_request()
''',
    'node.js': '''const { execSync, spawnSync, fork } = require('child_process'), { Worker } = require('worker_threads');
const os = require('os'), fs = require('fs'), path = require('path'), http = require('http'), net = require('net');
console.log(os.userInfo().username === process.env.USER, execSync('echo child').toString().trim(), spawnSync('sh', ['-c', 'exit 3']).status);
os.cpus(); os.networkInterfaces(); os.totalmem(); os.homedir(); os.hostname(); os.loadavg(); os.setPriority(5);
fs.rmSync(fs.mkdtempSync(path.join(os.tmpdir(), 'nono-node-')), { recursive: true });
fs.mkdirSync('d'); fs.renameSync('d', 'e'); fs.rmSync('e', { recursive: true }); fs.copyFileSync('hello', 'copy');
const w = fs.watch('.', (event, name) => { w.close(); console.log('watched', name); worker(); });
setTimeout(() => fs.writeFileSync('seen', 'x'), 50);
const worker = () => new Worker('process.exit(7)', { eval: true }).on('exit', (code) => { console.log('worker', code); server(); });
const server = () => { const s = http.createServer((q, a) => a.end('served')).listen(0, '127.0.0.1', () =>
    http.get({ port: s.address().port, host: '127.0.0.1' }, (r) => { r.on('data', (d) => console.log(String(d)));
        r.on('end', () => { s.close(); unix(); }); })); };
const unix = () => { const s = net.createServer((c) => c.end()).listen('./node.sock', () =>
    net.connect('./node.sock').on('close', () => { s.close(); fork('child.js').on('exit', (code) => console.log('fork', code)); }).resume()); };
''',
    'child.js': 'process.exit(4)\n',
    'a.c': '#include <stdio.h>\nint b(void);\nint main(void) { printf("%d\\n", b()); return 0; }\n',
    'b.c': 'int b(void) { return 42; }\n',
    'Makefile': 'all: prog lib.so\n\t./prog\nprog: a.o b.o\n\t$(CC) -g -O2 -o $@ $^\nlib.so: b.c\n\t$(CC) -shared -fPIC -o $@ $^\n',
    'script.sh': r'''#!/usr/bin/env bash
set -euo pipefail
cat <<EOF | tr a-z A-Z | sort
here
doc
EOF
diff <(printf 'a\nb\n') <(printf 'a\nb\n') && echo same
while read -r line; do echo "line $line"; done < <(seq 2)
echo to-stdout > /dev/stdout
echo to-fd > /dev/fd/1
echo to-stderr > /dev/stderr
exec 5>out.txt; echo five >&5; exec 5>&-; cat out.txt
mkfifo f; (echo through > f &) ; cat f; rm f
coproc c { cat; }; echo co >&"${c[1]}"; read -r x <&"${c[0]}"; echo "$x"
trap 'echo trapped' EXIT
printf '%s\n' *.sh
tmp=$(mktemp); echo t > "$tmp"; rm "$tmp"
mapfile -t l < <(seq 3); echo ${#l[@]}
[[ -w /dev/null && -t 0 ]] || echo no-terminal
''',
    'go.mod': 'module example.org/x\n\ngo 1.18\n',
    'main.go': 'package main\n\nfunc main() { println("built") }\n',
    'Cargo.toml': '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2018"\n',
    'src/main.rs': 'fn main() { println!("built"); }\n#[test]\nfn t() {}\n',
}

# name: files, script (it ends at the first failure), output
JOBS = {
    'git': ('', '''
        git init -q one; cd one; echo a > f; git add f; git commit -q -m first
        echo b >> f; git st; git stash -q; git stash pop -q; git commit -qam second; git log --format=%an
        git tag t; git switch -q -c other; git rebase -q main; git worktree add -q ../tree main; git -C ../tree st
        git gc -q; git fsck --no-progress --no-dangling; git blame -s f | wc -l; git describe --tags
        git bisect start HEAD HEAD~1 > /dev/null; git bisect reset 2> /dev/null; git archive HEAD | tar t; git grep -c a''',
            ' M f\nA U Thor\nA U Thor\n2\nt\nf\nf:1\n'),
    'git remotes': ('', '''
        git init -q --bare far.git; git init -q one; cd one; git commit -q --allow-empty -m first
        git remote add origin ../far.git; git push -q -u origin main
        git clone -q ../far.git ../two; cd ../two
        git -c protocol.file.allow=always submodule --quiet add "$PWD/../one" sub; git commit -q -m sub
        git submodule status | wc -l; git push -q
        cd ../one; git fetch -q; git merge -q --ff-only origin/main; git log --format=%s
        git bundle create -q ../b main; git clone -q -b main ../b ../three; git -C ../three log --format=%s -1''',
                    '1\nsub\nfirst\nsub\n'),
    'python': ('library.py hello', 'python3 library.py',
               "sqlite [(1,)]\nasyncio b'child\\n'\ncodes 3 -9\nuser True True\nhttp b'served'\nsystem True True True\n"),
    'multiprocessing': ('pool.py', 'python3 pool.py', ''.join(f'{way} [1, 4, 9]\n5 7 [9]\n' for way in ('fork', 'spawn', 'forkserver'))),
    'venv': ('', '''
        python3 -m venv v
        v/bin/python -c "import sys; print(sys.prefix != sys.base_prefix)"
        v/bin/pip list --format=freeze | grep -c ^pip=''', 'True\n1\n'),
    'node': ('node.js child.js hello', 'node node.js', 'true child 3\nwatched seen\nworker 7\nserved\nfork 4\n'),
    'npm': ('', r'''
        export npm_config_cache="$PWD/cache"; mkdir a b
        cd a; npm init -y > /dev/null; npm pkg set scripts.hi="echo hi there" bin=./cli.js
        printf "#!/usr/bin/env node\nconsole.log('from a')\n" > cli.js; npm run -s hi; npm pack --silent
        cd ../b; npm init -y > /dev/null; npm install --no-audit --no-fund --silent ../a/a-1.0.0.tgz; ls node_modules; npx --no-install a''',
            'hi there\na-1.0.0.tgz\na\nfrom a\n'),
    'gcc and make': ('a.c b.c Makefile', '''
        make -s -j2
        gcc -pipe -static -flto -o s a.c b.c; ./s
        ar rc l.a b.o; gcc -o t a.c l.a; strip t; ./t
        gcc -E a.c > /dev/null; gcc -c -g -save-temps b.c; objdump -d b.o > /dev/null''', '42\n42\n42\n'),
    'bash': ('script.sh', 'chmod +x script.sh; ./script.sh 2> err | cat; cat err',
             'DOC\nHERE\nsame\nline 1\nline 2\nto-stdout\nto-fd\nfive\nthrough\nco\nscript.sh\n3\nno-terminal\ntrapped\nto-stderr\n'),
    'ssh': ('', '''
        ssh -V 2>&1 | grep -c OpenSSH; ssh -G host.example 2> /dev/null | grep ^hostname
        ssh-keygen -q -t ed25519 -N "" -C me -f key; ssh-keygen -lf key.pub | grep -o ED25519
        ssh-keygen -yf key | cut -d" " -f1; cut -d" " -f3 key.pub''', '1\nhostname host.example\nED25519\nssh-ed25519\nme\n'),
    'who': ('', '''
        [ "$(whoami)" = "$USER" ]; [ "$(id -un)" = "$USER" ]; hostname > /dev/null; uname -a > /dev/null; date > /dev/null
        getent passwd root | cut -d: -f1; getent hosts localhost > /dev/null; groups > /dev/null; tty || true''', 'root\nnot a tty\n'),
    'grandchild': ('', """sh -c 'sh -c "
        sed -n s/^Name:.//p /proc/self/status; sed -n s/^NoNewPrivs:.//p /proc/self/status
        ls /proc/self/fd /dev/fd/ > /dev/null; cat /proc/self/maps /proc/self/cmdline > /dev/null"'""", 'sed\n1\n'),
    'files': ('', '''
        echo a > f; tar czf t.tar.gz f; tar tzf t.tar.gz; cp -a f copy; install -m 600 f inst; ln f hard; ln -s f soft; mv soft soft2
        sed -i s/a/b/ f; cat f hard; touch -d yesterday copy; chmod 700 copy; dd if=/dev/zero of=z bs=1k count=1 2> /dev/null
        find . -name "*.gz" -exec basename {} +; sort -o f f; split -l1 f; flock f true; rm -rf copy inst z; ls; file f''',
              'f\nb\na\nt.tar.gz\nf\nhard\nsoft2\nt.tar.gz\nxaa\nf: ASCII text\n'),
    'small tools': ('', '''
        df . > /dev/null; du -s . > /dev/null; ps > /dev/null; free > /dev/null; nproc > /dev/null; ldd /bin/sh > /dev/null
        head -c 8 /dev/urandom > /dev/null; awk "BEGIN { print 1 }"; perl -e 'print "perl\\n"'; echo x | xargs echo
        nohup true 2> /dev/null; timeout 5 true; nice true; stdbuf -o0 true
        script -qec "tty > /dev/null && echo terminal" /dev/null < /dev/null | tr -d "\\r"''', '1\nperl\nx\nterminal\n'),
    'rsync': ('hello', 'mkdir a; cp hello a/; rsync -a a/ b/; rsync -rc --delete a/ b/; cat b/hello', 'served'),
    'curl': ('hello server.py', 'python3 server.py > port 2> /dev/null & while ! [ -s port ]; do sleep 0.02; done\n'
             'curl -sS http://127.0.0.1:$(cat port)/hello; wait', 'served'),
    'pipes': ('', '''
        seq 100000 | sort -rn | head -n 1; yes | head -n 100000 | wc -l; (echo out; echo err >&2) 2>&1 | sort
        echo x | tee /dev/stderr 2> /dev/null | tee /dev/null; cat < /dev/null; (echo done > /dev/tty) 2> /dev/null || echo no tty''',
              '100000\n100000\nerr\nout\nx\nno tty\n'),
}


@pytest.fixture
def agent(world):
    """As after a first run: the agent's directories are there."""
    world.write('.gitconfig', GIT)
    world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'true')
    return world


def put(world, names):
    for name in names.split():
        world.write('project/' + name, FILES[name])


@pytest.mark.parametrize('name', JOBS)
def test_job(agent, name):
    files, script, output = JOBS[name]
    put(agent, files)
    done = agent.sh('set -e\n' + script, '-p', 'claude-code', env=QUIET)
    assert (done.returncode, foreign(done.stderr)) == (0, [])
    assert done.stdout == output


def test_files_as_output_opened_again(agent):
    """A script that appends to /dev/stdout opens the file behind it once more."""
    script = 'echo 1 >> /dev/stdout; echo 2 >> /proc/self/fd/1; echo 3 >> /dev/fd/1; echo 4 >&2'
    with open(agent.write('project/log', ''), 'ab') as log:
        process = agent.start('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c', script, stdout=log, stderr=log)
        assert process.wait(60) == 0
    with open(agent.path('project/log'), encoding='ascii') as f:
        assert f.read() == '1\n2\n3\n4\n'


def test_a_repository_elsewhere(agent):
    agent.plain('git init -q ../other')
    done = agent.sh('git -C ../other status', '-p', 'claude-code')
    assert done.returncode != 0 and done.stdout == ''
    done = agent.sh('git -C ../other status --short && echo fine', '-p', 'claude-code', '--read', agent.path('other'))
    assert done.stdout == 'fine\n'


def test_tmux(agent):
    script = '''set -e
        t() { tmux -S sock -f /dev/null "$@"; }
        until_shown() { i=0; until t capture-pane -p | grep -q "^$1"; do sleep 0.05; i=$((i + 1)); [ $i -lt 400 ]; done; }
        t new-session -d -x 80 -y 24 'exec env PS1="% " sh'
        until_shown %
        t send-keys 'echo shown-$((40 + 2)) | tee mark' Enter
        until_shown shown-42
        t split-window -d 'exec sh -c "tty; exec sleep 100"'
        t list-panes | wc -l
        cat mark
        t kill-server'''
    done = agent.sh(script, '-p', 'claude-code')
    assert (done.returncode, done.stdout, foreign(done.stderr)) == (0, '2\nshown-42\n', [])


# ---- toolchains that not every machine has

def directory_of(name):
    found = shutil.which(name)
    return os.path.dirname(os.path.realpath(found)) if found else None


GO = directory_of('go')
TOOLCHAINS = os.path.expanduser('~/.rustup/toolchains')


if GO:
    def test_go(ordinary):
        put(ordinary, 'go.mod main.go')
        done = ordinary.sh('go build -o x . && ./x 2>&1', '-p', 'go-dev', '--read', os.path.dirname(GO), env={**QUIET, 'PATH': GO + ':/usr/bin:/bin'})
        assert (done.returncode, done.stdout, foreign(done.stderr)) == (0, 'built\n', [])
        assert os.path.isdir(ordinary.path('.cache/go-build'))


if os.path.isdir(TOOLCHAINS):
    def test_cargo():
        """The toolchains are in the home of whoever runs the tests, so nobody else can use them."""
        world = World('root' if os.getuid() == 0 else os.environ.get('USER', 'self'))
        try:
            put(world, 'Cargo.toml src/main.rs')
            os.symlink(os.path.dirname(TOOLCHAINS), world.path('.rustup'))
            world.mkdir('.cargo')
            programs = os.path.join(TOOLCHAINS, sorted(os.listdir(TOOLCHAINS))[0], 'bin')
            script = 'cargo build --offline -q && ./target/debug/x && cargo test --offline -q > log'
            done = world.sh(script, '-p', 'rust-dev', env={'PATH': programs + ':/usr/bin:/bin'})
            assert (done.returncode, done.stdout, foreign(done.stderr)) == (0, 'built\n', [])
        finally:
            world.done()


# ---- the same bytes with and without

@pytest.mark.parametrize('script', ['git --version; python3 --version; node --version; gcc --version; make --version; tar --version; bash --version',
                                    'env | grep -v "^NONO_\\|^_=\\|^PWD=" | sort', 'ulimit -a; umask; nice', 'locale; printf "%s\\n" "$LANG"',
                                    'ls -l /usr/bin | head; stat -c "%n %s" /etc/passwd; cat /etc/os-release', 'id; groups; pwd'])
def test_output_is_the_same_as_outside(agent, script):
    outside = agent.plain(script)
    inside = agent.sh(script, '-s', '-p', 'claude-code')
    assert (inside.stdout, inside.stderr) == (outside.stdout, outside.stderr)
