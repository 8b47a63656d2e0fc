# test_printing.py - names and words that act on a terminal, or look like nono's own lines.  SPDX-License-Identifier: Apache-2.0
import json
import os
import pty
import re
import select
import subprocess

import pytest
from ways import snapshot

# Clipboard, colours, a report, a title; a line of its own; C1; direction, separators, zero width; no UTF-8 at all.
EVIL = {
    'escape': 'a\x1b]52;c;eA==\x07\x1b[31m\x1b[6n\x1b]0;t\x07b',
    'lines': 'a\nnono: everything is granted\r\n  mode unrestricted\x0b\x0cb',
    'c1': 'a\u009b31m\u0085\u0090b\x7f\x08\x08b',
    'unicode': 'a\u202egpj\u2066.\u200bexe\u2028nono: x\u2029\ufeff\u00ad\U000e0041b',
    'bytes': 'a\udcff\udcc0\udc80\udced\udca0\udc80\udcf5b',
}
BAD = re.compile('[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff'
                 '\ud800-\udfff]')


def check(text, what):
    assert not BAD.search(text), (what, BAD.search(text), text)
    for line in text.split('\n'):
        assert not line.startswith(('nono: everything', '  mode unrestricted', 'nono: x')), (what, text)


@pytest.mark.parametrize('kind', EVIL)
def test_every_place_that_names_something(world, kind):
    evil = EVIL[kind]
    assert BAD.search(evil), 'the positive control'
    folder = world.mkdir(f'{evil}/in')
    path = world.write(f'{evil}/secret', 'x')
    profile = world.path(f'{evil}/p.json')
    asked = {
        'a missing command': ['run', '--allow-cwd', '--', evil],
        'a missing command by path': ['run', '--allow-cwd', '--', './' + evil],
        'a command that is none': ['run', '--allow-cwd', '--', path],
        'a missing flag path': ['run', '--read', evil, '--allow-cwd', '--', 'true'],
        'the wrong kind': ['run', '--read', path, '--allow-cwd', '--', 'true'],
        'a grant that fails': ['run', '--allow', os.path.dirname(path), '--override-deny', evil, '--allow-cwd', '--', 'true'],
        'an override without a grant': ['run', '--override-deny', path, '--allow-cwd', '--', 'true'],
        'an unknown option': ['run', '--' + evil, '--', 'true'],
        'an unknown letter': ['run', '-' + evil[1:], '--', 'true'],
        'an unknown command': [evil],
        'a profile name': ['run', '-p', evil, '--', 'true'],
        'a profile path': ['run', '-p', './' + evil + '.json', '--', 'true'],
        'a base': ['run', '-p', 'claude-code', '--extends', evil, '--', 'true'],
        'a port': ['run', '--open-port', evil, '--', 'true'],
        'a blocked command': ['run', '--block-command', evil, '--allow-cwd', '--', evil],
        'a working directory': ['run', '--workdir', evil, '--', 'true'],
        'a dry run': ['run', '-v', '--dry-run', '--read', folder, '--allow-cwd', '--', 'printf', evil],
        'why, a path': ['why', '--path', path],
        'why, a missing path': ['why', '--path', f'/{evil}/{evil}'],
        'why, an operation': ['why', '--path', path, '--op', evil],
        'why, a host': ['why', '--host', evil],
        'why, a port': ['why', '--host', 'x', '--port', evil],
        'verbose': ['run', '-vv', '--read', folder, '--allow-cwd', '--', 'true'],
        'the footer': ['run', '--allow-cwd', '--', 'sh', '-c', 'exit 1', path],
        'wrap': ['wrap', '--allow-cwd', '--', path],
    }
    for what, words in asked.items():
        done = world.run(*words)
        check(done.stderr, what)
        check(done.stdout, what)
        if 'dry' not in what and what not in ('verbose', 'why, a host', 'why, a path', 'why, a missing path', 'a missing flag path',
                                              'a grant that fails'):
            assert done.returncode != 0, (what, done)
    world.write(f'{evil}/p.json', json.dumps({'meta': {'name': 'x'}, evil.encode('utf-8', 'replace').decode(): 1}))
    check(world.run('run', '-p', profile, '--', 'true').stderr, 'a profile key')
    for body in ({'extends': [evil]}, {'groups': {'include': [evil]}}, {'filesystem': {'read': ['~/' + evil]}},
                 {'filesystem': {'deny': ['~/' + evil], 'allow': ['~']}}, {'commands': {'deny': [evil]}}, {'workdir': {'access': evil}},
                 {'binary': evil}, {'meta': {'name': evil, 'description': evil}}, {'environment': {'set_vars': {evil: evil}}}):
        text = json.dumps(body).encode('utf-8', 'replace').decode()
        world.write(f'{evil}/p.json', text)
        for more in (['--dry-run', '-v'], ['-v']):
            done = world.run('run', *more, '-p', profile, '--allow-cwd', '--', 'true')
            check(done.stderr, text)


@pytest.mark.parametrize('kind', EVIL)
def test_what_the_command_says(world, kind):
    """The command's error output passes unchanged; what nono repeats of it, or of its words, does not act."""
    evil = EVIL[kind]
    key = world.write(f'{evil}/key', 'secret')
    own = f'cat: {key}: Permission denied\n'
    world.write('project/say', own.encode('utf-8', 'surrogateescape'))
    done = world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c', 'cat say >&2; exit 1', key, '--file=' + key)
    before, footer = done.stderr.split('NONO DIAGNOSTIC', 1)
    assert own.replace('\r\n', '\n') in before, 'the positive control: reading as text makes one of two ends of a line'
    check(footer, 'footer')


@pytest.mark.parametrize('kind', EVIL)
def test_json_stays_json(world, kind):
    """One object on one line, whatever the path, and nothing in it acts on a terminal either."""
    path = f'/{EVIL[kind]}'
    done = world.run('why', '--path', path, '--json')
    assert done.stdout.count('\n') == 1
    assert json.loads(done.stdout)['status'] == 'denied'
    check(done.stdout, 'json')


@pytest.mark.parametrize('kind', EVIL)
def test_the_question_about_the_directory(world, kind):
    folder = world.mkdir(EVIL[kind])
    before = snapshot(folder)
    master, slave = pty.openpty()
    process = subprocess.Popen([world.nono, 'run', '--', 'true'], stdin=slave, stdout=slave, stderr=slave, cwd=folder,
                               env=world.environment(PWD=folder), start_new_session=True, **world.identity())
    os.close(slave)
    out = b''
    while b'[y/N]' not in out and select.select([master], [], [], 20)[0]:
        out += os.read(master, 65536)
    text = re.sub(r'\x1b\[[0-9]*m', '', out.decode('utf-8', 'surrogateescape').replace('\r\n', '\n'))
    check(text, 'question')
    assert 'Share the working directory' in text
    os.write(master, b'n\n')
    process.wait(60)
    os.close(master)
    assert snapshot(folder) == before


def test_colours_are_nonos_own(world):
    """On a terminal nono's lines have colours, and only those: the command's words add none."""
    master, slave = pty.openpty()
    process = subprocess.Popen([world.nono, 'run', '--allow-cwd', '--', 'no\x1b[41mcommand'], stdin=slave, stdout=slave, stderr=slave,
                               cwd=world.work, env=world.environment(), start_new_session=True, **world.identity())
    os.close(slave)
    out = b''
    while True:
        try:
            out += os.read(master, 65536)
        except OSError:
            break
    process.wait(60)
    os.close(master)
    assert b'\x1b[31m' in out and b'\x1b[41m' not in out and b'\\x1b[41m' in out
