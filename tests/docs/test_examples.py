# test_examples.py - every example of the README and the guide.  SPDX-License-Identifier: Apache-2.0
"""Command lines that begin with nono in an indented block are run: why as it is, the others with --dry-run before the
command. JSON blocks are profiles and must load."""
import glob
import os
import re
import shlex
import shutil
import subprocess
import tempfile

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NONO = os.environ.get('NONO_BIN', os.path.join(ROOT, 'build', 'nono'))
PAGES = [os.path.join(ROOT, 'README.md'), *sorted(glob.glob(os.path.join(ROOT, 'docs', 'guide', '*.md')))]


def blocks(text):
    """The indented blocks of a page, unindented."""
    for block in re.findall(r'(?:^(?: {4}.*)?\n)+', text, re.M):
        yield re.sub(r'^ {4}', '', block, flags=re.M)


def commands():
    for page in PAGES:
        with open(page, encoding='utf-8') as f:
            for block in blocks(f.read()):
                for line in block.split('\n'):
                    found = re.match(r'(?:\$ )?(nono .*)', line)
                    if found:
                        yield pytest.param(found.group(1), id=os.path.basename(page) + ': ' + found.group(1)[:50])


def profiles():
    for page in PAGES:
        with open(page, encoding='utf-8') as f:
            for n, block in enumerate(blocks(f.read())):
                if block.lstrip().startswith('{'):
                    yield pytest.param(block, id=f'{os.path.basename(page)} block {n}')


@pytest.fixture
def home():
    path = tempfile.mkdtemp(prefix='nono-docs-', dir='/var/tmp')
    os.makedirs(os.path.join(path, 'data'))
    os.makedirs(os.path.join(path, 'project'))
    os.makedirs(os.path.join(path, '.ssh'))
    os.makedirs(os.path.join(path, '.config', 'nono', 'profiles'))
    os.makedirs(os.path.join(path, 'project', 'ci'))
    with open(os.path.join(path, 'project', 'ci', 'build.json'), 'w', encoding='utf-8') as f:
        f.write('{"meta": {"name": "build"}, "extends": "default"}')
    for name in ('claude', 'npm', 'script.sh'):
        tool = os.path.join(path, 'project', name)
        shutil.copy('/bin/true', tool)
    yield path
    shutil.rmtree(path)


def run(home, args):
    env = {'HOME': home, 'PATH': os.path.join(home, 'project') + ':/usr/bin:/bin', 'LANG': 'C.UTF-8'}
    return subprocess.run([NONO, *args], cwd=os.path.join(home, 'project'), env=env, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)


def with_profile(home, text='{"extends": "claude-code", "commands": {"allow": ["npm"]}}'):
    with open(os.path.join(home, '.config', 'nono', 'profiles', 'my-agent.json'), 'w', encoding='utf-8') as f:
        f.write(text)


@pytest.mark.parametrize('line', commands())
def test_command(home, line):
    with_profile(home)
    if 'my-tool' in line and 'init' not in line:
        assert run(home, ['profile', 'init', 'my-tool']).returncode == 0
    words = shlex.split(line.split('  #')[0].replace('~', home))[1:]
    if '--' in words and '--dry-run' not in words and words[0] != 'why':
        words.insert(words.index('--'), '--dry-run')
    done = run(home, words)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize('text', profiles())
def test_profile(home, text):
    with_profile(home, text)
    done = run(home, ['run', '--dry-run', '--profile', 'my-agent', '--', 'true'])
    assert done.returncode == 0, done.stderr


def test_there_are_examples():
    assert len(list(commands())) >= 5 and list(profiles())
