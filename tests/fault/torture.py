#!/usr/bin/env python3
# torture.py - whole runs of nono in which the n-th call of a kind fails, for every n.  SPDX-License-Identifier: Apache-2.0
"""usage: torture.py [--long] [SCENARIO ...], or for one fault: torture.py SCENARIO PROCESS CALL N ERRNO [sticky]

Each scenario is first run without a fault. A run with one may end the same way, or refuse with a message that names
the cause; whatever else it does is printed. The n-th call that fails goes up until a run makes no such call any more.
NONO_FAULT_BUILD: a build directory with nono (not static), tests/fault/interpose.so and tests/fault/probe."""
import ctypes
import errno
import json
import multiprocessing
import os
import pwd
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('NONO_FAULT_BUILD', os.path.join(ROOT, 'build-check', 'fault'))
os.environ['NONO_BIN'] = os.path.join(BUILD, 'nono')
sys.path.insert(0, os.path.join(ROOT, 'tests', 'e2e'))
from world import ORDINARY, World  # noqa: E402

TIMEOUT = 60  # of a run that takes a hundredth of a second: only what hangs gets there
HEAD, KIND = struct.Struct('IIiI'), struct.Struct('16sIII')  # struct record of interpose.c
PROCESSES = ('parent', 'child', 'left')
CAPS = '.local/state/nono/c/caps/'
OTHERS = 'EACCES'  # what others own is passed over: a run may then get less, or none of a footer
HALF = 0  # instead of an error number: only half of the bytes are carried
MANY, STRIDE = 200, 5  # in the short selection, every fifth of a call that is made so often
SHOWN = 6  # complaints of one kind of fault

# How each kind of call fails; the first one in the short selection, half of the bytes there too.
ERRNOS = {
    'malloc': ['ENOMEM'], 'open': ['EIO', 'EMFILE', 'ENOMEM', 'EINTR', 'EACCES'], 'close': ['EIO'],
    'read': ['EIO', HALF, 'EINTR'], 'write': ['ENOSPC', HALF, 'EINTR', 'EIO'], 'stat': ['EIO', 'ENOMEM', 'EACCES'],
    'access': ['EIO'], 'readlink': ['EIO', 'ENOMEM'], 'list': ['EIO', 'EMFILE'], 'fcntl': ['EMFILE', 'EIO'], 'lseek': ['EIO'],
    'dup': ['EMFILE'], 'pipe': ['EMFILE'], 'fork': ['EAGAIN', 'ENOMEM'], 'exec': ['EIO', 'ENOMEM', 'ETXTBSY', 'E2BIG'],
    'wait': ['EIO', 'EINTR'], 'poll': ['ENOMEM', 'EINTR'], 'signalfd': ['EMFILE'], 'signal': ['EIO'], 'prctl': ['EPERM', 'EACCES'],
    'caps': ['EPERM'], 'range': ['ENOSYS', 'EMFILE'], 'landlock': ['EPERM', 'ENOMEM', 'E2BIG', 'ENOSYS', 'EINVAL'],
    'seccomp': ['EPERM', 'ENOMEM', 'EINVAL'], 'chdir': ['EIO'], 'getcwd': ['EIO'], 'mkdir': ['ENOSPC', 'EROFS'],
    'rename': ['ENOSPC'], 'unlink': ['EIO'],
}

# What the rich profile extends, and the profile: globs, conditions, denied paths, variables.
BASE = '''{"groups": {"include": ["git_config", {"name": "node_runtime", "when": "linux"}]}, // a comment
  "filesystem": {"read": ["~/share"], "deny": [{"path": "~/flag.txt", "when": "@OS@"}]}}'''
RICH = '''{"extends": ["base"], "meta": {"name": "rich"}, "workdir": {"access": "readwrite"},
  "groups": {"exclude": ["user_tools"]}, "trust_groups": ["deny_shell_history"],
  "commands": {"allow": ["rm"], "deny": ["curl"]},
  "filesystem": {"read": ["~/lib/*/bin", "$WORKDIR/sub"], "allow": ["~/data"], "read_file": ["~/.profile", "~/dangling"],
    "deny": ["~/private/**/.env", "~/data.old", "~/link"], "bypass_protection": ["~/.bash_history"], "allow_file": ["~/.bash_history"]},
  "environment": {"deny_vars": ["AWS_*"], "set_vars": {"EDITOR": "$HOME/vi"}},
  "network": {"connect_port": [443], "listen_port_range": [[4000, 4003]]}, "linux": {"namespaces": "deny"}, }'''
BAD = '{"extends": "base", "filesystem": {"raed": ["~/x"]}}'


class Scenario:
    """fresh: no state of nono yet; claude: what that profile makes is there; capfile: asked from inside a sandbox;
    hints: what is printed below the message itself may be missing."""

    def __init__(self, name, *args, code=0, fresh=True, claude=True, stderr='pipe', root=False, short=True, capfile=False, hints=False):
        self.name, self.args, self.code, self.fresh, self.claude, self.stderr = name, args, code, fresh, claude, stderr
        self.root, self.short, self.capfile, self.hints = root, short, capfile, hints


PROBE = ('--', '@HOME@/project/probe', '@HOME@', '0')
SCENARIOS = [
    Scenario('run', 'run', '--allow-cwd', *PROBE, root=True),
    Scenario('again', 'run', '--allow-cwd', *PROBE, fresh=False, short=False),
    Scenario('footer', 'run', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c', 'cat ~/.ssh/id', code=1),
    Scenario('footer-file', 'run', '-p', 'rich', '--', 'cat', '@HOME@/.ssh/id', code=1, stderr='file', short=False),
    Scenario('wrap', 'wrap', '--allow-cwd', *PROBE, root=True),
    Scenario('rich', 'run', '-p', 'rich', '--allow-cwd', '--workdir', '@HOME@/project', *PROBE, root=True),
    Scenario('bad', 'run', '-p', 'bad', '--allow-cwd', *PROBE, code=1),
    Scenario('dry-run', 'run', '--dry-run', '-v', '-p', 'rich', '--allow-cwd', *PROBE),
    Scenario('why', 'why', '-p', 'rich', '--path', '@HOME@/.ssh/id'),
    Scenario('why-json', 'why', '--json', '-p', 'claude-code', '--path', '@HOME@/flag.txt', '--op', 'unlink'),
    Scenario('why-self', 'why', '--json', '--self', '--path', '@HOME@/.ssh/id', fresh=False, capfile=True),
    Scenario('first-run', 'run', '-p', 'claude-code', '--allow-cwd', *PROBE, claude=False),
    Scenario('missing', 'run', '--allow-cwd', '--', 'no-such-command', code=127, short=False),
    Scenario('script', 'run', '--allow-cwd', '--', '@HOME@/project/bad.sh', code=127, hints=True, short=False),
    Scenario('unknown', 'run', '-p', 'claude-cod', '--allow-cwd', *PROBE, code=1, short=False),
    Scenario('shadow', 'run', '-s', '-p', './circle.json', '--allow-cwd', *PROBE, code=1, short=False),
    Scenario('unbuilt', 'run', '-p', 'unbuilt', '--allow-cwd', *PROBE, code=1, short=False),
    Scenario('blocked', 'run', '--allow-cwd', '--block-net', '--block-command', 'true', '--', 'true', code=1, short=False),
    Scenario('help', 'why', '--help', short=False),
    Scenario('left', 'run', '--allow-cwd', '--', 'sh', '-c', '(sleep 0.05; echo late >&2) & echo early >&2; exit 0', short=False),
]


class Result:
    """One finished run: how it ended, what it printed, what it left, what the interposer counted."""

    def __init__(self, code, out, err, record, tree, orphans):
        self.code, self.out, self.err, self.tree, self.orphans = code, out, err, tree, orphans
        self.injected, self.ended, self.blocks, self.fds = HEAD.unpack_from(record, 0)
        self.calls = {}
        for at in range(HEAD.size, len(record) - KIND.size + 1, KIND.size):
            name, *calls = KIND.unpack_from(record, at)
            if name[0]:
                self.calls[name.rstrip(b'\0').decode()] = dict(zip(PROCESSES, calls))


def tree_of(top, made):
    """Everything below a directory: mode and contents by relative path. @made: inode numbers there are new each time."""
    found, waiting = {}, ['']
    while waiting:
        where = waiting.pop()
        with os.scandir(os.path.join(top, where)) as entries:
            for entry in entries:
                name = os.path.join(where, entry.name)
                mode = entry.stat(follow_symlinks=False).st_mode
                if entry.is_symlink():
                    found[name] = (mode, os.readlink(entry.path))
                elif entry.is_dir():
                    found[name] = (mode, None)
                    waiting.append(name)
                else:
                    with open(entry.path, 'rb') as f:
                        text = f.read()
                    if made and name.startswith(CAPS):
                        name, text = CAPS + 'made', re.sub(rb'"ino":\d+', b'"ino":0', text)
                    elif name.endswith('.stamp'):  # device, inode, size and times of two files, if they were there
                        text = re.sub(rb' [\d.]+:[\d.:]+', b' -', text)
                    found[name] = (mode, text)
    return found


class Bench:
    """A home for a series of runs, as one user. The process that makes it becomes that user."""

    def __init__(self, user):
        self.world = World(user)
        for name in ('interpose.so', 'probe'):
            shutil.copy(os.path.join(BUILD, 'tests', 'fault', name), self.world.base)
        self.record = os.path.join(self.world.base, 'record')
        self.stderr = os.path.join(self.world.base, 'stderr')
        self.furnish()
        if os.getuid() == 0 and user != 'root':
            entry = pwd.getpwnam(user)
            os.chown(self.world.base, entry.pw_uid, entry.pw_gid)
            self.world.own(self.world.home)
            os.setgroups([])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
        # What nono leaves behind comes to this process, which counts it.
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
        with open(self.record, 'wb') as f:
            f.truncate(4096)
        self.ready = self.base = None

    def furnish(self):
        world = self.world
        shutil.move(os.path.join(world.base, 'probe'), world.path('project/probe'))
        os.chmod(world.path('project/probe'), 0o755)
        for name, text in {'.ssh/id': 'key', 'flag.txt': 'flag', '.profile': 'text', 'project/granted': 'yes', 'data/f': 'x',
                           'lib/a/bin/tool': 'x', 'lib/b/bin/tool': 'x', 'private/sub/.env': 'secret', 'share/f': 'x', '.bash_history': 'ls'}.items():
            world.write(name, text)
        world.write('project/bad.sh', '#!/no/such/interpreter\n', 0o700)
        os.symlink('lib/a', world.path('link'))
        os.symlink('no/where', world.path('dangling'))
        world.mkdir('project/sub')
        with open('/etc/os-release', encoding='utf-8') as f:
            this = dict(line.rstrip().split('=', 1) for line in f if '=' in line)['ID'].strip('"')
        world.profile('base', BASE.replace('@OS@', 'linux:' + this))
        world.profile('rich', RICH)
        world.profile('bad', BAD)
        world.profile('unbuilt', '{"network": {"allow_domain": ["example.org"]}}')
        world.write('project/circle.json', '{"extends": "round"}')
        world.write('project/round.json', '{"extends": "circle"}')

    def prepare(self, scenario):
        """The home as the scenario wants to find it; what an earlier run made goes."""
        if self.ready != scenario.name:
            self.remove('.claude', '.claude.json', '.local', '.cache', '.config/claude')
            if scenario.claude:
                self.plain(Scenario('', 'run', '-s', '-p', 'claude-code', '--allow-cwd', '--', 'true'))
            if scenario.fresh:
                self.remove('.local/state/nono')
            elif not scenario.capfile:
                self.plain(scenario)
            if scenario.capfile:
                self.plain(Scenario('', 'run', '-s', '--allow-cwd', '--', 'true'))
            self.before = tree_of(self.world.home, False)
            self.ready, self.base = scenario.name, None
            return
        now = tree_of(self.world.home, False)
        for name in sorted(now.keys() - self.before.keys(), reverse=True):
            path = self.world.path(name)
            (os.rmdir if os.path.isdir(path) and not os.path.islink(path) else os.unlink)(path)
        for name in sorted(self.before):
            if now.get(name) != self.before[name]:
                raise SystemExit(f'torture: a run changed {name}: the rest would mean nothing')

    def remove(self, *names):
        for name in names:
            path = self.world.path(name)
            (shutil.rmtree if os.path.isdir(path) else lambda p: os.path.lexists(p) and os.unlink(p))(path)

    def plain(self, scenario):
        done = self.world.run(*self.words(scenario))
        if done.returncode:
            raise SystemExit(f'torture: {scenario.args} failed without a fault: {done.stderr}')

    def words(self, scenario):
        return [word.replace('@HOME@', self.world.home) for word in scenario.args]

    def environment(self, scenario, fault):
        more = {'LD_PRELOAD': os.path.join(self.world.base, 'interpose.so'), 'FAULT_RECORD': self.record, 'MALLOC_PERTURB_': '165',
                'AWS_KEY': 'x'}
        if fault:
            process, call, at, how, sticky = fault
            more.update(FAULT_IN=process, FAULT_CALL=call, FAULT_AT=str(at), FAULT_STICKY=str(int(sticky)),
                        FAULT_ERRNO=str(getattr(errno, how) if how else 0))
        if scenario.capfile:
            caps = self.world.path(CAPS)
            more['NONO_CAP_FILE'] = os.path.join(caps, sorted(os.listdir(caps))[0])
        return more

    def run(self, scenario, fault=None):
        self.prepare(scenario)
        with open(self.stderr, 'w+b') as to_file:
            process = self.world.start(*self.words(scenario), env=self.environment(scenario, fault), stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=to_file if scenario.stderr == 'file' else subprocess.PIPE)
            try:
                out, err = process.communicate(timeout=TIMEOUT)
                code = process.returncode
            except subprocess.TimeoutExpired:
                process.kill()
                out, err, code = b'', b'', None
                process.wait()
            to_file.seek(0)
            err = err or to_file.read()
        with open(self.record, 'rb') as f:
            record = f.read()
        return Result(code, out.decode('utf-8', 'replace'), err.decode('utf-8', 'replace'), record, tree_of(self.world.home, not scenario.claude), self.reap())

    @staticmethod
    def reap():
        """Processes that nono left to this one and that do not end by themselves."""
        for _ in range(200):
            try:
                pid, _status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return 0
            if pid == 0:
                time.sleep(0.05)
        children = subprocess.run(['ps', '-o', 'pid=', '--ppid', str(os.getpid())], capture_output=True, text=True, check=False)
        for pid in children.stdout.split():
            try:
                os.kill(int(pid), 9)
            except ProcessLookupError:
                pass
        return 1

    def baseline(self, scenario):
        """The run without a fault, in the home as it is now."""
        if self.ready != scenario.name or not self.base:
            base = self.run(scenario)
            if base.code != scenario.code or not base.calls:
                raise SystemExit(f'torture: {scenario.name} without a fault: exit {base.code}, {base.err}')
            self.base = base
        return self.base


def weaker(was, now, less):
    """What the probe may do that it may not do without the fault, and, but for @less, what it may not do."""
    was, now = (dict(field.split('=') for field in text.split()) for text in (was, now))
    if (was.get('state'), now.get('state')) == (f'{errno.EACCES:x}', f'{errno.ENOENT:x}'):
        now['state'] = was['state']  # a state directory that could not be made
    return [f'{name}={now.get(name)} instead of {value}' for name, value in was.items() if now.get(name) != value and
            not (less and (value, now.get(name)) == ('0', f'{errno.EACCES:x}'))]


def judge_tree(bench, base, result):
    for name, value in bench.before.items():
        if result.tree.get(name) != value:
            yield f'{name} was changed'
    for name, value in result.tree.items():
        if name in bench.before:
            continue
        if name not in base.tree:
            yield f'left {name}'
        elif name == CAPS + 'made':  # of a directory that could not be made, nothing is granted
            try:
                json.loads(value[1])
            except ValueError:
                yield f'left {name} half-made: {value!r:.200}'
        elif base.tree[name] != value:
            yield f'left {name} half-made: {value!r:.200}'


def causes(call, how):
    """What a message that names the cause has in it, any of them."""
    if how == 'ENOMEM':
        return 'out of memory', os.strerror(errno.ENOMEM)
    if (call, how) == ('landlock', 'E2BIG'):
        return 'Linux holds 16', os.strerror(errno.E2BIG)
    return (os.strerror(getattr(errno, how)),) if how else ('',)


def judge_end(base, result, call, how, hints):
    """The same result as without a fault, or a refusal that says why."""
    # A line that there was no memory to fold is printed as it is.
    lines, known = ([line for line in text.split('\n') if line] for text in (result.err, base.err))
    whole = {line.strip() for line in lines}
    named = [line for line in lines if line not in known and any(text in line for text in causes(call, how))]
    lost = [line for line in known if line.strip() not in whole and not (hints and line.startswith('  '))]
    if result.code == base.code and result.out == base.out and (named or not lost):
        return
    # The pipe that nono could not read any more is closed, as when a reader goes away.
    if result.code not in (1, 126, 127) and not (result.code == 128 + signal.SIGPIPE and named):
        yield f'exit code {result.code}'
    if result.out not in ('', base.out):
        yield f'output {result.out!r:.300}'
    if not any('nono: ' in line for line in named):
        yield f'exit code {result.code}, no message with the cause, these lines lost: {lost}, all: {lines}'


def judge(bench, base, result, fault, hints):
    _process, call, _at, how, _sticky = fault
    if result.code is None:
        yield 'hangs'
        return
    if result.code < 0:
        yield f'ended by signal {-result.code}'
    if result.orphans:
        yield 'left a process behind'
    if result.ended and (result.blocks > base.blocks or result.fds > base.fds):
        yield f'{result.blocks} allocations and {result.fds} descriptors are left at the end, not {base.blocks} and {base.fds}'
    if 'denied=' in result.out and 'denied=' in base.out:
        different = weaker(base.out, result.out, how == OTHERS)
        yield from different
        result.out = result.out if different else base.out
    if how == OTHERS:
        if result.code not in (base.code, 1, 126, 127):
            yield f'exit code {result.code}'
        return
    yield from judge_tree(bench, base, result)
    yield from judge_end(base, result, call, how, hints)


# ---- the whole series ----

def series(calls, long_run, user):
    """What is to be injected into a scenario that makes these calls: (process, call, errno, sticky)."""
    for call, counts in calls.items():
        for process in PROCESSES:
            # What root's runs do differently is in the child.
            if not counts[process] or (user == 'root' and process != 'child' and not long_run):
                continue
            for how in ERRNOS[call] if long_run else [h for h in ERRNOS[call] if h in (ERRNOS[call][0], HALF)]:
                yield process, call, how, False
            if long_run or call in ('open', 'malloc'):
                yield process, call, ERRNOS[call][0], True


def every(bench, scenario, kind, first, step):
    """One kind of fault at every n. Returns (faults, complaints)."""
    process, call, how, sticky = kind
    base = bench.baseline(scenario)
    complaints, faults, at = [], 0, first
    while True:
        fault = (process, call, at, how, sticky)
        result = bench.run(scenario, fault)
        if not result.injected:
            return faults, complaints
        faults += 1
        complaints += [f'{" ".join(spell(fault))}: {text}' for text in judge(bench, base, result, fault, scenario.hints)]
        at += step


def spell(fault):
    """A fault as this program's arguments."""
    process, call, at, how, sticky = fault
    return [process, call, str(at), str(how)] + ['sticky'] * sticky


def worker(user, tasks, results):
    bench = Bench(user)
    try:
        for task in iter(tasks.get, None):
            try:
                results.put((task, task[0](bench, *task[1:])))
            except BaseException:  # also SystemExit: whoever collects must hear of it
                results.put((task, traceback.format_exc()))
    finally:
        bench.world.done()


def count(bench, scenario):
    return bench.baseline(scenario).calls


class Crew:
    """Worker processes, each with a home of its own."""

    def __init__(self, user):
        context = multiprocessing.get_context('fork')
        self.tasks, self.results = context.Queue(), context.Queue()
        self.workers = [context.Process(target=worker, args=(user, self.tasks, self.results)) for _ in range(os.cpu_count())]
        for process in self.workers:
            process.start()

    def do(self, tasks):
        for task in tasks:
            self.tasks.put(task)
        for _ in tasks:
            task, result = self.results.get()
            if isinstance(result, str):
                raise SystemExit(result)
            yield task, result

    def end(self):
        for _ in self.workers:
            self.tasks.put(None)
        for process in self.workers:
            process.join()


def torture(user, chosen, long_run):
    """All scenarios as one user. Returns (faults, failed kinds)."""
    crew = Crew(user)
    total = failed = 0
    try:
        kinds = [(calls[kind[1]][kind[0]], scenario, kind) for (_, scenario), calls in crew.do([(count, s) for s in chosen])
                 for kind in series(calls, long_run, user)]
        # The longest first, so that none is left for the end.
        kinds.sort(key=lambda k: -k[0])
        # Another fifth in each scenario.
        tasks = [(every, scenario, kind, 1, 1) if long_run or calls < MANY else
                 (every, scenario, kind, 1 + len(scenario.name) % STRIDE, STRIDE) for calls, scenario, kind in kinds]
        for (_, scenario, kind, _, _), (faults, complaints) in crew.do(tasks):
            total += faults
            failed += bool(complaints)
            process, call, how, sticky = kind
            print(f'{"not ok" if complaints else "ok"} {user} {scenario.name} {process} {call} {how}{" sticky" * sticky}: {faults} faults',
                  flush=True)
            for text in complaints[:SHOWN]:
                print(f'    torture.py {scenario.name} {text}', flush=True)
    finally:
        crew.end()
    return total, failed


def show(scenario, words):
    """One run with one fault, in full."""
    bench = Bench(ORDINARY if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name)
    try:
        fault = (words[0], words[1], int(words[2]), words[3] if words[3] != '0' else HALF, 'sticky' in words)
        base, result = bench.baseline(scenario), bench.run(scenario, fault)
        print(f'without: exit {base.code}\n{base.out}{base.err}\nwith: exit {result.code}, {result.injected} faults\n{result.out}{result.err}')
        complaints = list(judge(bench, base, result, fault, scenario.hints))
    finally:
        bench.world.done()
    print('\n'.join(complaints) or 'fine')
    return 1 if complaints else 0


def main(words):
    long_run = '--long' in words
    words = [w for w in words if w != '--long']
    by_name = {s.name: s for s in SCENARIOS}
    if len(words) > 1 and words[1] in PROCESSES:
        return show(by_name[words[0]], words[1:])
    users = [ORDINARY, 'root'] if os.getuid() == 0 else [pwd.getpwuid(os.getuid()).pw_name]
    total = failed = 0
    for user in users:
        chosen = [by_name[w] for w in words] or [s for s in SCENARIOS if long_run or s.short]
        faults, bad = torture(user, [s for s in chosen if user != 'root' or s.root], long_run)
        total, failed = total + faults, failed + bad
    print(f'{total} faults injected, {failed} kinds of fault with complaints')
    return 1 if failed or not total else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
