# test_man.py - the manual: well-formed, up to date, its examples run.  SPDX-License-Identifier: Apache-2.0
import glob
import os
import re
import shlex
import subprocess

import pytest
from test_examples import ROOT, home, run, with_profile  # noqa: F401  pylint: disable=unused-import

PAGES = sorted(glob.glob(os.path.join(ROOT, 'docs', 'man', '*.[1-8]')))


def examples():
    for page in PAGES:
        with open(page, encoding='utf-8') as f:
            for line in f.read().replace('\\-', '-').split('\n'):
                if line.startswith('.Dl nono '):
                    yield pytest.param(line[len('.Dl '):], id=os.path.basename(page) + ': ' + line[4:54])


def literals():
    """(page, text) of each literal block."""
    for page in PAGES:
        with open(page, encoding='utf-8') as f:
            for n, text in enumerate(re.findall(r'^\.Bd -literal.*?\n(.*?)^\.Ed', f.read(), re.M | re.S)):
                yield pytest.param(text.replace('\\e', '\\'), id=f'{os.path.basename(page)} block {n}')


@pytest.mark.parametrize('page', PAGES, ids=os.path.basename)
def test_mandoc_has_nothing_to_say(page):
    done = subprocess.run(['mandoc', '-Tlint', '-W', 'style', page], capture_output=True, text=True, check=False)
    # Whether another page is installed on this machine is not this page's matter.
    found = [line for line in done.stdout.split('\n') if line and 'referenced manual not found' not in line]
    assert found == [], '\n'.join(found)


def test_mandoc_would_say_something(tmp_path):
    page = tmp_path / 'x.5'
    page.write_text('.Sh NAME\n')
    assert subprocess.run(['mandoc', '-Tlint', page], capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize('page', PAGES, ids=os.path.basename)
def test_it_fits_a_terminal(page):
    text = subprocess.run(['mandoc', '-Tascii', '-Owidth=78', page], capture_output=True, text=True, check=True).stdout
    text = re.sub('.\b', '', text)
    assert len(text.split('\n')) > 20 and [line for line in text.split('\n') if len(line) > 80] == []


@pytest.mark.parametrize('line', examples())
def test_example(home, line):  # noqa: F811
    with_profile(home)
    # What an earlier example of the page wrote.
    subprocess.run(['cp', '-r', os.path.join(ROOT, 'data', 'examples', '.'), os.path.join(home, '.config', 'nono', 'profiles')], check=True)
    words = shlex.split(line.replace('~', home))[1:]
    if '--' in words and '--dry-run' not in words:
        words.insert(words.index('--'), '--dry-run')
    done = run(home, words)
    assert done.returncode == 0 and done.stdout + done.stderr, done.stderr


@pytest.mark.parametrize('text', [p for p in literals() if p.values[0].lstrip().startswith('{')])
def test_profile(home, text):  # noqa: F811
    path = os.path.join(home, 'project', 'x.json')
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    done = run(home, ['profile', 'validate', path])
    assert done.returncode == 0 and done.stderr == '', done.stdout


@pytest.mark.parametrize('text', [p for p in literals() if p.values[0].startswith('nono ')])
def test_commands(home, text):  # noqa: F811
    for line in text.strip().split('\n'):
        done = run(home, line.split()[1:])
        assert done.returncode == 0, line + ': ' + done.stderr


def test_there_are_examples():
    assert len(list(examples())) >= 8 and len(list(literals())) >= 4


def test_every_option_and_variable_is_in_it(home):  # noqa: F811
    text = subprocess.run(['mandoc', '-Tascii', os.path.join(ROOT, 'docs', 'man', 'nono.1')], capture_output=True, text=True, check=True).stdout
    text = re.sub('.\b', '', text)
    for command in ('run', 'wrap', 'why', 'setup'):
        for option in re.findall(r'^ .. +(--[a-z-]+)', run(home, [command, '--help']).stdout, re.M):
            assert re.search(rf'^ +(-., )?{option}\b', text, re.M), option
    for name in ('NONO_PROFILE', 'NONO_THEME', 'NO_COLOR', 'XDG_CONFIG_HOME'):
        assert name in text
