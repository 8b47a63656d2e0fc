#!/usr/bin/env python3
# run.py - measures nono beside what is possible, into bench/results.md.  SPDX-License-Identifier: Apache-2.0
"""usage: bench/run.py [ROUNDS]

All programs alternate in one run, as an ordinary user; figures are medians of the overhead over plain /bin/true."""
import glob
import json
import os
import platform
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROUNDS = sys.argv[1] if len(sys.argv) > 1 else '500'
NONO = os.path.join(ROOT, 'build', 'nono')


def compile_programs(folder):
    header = glob.glob(os.path.join(ROOT, 'build', 'src', 'sandbox'))
    include = os.path.join(ROOT, 'build', 'src')
    assert header, 'run make first'
    for name in ('limit', 'timing'):
        subprocess.run(['cc', '-O2', '-static', '-D_GNU_SOURCE', '-Wall', '-I', include, os.path.join(ROOT, 'bench', name + '.c'),
                        '-o', os.path.join(folder, name)], check=True)
    shutil.copy(NONO, folder)


def identity():
    if os.getuid() != 0:
        return {}
    entry = pwd.getpwnam('nobody')
    return {'user': entry.pw_uid, 'group': entry.pw_gid, 'extra_groups': []}


# What an access means, in Landlock's numbers (src/policy/rights.h).
RIGHTS = {'read': 0xd, 'write': 0x77b2, 'readwrite': 0x77bf}


class Bench:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix='nono-bench-', dir='/var/tmp')
        os.chmod(self.dir, 0o755)
        compile_programs(self.dir)
        self.home = os.path.join(self.dir, 'home')
        self.work = os.path.join(self.home, 'project')
        os.makedirs(self.work)
        if os.getuid() == 0:
            for path in (self.home, self.work):
                os.chown(path, identity()['user'], identity()['group'])
        self.env = {'HOME': self.home, 'PATH': '/usr/bin:/bin', 'LANG': 'C.UTF-8'}
        self.nono = os.path.join(self.dir, 'nono')

    def run(self, *args, **more):
        return subprocess.run(args, cwd=self.work, env=self.env, capture_output=True, text=True, check=True, **identity(), **more)

    def rules(self, flags):
        """(every path rule of the policy, those that the kernel is told) as RIGHTS:PATH, for limit.c."""
        done = self.run(self.nono, 'run', '-v', *flags, '--', 'sh', '-c', 'cat $NONO_CAP_FILE')
        grants = json.loads(done.stdout)['fs']
        kernel = [f'{g["rights"]}:{g["path"]}' for g in grants if g['rights']]
        policy = [f'{g["rights"] or RIGHTS[g["access"]]}:{g["original"]}' for g in grants]
        policy += [f'{RIGHTS["read"]}:{path}' for path in re.findall(r' (/\S+): does not exist, skipped', done.stderr)]
        return policy, kernel

    def medians(self, commands):
        words = [ROUNDS]
        for n, command in enumerate(commands):
            words += (['::'] if n else []) + command
        out = self.run(os.path.join(self.dir, 'timing'), *words)
        return [float(line) for line in out.stdout.split()]

    def calls(self, flags):
        log = os.path.join(self.home, 'calls')
        self.run('strace', '-f', '-c', '-o', log, self.nono, *flags, '--', '/bin/true')
        with open(log, encoding='utf-8') as f:
            return int(re.search(r'(\d+)(?:\s+\d+)? total', f.read()).group(1))

    def resident(self, flags):
        """The supervisor's greatest resident size in KiB, asked from inside (its status is not its memory)."""
        done = self.run(self.nono, *flags, '--', 'sh', '-c', 'grep VmHWM /proc/$PPID/status')
        return int(done.stdout.split()[1])


def section(bench, title, flags):
    policy, kernel = bench.rules(flags)
    limit, true = os.path.join(bench.dir, 'limit'), ['/bin/true']
    commands = {'plain': true,
                'C program, exec': [limit, 'exec', *policy, '--', *true],
                'C program, exec, kernel rules only': [limit, 'exec', *kernel, '--', *true],
                'nono wrap': [bench.nono, 'wrap', *flags, '--', *true],
                'C program, fork and wait': [limit, 'run', *policy, '--', *true],
                'C program, fork and wait, kernel rules only': [limit, 'run', *kernel, '--', *true],
                'nono run': [bench.nono, 'run', *flags, '--', *true]}
    if shutil.which('bwrap'):
        commands['bubblewrap'] = ['/usr/bin/bwrap', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', *true]
    medians = dict(zip(commands, bench.medians(list(commands.values()))))
    over = {name: value - medians['plain'] for name, value in medians.items()}
    against = {'nono wrap': 'C program, exec', 'nono run': 'C program, fork and wait'}
    text = f'## {title}\n\n{len(policy)} path rules in the policy, {len(kernel)} that the kernel needs; plain /bin/true takes '
    text += f'{medians["plain"]:.0f} us here.\n\n| program | overhead, us | ratio to the C program | to the one with kernel rules only |\n'
    text += '|---|--:|--:|--:|\n'
    for name, value in over.items():
        if name == 'plain':
            continue
        base = against.get(name)
        ratios = f'{value / over[base]:.2f} | {value / over[base + ", kernel rules only"]:.2f}' if base else ' | '
        text += f'| {name} | {value:.0f} | {ratios} |\n'
    calls = bench.calls(['run', *flags])
    text += f'\nSystem calls of `nono run {" ".join(flags)} -- /bin/true`, all processes: {calls}.\n'
    return text + f'Resident at most: {bench.resident(["run", "-s", *flags])} KiB.\n\n'


MASKS = (1, 2, 10, 100)
REPLACED = 300


def mask_profile(bench, name, where, count):
    """Denied files, each of which needs a cover where `where` is granted."""
    folder = os.path.join(bench.home, where)
    for n in range(count):
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f'f{n}'), 'w', encoding='utf-8'):
            pass
    path = os.path.join(bench.dir, name + '.json')
    rules = {'allow': ['~/project'], 'deny': [f'~/{where}/f{n}' for n in range(count)]}
    with open(path, 'w', encoding='utf-8') as f:
        json.dump({'filesystem': rules}, f)
    return path


def masks(bench):
    """The same number of rules, once below a granted directory and once beside it."""
    commands = {'plain': ['/bin/true']}
    for count in MASKS:
        for kind, where in (('covered', f'project/d{count}'), ('beside', f'other/d{count}')):
            path = mask_profile(bench, f'{kind}{count}', where, count)
            commands[kind, count] = [bench.nono, 'run', '-s', '-p', path, '--allow-cwd', '--', '/bin/true']
    medians = dict(zip(commands, bench.medians(list(commands.values()))))
    text = ('## Denied paths below a granted directory\n\nEach is masked in a mount namespace of the command; beside it the same rules '
            'where no grant covers them. Target: at most 1.5 ms more, and nothing for each file that is opened.\n\n'
            '| masked files | overhead, us | not covered, us | masks add, us |\n|--:|--:|--:|--:|\n')
    for count in MASKS:
        with_masks, without = (medians[kind, count] - medians['plain'] for kind in ('covered', 'beside'))
        text += f'| {count} | {with_masks:.0f} | {without:.0f} | {with_masks - without:.0f} |\n'
    return text + '\n'


READER = '''
import os, sys, time
spans, first = [], None
while True:
    try:
        fd = os.open("secret", os.O_RDONLY)
        text = os.read(fd, 9)
        os.close(fd)
        first = first or time.monotonic()
        last = time.monotonic()
        if text == b"end":
            break
    except OSError:
        if first:
            spans.append(last - first)
        first = None
print(*(int(1e6 * s) for s in spans))
'''


def window(bench):
    """How long a reader that does nothing else can open a masked file that somebody outside replaces by rename."""
    path = os.path.join(bench.dir, 'window.json')
    with open(path, 'w', encoding='utf-8') as f:
        json.dump({'filesystem': {'allow': ['~/project'], 'deny': ['~/project/secret']}}, f)
    secret = os.path.join(bench.work, 'secret')

    def put(name, text):
        with open(secret + '.new', 'w', encoding='utf-8') as f:
            f.write(text)
        os.chmod(secret + '.new', 0o644)
        os.rename(secret + '.new', name)
    put(secret, 'secret')
    reader = subprocess.Popen([bench.nono, 'run', '-s', '-p', path, '--allow-cwd', '--', '/usr/bin/python3', '-c', READER],
                              cwd=bench.work, env=bench.env, stdout=subprocess.PIPE, text=True, **identity())
    time.sleep(1)
    for _ in range(REPLACED):
        put(secret, 'secret')
        time.sleep(0.02)
    while reader.poll() is None:
        put(secret, 'end')
        time.sleep(0.001)
    spans = sorted(map(int, reader.stdout.read().split()))
    reader.stdout.close()
    text = ('## A masked file that somebody outside replaces\n\nBy rename, as editors save, while a reader inside does nothing but '
            f'open it: {REPLACED} times, of which it read {min(len(spans), REPLACED)}. It could be opened for ')
    if spans:
        text += f'{spans[len(spans) // 2]} us (median), {spans[len(spans) * 99 // 100]} us (99th of 100), {spans[-1]} us (longest).'
    return text + '\n\n'


def main():
    bench = Bench()
    version = subprocess.run(['bwrap', '--version'], capture_output=True, text=True, check=False).stdout.strip()
    text = ('# Figures\n\n`make bench` writes this page. Medians of the overhead over plain /bin/true, all programs alternating '
            f'in one run of {ROUNDS} rounds, as an ordinary user, error output to /dev/null.\n\n'
            f'Linux {platform.release().split("-")[0]}, {os.cpu_count()} CPUs of a virtual machine, {version or "no bubblewrap"}, '
            f'program {os.path.getsize(NONO)} bytes. Compare ratios, not times: such machines are noisy.\n\n'
            'The C program (`bench/limit.c`) is given the path rules of the policy and does with each what nono does: open it, look '
            'at it, find its canonical name, make a kernel rule. Beside it the same program with only those rules that nono leaves '
            'after finding what covers what; neither reads a profile, knows a denied path or keeps a capability file. Targets: '
            'wrap at most 1.3 times its exec, run at most twice its fork and wait, both ahead of bubblewrap, 550 system calls, '
            '2 MB resident, 1.5 MB on disk.\n\n'
            'Much of every row is one start of a static program: on this machine its processor questions (CPUID) trap.\n\n')
    text += section(bench, 'The base groups and the working directory', ['--allow-cwd'])
    text += section(bench, 'claude-code in a project', ['-p', 'claude-code', '--allow-cwd'])
    text += masks(bench)
    text += window(bench)
    with open(os.path.join(ROOT, 'bench', 'results.md'), 'w', encoding='utf-8') as f:
        f.write(text.replace(bench.home, '~').rstrip() + '\n')
    print(text)
    shutil.rmtree(bench.dir)


if __name__ == '__main__':
    main()
