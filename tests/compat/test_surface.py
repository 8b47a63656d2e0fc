# test_surface.py - each row of docs/guide/compatibility.md, run.  SPDX-License-Identifier: Apache-2.0
import deftables
import pytest
from surface import Surface

TABLES, SURFACE = deftables.load(), Surface()
RUNNING = ('run', 'shell', 'wrap')
VALUES = {'PROFILE': 'default', 'COMMAND': 'rm', 'PORT': '8080', 'OP': 'write', 'HOST': 'example.org', 'ADDRESS': '127.0.0.1:1', 'NUMBER': '1',
          'SECONDS': '1', 'DATE': '2026-01-01', 'FORMAT': 'profile', 'RULE': 'github:GET:/x', 'NAME': 'name', 'LIST': 'go_runtime'}
# What an option needs beside it to be a question.
BESIDE = {'--op': ['--path', '/etc'], '--port': ['--host', 'example.org']}


def value(world, word):
    if word == 'DIR':
        return world.work
    if word in ('FILE', 'PATH'):
        return world.write('project/file', '{}')
    return VALUES.get(word, 'value')


def call(world, name, words):
    """A command line that starts nothing and leaves nothing."""
    operands = [value(world, word) for word in SURFACE.operands(name).split()]
    if not name:
        return [*words, '--version']
    if name == 'help':
        operands = ['run']
    if name in RUNNING:
        # Nothing stands beside a manifest.
        share = [] if {'--config', '-c'} & set(words) else ['--allow-cwd']
        return [name, *words, '--dry-run', *share, *([] if name == 'shell' else ['--', 'true'])]
    if name == 'why' and not {'--path', '--host'} & set(words):
        operands = ['--path', '/etc']
    return [*name.split(), *words, *operands]


def check_works(done, row):
    assert done.returncode in (0, 1), (row, done.stderr)
    for text in ('not built yet', 'there is no', 'does not belong'):
        assert text not in done.stderr, (row, done.stderr)


def rows():
    for name in SURFACE.commands:
        for option in SURFACE.options(name):
            names, values = SURFACE.spellings(option)
            for spelling in names:
                yield name, option, spelling, values


def run_row(world, name, spelling, values):
    words = [spelling, *(value(world, v) for v in values), *(BESIDE.get(spelling, []) if name == 'why' else [])]
    if spelling in ('--theme', '--name'):
        words[1] = 'latte'
    if name == 'profile init' and spelling in ('--output', '-o'):
        words[1] = world.path('new.json')
    return world.run(*call(world, name, words))


@pytest.mark.parametrize('name', SURFACE.commands)
def test_options(world, name):
    for _, option, spelling, values in (row for row in rows() if row[0] == name):
        state, done = SURFACE.state(TABLES, name, option), run_row(world, name, spelling, values)
        row = (name, spelling, state)
        if state == 'works':
            check_works(done, row)
        elif state == 'no effect':
            assert (done.returncode, done.stdout, done.stderr) == tuple(
                getattr(world.run(*call(world, name, [])), part) for part in ('returncode', 'stdout', 'stderr')), row
        elif SURFACE.command_state(TABLES, name) == 'not yet':
            assert (done.returncode, done.stderr) == (1, f'nono: nono {name.split()[0]} is not built yet\n'), row
        elif spelling.startswith('--'):
            assert (done.returncode, done.stderr) == (1, f'nono: {spelling} is not built yet, so nothing was started\n'), row


@pytest.mark.parametrize('name', [n for n in SURFACE.commands if n])
def test_commands(world, name):
    for spelling in [name, *SURFACE.aliases(name)]:
        words = call(world, name, [])
        words[:len(name.split())] = spelling.split()
        done = world.run(*words)
        if SURFACE.command_state(TABLES, name) == 'works':
            check_works(done, spelling)
        else:
            assert (done.returncode, done.stdout, done.stderr) == (1, '', f'nono: nono {spelling.split()[0]} is not built yet\n')


@pytest.mark.parametrize('variable', SURFACE.environment)
def test_variables(world, variable):
    values = {'NONO_PROFILE': 'default', 'NONO_ALLOW': world.work, 'NONO_LOG_FILE': world.path('log'), 'NONO_THEME': 'latte'}
    done = world.run('run', '--allow-cwd', '--', 'true', env={variable: values.get(variable, 'true')})
    if SURFACE.variable_state(TABLES, variable) == 'works':
        check_works(done, variable)
    elif variable != 'NONO_REGISTRY':
        assert done.returncode == 1 and done.stderr.startswith(f'nono: {variable} is set, and --')


def test_the_table_has_every_state():
    states = {SURFACE.state(TABLES, name, option) for name, option, _, _ in rows()}
    assert states == {'works', 'no effect', 'not yet'} and len(list(rows())) > 200
