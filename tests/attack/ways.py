# ways.py - ways out: each is tried outside, where it must be open, and inside.  SPDX-License-Identifier: Apache-2.0
"""A way is (name, code, inside[, outside]): Python code after attacker.py, and what must become of it. `outside` is
"open" unless said otherwise: a text, a tuple of texts, or {'root': ..., 'user': ...}. The code finds in T the directory
that it is after: inside a protected one, outside one like it that may be ruined."""
import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = '/usr/bin/python3'
KEY = b'-----BEGIN KEY-----\nvery secret\n'

with open(os.path.join(HERE, 'attacker.py'), encoding='utf-8') as f:
    ATTACKER = f.read()


def fill(world, name):
    """A directory with something of each kind."""
    for path, text in (('key', KEY), ('empty', b''), ('sub/deep', b'deep\n'), ('tool', b'#!/bin/sh\nexit 42\n')):
        world.write(f'{name}/{path}', text, 0o700 if path == 'tool' else 0o600)
    link = world.path(f'{name}/link')
    os.symlink('key', link)
    return world.path(name)


def describe(path):
    st = os.lstat(path)
    what = [oct(st.st_mode), st.st_uid, st.st_gid, st.st_nlink]
    if not os.path.isdir(path) or os.path.islink(path):
        what += [st.st_size, st.st_mtime_ns]
    if os.path.islink(path):
        return what + [os.readlink(path)]
    if os.path.isfile(path):
        with open(path, 'rb') as f:
            what.append(f.read())
        what.append(sorted((n, os.getxattr(path, n)) for n in os.listxattr(path)))
    return what


def snapshot(*paths):
    """All that there is to a file or tree: names, modes, owners, contents, attributes."""
    found = {}
    for top in paths:
        found[top] = describe(top)
        for folder, names, files in os.walk(top):
            for name in names + files:
                found[os.path.join(folder, name)] = describe(os.path.join(folder, name))
    return found


def program(ways, names):
    assert len({w[0] for w in ways}) == len(ways), 'two ways have one name'
    return f'{ATTACKER}\n\nattack({[w[:2] for w in ways]!r}, **{names!r})\n'


def outside(world, text, cwd, **more):
    """A Python program without nono, as the same user."""
    path = world.write('control/program.py', text)
    return subprocess.run([PYTHON, path], cwd=cwd, env=world.environment(), capture_output=True, text=True, timeout=120,
                          check=False, stdin=subprocess.DEVNULL, **{**world.identity(), **more})


def results_of(done):
    lines = done.stdout.strip().split('\n')
    assert lines[-1].startswith('{'), (done.returncode, done.stdout, done.stderr)
    return json.loads(lines[-1])


def wanted(world, spec):
    if isinstance(spec, dict):
        spec = spec['root' if world.user == 'root' else 'user']
    return (spec,) if isinstance(spec, str) else tuple(spec)


def compare(world, ways, got, column, default):
    """The names of the ways whose outcome is another than the one said; what the kernel lacks altogether is passed."""
    wrong = {}
    for way in ways:
        spec = wanted(world, way[column] if len(way) > column else default)
        if got[way[0]] not in spec and not (column == 3 and got[way[0]] == 'ENOSYS'):
            wrong[way[0]] = (got[way[0]], 'instead of', *spec)
    return wrong


def try_ways(world, ways, *flags, target='.ssh', decoy='decoy', mode='run', profile='claude-code', names=None, **more):
    """Try all ways outside on the decoy, then inside on the target, which must stay as it is byte for byte."""
    if not os.path.exists(world.path(target)):
        fill(world, target)
    fill(world, decoy)
    names = names or {}
    control = world.mkdir('control/cwd')
    done = outside(world, program(ways, dict(names, T=world.path(decoy))), control)
    wrong = compare(world, ways, results_of(done), 3, 'open')
    assert not wrong, ('the positive control', wrong, done.stderr)
    before = snapshot(world.path(target))
    world.write('project/program.py', program(ways, dict(names, T=world.path(target))))
    done = world.run(mode, '-s', '-p', profile, '--allow-cwd', *flags, '--', PYTHON, 'program.py', **more)
    wrong = compare(world, ways, results_of(done), 2, None)
    assert not wrong, ('inside', wrong, done.stderr)
    assert snapshot(world.path(target)) == before
    return done
