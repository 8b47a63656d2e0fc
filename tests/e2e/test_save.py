# test_save.py - after a failed run on a terminal: the offer to save what was refused.  SPDX-License-Identifier: Apache-2.0
import json
import os
import stat
import subprocess

import pytest
from dialogue import Dialogue

OFFER = 'This can be kept in a profile of yours.'
ASK_ROWS = 'Enter skips: '
ASK_WORD = 'Type override to lift that rule and grant it: '
ASK_NAME = 'Name of the profile '
# Looks at nothing that it is given: what it was refused is known from the command line.
FAILS = ['sh', '-c', 'exit 7', 'sh']


def start(world, *words, env=None):
    return Dialogue(world, [world.nono, 'run', '--allow-cwd', *words], env=env)


def saved(world, name):
    with open(world.path(f'.config/nono/profiles/{name}.json'), encoding='utf-8') as f:
        return json.load(f)


def profiles(world):
    folder = world.path('.config/nono/profiles')
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def test_what_is_granted_works_the_next_time(world):
    first, second, third = (world.write(f'data/{n}', n) for n in 'abc')
    folder = world.mkdir('more')
    dialogue = start(world, '--', 'cat', first, second, third, folder)
    dialogue.expect('NONO DIAGNOSTIC')
    dialogue.expect(OFFER)
    shown = dialogue.expect(ASK_ROWS)
    assert [line.strip() for line in shown.split('\n')[1:5]] == [
        '1  read ~/data/a', '2  read ~/data/b', '3  read ~/data/c', '4  read ~/more (a directory, with all that is in it)']
    dialogue.type('1, 4 s2\r')
    assert dialogue.expect(': ').endswith(ASK_NAME + '[cat]: ')
    dialogue.type('my-cat\r')
    path = world.path('.config/nono/profiles/my-cat.json')
    dialogue.expect(f'Saved {path}\n')
    dialogue.expect('nono run --profile my-cat --allow-cwd -- COMMAND\n')
    assert dialogue.end()[1] == 1
    assert saved(world, 'my-cat') == {'meta': {'name': 'my-cat'}, 'workdir': {'access': 'read'}, 'filesystem': {
        'read_file': ['~/data/a'], 'suppress_save_prompt': ['~/data/b'], 'read': ['~/more']}}
    status = os.stat(path)
    assert stat.S_IMODE(status.st_mode) == 0o600 and profiles(world) == ['my-cat.json']
    assert world.run('run', '--allow-cwd', '-p', 'my-cat', '--', 'cat', first).stdout == 'a'
    assert world.run('run', '--allow-cwd', '-p', 'my-cat', '--', 'ls', folder).returncode == 0
    assert world.run('run', '--allow-cwd', '-p', 'my-cat', '--', 'cat', third).returncode == 1


def test_options_are_not_in_it_and_that_is_said(world):
    """A run that was without network would have one the next time."""
    path, more = world.write('f', 'x'), world.mkdir('more')
    dialogue = start(world, '--block-net', '--', 'cat', path)
    dialogue.expect(ASK_ROWS)
    dialogue.type('y\r')
    dialogue.expect('Type g, s, or Enter alone.\n')
    dialogue.expect(ASK_ROWS)
    dialogue.type('g\r')
    dialogue.expect(ASK_NAME)
    dialogue.type('one\r')
    dialogue.expect(f'From now on: nono run --profile one --allow-cwd --block-net -- cat {path}\n')
    assert 'add them again' not in dialogue.end()[0]
    dialogue = start(world, '--read', more, '--', 'cat', path)
    dialogue.expect(ASK_ROWS)
    dialogue.type('g\r')
    dialogue.expect(ASK_NAME)
    dialogue.type('two\r')
    dialogue.expect(f'From now on: nono run --profile two --allow-cwd -- cat {path}\n'
                    'The other options of this run are not in it: add them again.\n')
    assert dialogue.end()[1] == 1


def test_a_new_file_needs_its_directory(world):
    world.mkdir('out')
    dialogue = start(world, '--', 'touch', world.path('out/new'))
    dialogue.expect(ASK_ROWS)
    dialogue.type('g\r')
    dialogue.expect(ASK_NAME)
    dialogue.type('p\r')
    dialogue.expect('Saved')
    assert dialogue.end()[1] == 1
    assert saved(world, 'p')['filesystem'] == {'write': ['~/out']}
    assert world.run('run', '-p', 'p', '--', 'touch', world.path('out/new')).returncode == 0
    assert os.path.exists(world.path('out/new'))


@pytest.mark.parametrize('keys', ['\r', '\x03', '\x1c', '\x04', ' \r', ',\r'])
def test_skipping_is_the_default(world, keys):
    path = world.write('data/f', 'x')
    dialogue = start(world, '--', *FAILS, path)
    dialogue.expect(ASK_ROWS)
    dialogue.type(keys)
    text, code = dialogue.end()
    assert code == 7 and profiles(world) == [] and ASK_NAME not in text


@pytest.mark.parametrize('keys', ['\x03', '\x04'])
def test_the_name_can_be_left_too(world, keys):
    path = world.write('data/f', 'x')
    dialogue = start(world, '--', *FAILS, path)
    dialogue.expect(ASK_ROWS)
    dialogue.type('g\r')
    dialogue.expect(ASK_NAME)
    dialogue.type(keys)
    text, code = dialogue.end()
    assert code == 7 and profiles(world) == [] and 'Nothing was saved.' in text


def test_answers_that_are_none(world):
    paths = [world.write(f'data/{n}', n) for n in 'ab']
    dialogue = start(world, '--', *FAILS, *paths)
    for keys in ('3\r', '1 x\r', '99999999999999999999\r'):
        dialogue.expect(ASK_ROWS)
        dialogue.type(keys)
        dialogue.expect('That is no number of a row.')
    assert dialogue.end()[1] == 7
    dialogue = start(world, '--', *FAILS, *paths)
    dialogue.expect(ASK_ROWS)
    dialogue.type('g\r')
    dialogue.expect('That is no number of a row.')
    dialogue.expect(ASK_ROWS)
    dialogue.type('1' * 300 + '\r')
    assert dialogue.end()[1] == 7 and profiles(world) == []


def test_what_was_typed_before_is_no_answer(world):
    path = world.write('data/f', 'x')
    world.write('project/wait.sh', 'echo READY; while [ ! -e go ]; do sleep 0.05; done; exit 7\n')
    dialogue = start(world, '--', 'sh', 'wait.sh', path)
    dialogue.expect('READY')
    dialogue.type('g\rname\r')
    dialogue.expect('g\n')
    world.write('project/go', '')
    dialogue.expect(ASK_ROWS)
    dialogue.type('\r')
    text, code = dialogue.end()
    assert code == 7 and profiles(world) == [] and ASK_NAME not in text


def test_secrets_need_a_word(world):
    key, plain = world.write('.ssh/id_ed25519', 'k'), world.write('data/f', 'x')
    for word in ('yes', 'OVERRIDE', '', '\x03'):
        dialogue = start(world, '--', *FAILS, key, plain)
        dialogue.expect('1  read ~/.ssh/id_ed25519\n      SECRET, denied by group deny_credentials\n')
        dialogue.expect(ASK_ROWS)
        dialogue.type('1\r')
        assert f'denied on purpose, by a rule for {world.path(".ssh")}.' in dialogue.expect(ASK_WORD)
        dialogue.type(word if word == '\x03' else word + '\r')
        text, code = dialogue.end()
        assert code == 7 and profiles(world) == [] and '1 is skipped.' in text and ASK_NAME not in text
    dialogue = start(world, '--', *FAILS, key, plain)
    dialogue.expect(ASK_ROWS)
    dialogue.type('1 2\r')
    dialogue.expect(ASK_WORD)
    dialogue.type('override\r')
    dialogue.expect(ASK_NAME)
    dialogue.type('p\r')
    dialogue.expect('Saved')
    assert dialogue.end()[1] == 7
    assert saved(world, 'p')['filesystem'] == {'read_file': ['~/.ssh/id_ed25519', '~/data/f'], 'bypass_protection': ['~/.ssh']}
    assert world.run('run', '--allow-cwd', '-p', 'p', '--', 'cat', key).stdout == 'k'
    other = world.write('.ssh/other', 'o')
    assert world.run('run', '--allow-cwd', '-p', 'p', '--', 'cat', other).returncode == 1


def test_suppressing_a_secret_needs_no_word(world):
    key = world.write('.ssh/id_ed25519', 'k')
    dialogue = start(world, '--', *FAILS, key)
    dialogue.expect(ASK_ROWS)
    dialogue.type('s\r')
    dialogue.expect(ASK_NAME)
    dialogue.type('p\r')
    dialogue.expect('Saved')
    dialogue.end()
    assert saved(world, 'p')['filesystem'] == {'suppress_save_prompt': ['~/.ssh/id_ed25519']}
    text, code = start(world, '-p', 'p', '--', *FAILS, key).end()
    assert code == 7 and OFFER not in text and 'NONO DIAGNOSTIC' in text


def test_a_rule_of_ones_own_profile(world):
    path = world.write('data/f', 'x')
    world.profile('mine', json.dumps({'filesystem': {'deny': ['~/data/f']}, 'workdir': {'access': 'read'}}))
    dialogue = start(world, '-p', 'mine', '--', *FAILS, path)
    dialogue.expect('      denied by profile mine\n')
    dialogue.expect(ASK_ROWS)
    dialogue.type('g\r')
    dialogue.expect(ASK_WORD)
    dialogue.type('override\r')
    assert '[mine-local]' in dialogue.expect(': ')
    dialogue.type('\r')
    dialogue.expect('Saved')
    dialogue.end()
    assert saved(world, 'mine-local') == {'meta': {'name': 'mine-local'}, 'extends': ['mine'],
                                          'filesystem': {'read_file': ['~/data/f'], 'bypass_protection': ['~/data/f']}}
    assert world.run('run', '--allow-cwd', '-p', 'mine-local', '--', 'cat', path).stdout == 'x'


NOT_OFFERED = [(['-s'], {}), (['--no-diagnostics'], {}), (['--dry-run'], {}), (['--diagnostics-json'], {}), ([], {'NONO_NO_SAVE_PROMPT': '1'}),
               ([], {'NONO_NO_SAVE_PROMPT': 'true'}), ([], {'NONO_NO_SAVE_PROMPT': 'YES'})]


@pytest.mark.parametrize('flags,env', NOT_OFFERED)
def test_when_it_is_not_wanted(world, flags, env):
    text, code = start(world, *flags, '--', *FAILS, world.write('data/f', 'x'), env=env).end()
    assert code == (0 if '--dry-run' in flags else 7) and OFFER not in text


@pytest.mark.parametrize('value', ['', '0', 'false', 'no'])
def test_when_it_is_wanted(world, value):
    """The positive control of the test above."""
    dialogue = start(world, '--', *FAILS, world.write('data/f', 'x'), env={'NONO_NO_SAVE_PROMPT': value})
    dialogue.expect(OFFER)
    dialogue.expect(ASK_ROWS)
    dialogue.type('\r')
    assert dialogue.end()[1] == 7


def test_never_in_a_pipe(world):
    path = world.write('data/f', 'x')
    done = world.run('run', '--allow-cwd', '--', *FAILS, path)
    assert done.returncode == 7 and OFFER not in done.stderr and path in done.stderr
    for redirection in ('2>errors', '<empty', '| cat'):
        world.write('project/empty', '')
        world.write('project/errors', '')
        dialogue = Dialogue(world, ['sh', '-c', f'{world.nono} run --allow-cwd -- sh -c "exit 7" sh {path} {redirection}; echo code=$?'])
        assert OFFER not in dialogue.expect('code=')
        assert OFFER not in dialogue.end()[0]
    dialogue = Dialogue(world, ['sh', '-c', f'{world.nono} run --allow-cwd -- sh -c "exit 7" sh {path} >out; echo code=$?'])
    dialogue.expect(ASK_ROWS)
    dialogue.type('\r')
    dialogue.expect('code=7')
    dialogue.end()


def test_not_after_success_or_a_signal(world):
    path = world.write('data/f', 'x')
    for script, code in (('exit 0', 0), ('kill -TERM $$', 143)):
        text, returncode = start(world, '--', 'sh', '-c', script, 'sh', path).end()
        assert returncode == code and OFFER not in text
    text, returncode = Dialogue(world, [world.nono, 'wrap', '--allow-cwd', '--', *FAILS, path]).end()
    assert returncode == 7 and OFFER not in text


def test_nothing_to_offer(world):
    """A profile by its path cannot be extended, and a manifest is none."""
    path = world.write('data/f', 'x')
    file = world.write('project/own.json', '{"workdir": {"access": "read"}}')
    text, code = start(world, '-p', file, '--', *FAILS, path).end()
    assert code == 7 and path in text and OFFER not in text
    text, code = start(world, '--', *FAILS).end()
    assert code == 7 and OFFER not in text
    # A new file in the home directory would take all of it, where secrets are: no profile could be loaded.
    text, code = start(world, '--', 'touch', world.path('new')).end()
    assert code == 1 and 'file-write-create' in text and OFFER not in text


@pytest.mark.parametrize('flag', ['--suppress-save-prompt', '--ignore-denied'])
def test_paths_that_are_not_asked_about(world, flag):
    paths = [world.write(name, 'x') for name in ('data/a', 'data/b', 'other/c')]
    dialogue = start(world, flag, world.path('data'), '--', *FAILS, *paths)
    shown = dialogue.expect(ASK_ROWS)
    assert '1  read ~/other/c' in shown and '~/data' not in shown.split(OFFER)[1]
    dialogue.type('\r')
    dialogue.end()
    text, code = start(world, flag, paths[0], flag, paths[1], flag, paths[2], '--', *FAILS, *paths).end()
    assert code == 7 and OFFER not in text
    # It grants nothing.
    assert world.run('run', '--allow-cwd', flag, paths[0], '--', 'cat', paths[0]).returncode == 1
    world.profile('p', json.dumps({'filesystem': {'suppress_save_prompt': ['~/data', '$HOME/other']}, 'workdir': {'access': 'read'}}))
    text, code = start(world, '-p', 'p', '--', *FAILS, *paths).end()
    assert code == 7 and OFFER not in text
    assert 'not used yet' not in world.run('run', '-v', '-p', 'p', '--allow-cwd', '--', 'true').stderr


@pytest.mark.parametrize('name', ['$HOME', '$x', 'a*b', 'a\nb', '\x1b[31mred', '\u202eleft', 'x\udcff', 'long' * 60])
def test_names_that_a_profile_would_read_otherwise(world, name):
    """Such a row is not offered at all; the others are."""
    odd, plain = world.write('data/' + name, 'x'), world.write('data/plain', 'x')
    dialogue = start(world, '--', *FAILS, odd, plain)
    dialogue.expect(OFFER)
    shown = dialogue.expect(ASK_ROWS)
    assert '1  read ~/data/plain' in shown and '  2  ' not in shown
    dialogue.type('g\r')
    dialogue.expect(ASK_NAME)
    dialogue.type('p\r')
    dialogue.expect('Saved')
    dialogue.end()
    assert saved(world, 'p')['filesystem'] == {'read_file': ['~/data/plain']}


def test_names_of_profiles(world):
    path = world.write('data/f', 'x')
    commented = world.profile('commented', '{\n  // mine\n  "filesystem": {}\n}\n')
    linked = world.profile('target', '{}\n')
    os.rename(linked, world.path('store.json'))
    os.symlink(world.path('store.json'), world.path('.config/nono/profiles/linked.json'))
    for keys, problem in (('a b', 'letters, digits and dashes'), ('../x', 'letters, digits and dashes'), ('claude-code', 'built in'),
                          ('commented', 'form of its own'), ('linked', 'form of its own')):
        dialogue = start(world, '--', *FAILS, path)
        dialogue.expect(ASK_ROWS)
        dialogue.type('g\r')
        dialogue.expect(ASK_NAME)
        dialogue.type(keys + '\r')
        dialogue.expect(problem)
        dialogue.expect(ASK_NAME)
        dialogue.type('\x03')
        assert dialogue.end()[1] == 7
    with open(commented, encoding='utf-8') as f:
        assert '// mine' in f.read()
    dialogue = start(world, '-p', 'commented', '--', *FAILS, path)
    dialogue.expect(ASK_ROWS)
    dialogue.type('g\r')
    assert '[commented-local]' in dialogue.expect(': ')
    dialogue.type('\r')
    dialogue.expect('Saved')
    dialogue.end()
    assert saved(world, 'commented-local')['extends'] == ['commented']


def test_a_profile_of_nonos_own_grows(world):
    """It is added to in place, and nothing of it is lost."""
    first, second = world.write('data/a', 'a'), world.write('data/b', 'b')
    text = json.dumps({'meta': {'name': 'p'}, 'filesystem': {'read_file': ['~/data/a'], 'read': ['/opt']}, 'workdir': {'access': 'readwrite'},
                       'environment': {'set_vars': {'A': 'ä'}}}, indent=2, ensure_ascii=False) + '\n'
    world.profile('p', text)
    dialogue = start(world, '-p', 'p', '--', *FAILS, second)
    dialogue.expect(ASK_ROWS)
    dialogue.type('g\r')
    assert '[p]' in dialogue.expect(': ')
    dialogue.type('\r')
    dialogue.expect('Saved')
    dialogue.end()
    with open(world.path('.config/nono/profiles/p.json'), encoding='utf-8') as f:
        assert f.read() == text.replace('"~/data/a"', '"~/data/a",\n      "~/data/b"')
    assert profiles(world) == ['p.json']
    for path, wanted in ((first, 'a'), (second, 'b')):
        assert world.run('run', '--allow-cwd', '-p', 'p', '--', 'cat', path).stdout == wanted


def test_every_base_is_kept(world):
    path = world.write('data/f', 'x')
    world.profile('under', '{"environment": {"set_vars": {"UNDER": "yes"}}}')
    dialogue = start(world, '-p', 'claude-code', '--extends', 'under', '--', *FAILS, path)
    dialogue.expect(ASK_ROWS)
    dialogue.type('g\r')
    assert '[claude-code-local]' in dialogue.expect(': ')
    dialogue.type('\r')
    dialogue.expect('Saved')
    dialogue.end()
    assert saved(world, 'claude-code-local')['extends'] == ['under', 'claude-code']
    done = world.run('run', '--allow-cwd', '-p', 'claude-code-local', '--', 'sh', '-c', f'cat {path}; echo $UNDER')
    assert done.stdout == 'xyes\n'


def test_a_folder_that_cannot_be_written(world):
    path = world.write('data/f', 'x')
    world.write('.config/nono', 'not a directory')
    dialogue = start(world, '--', *FAILS, path)
    dialogue.expect(ASK_ROWS)
    dialogue.type('g\r')
    dialogue.expect(ASK_NAME)
    dialogue.type('p\r')
    dialogue.expect('nothing was saved: ')
    assert dialogue.end()[1] == 7


def test_a_terminal_that_the_command_left_raw(world):
    path = world.write('data/f', 'x')
    dialogue = start(world, '--', 'sh', '-c', 'stty raw -echo; exit 7', 'sh', path)
    dialogue.expect(ASK_ROWS)
    dialogue.type('g\r')
    dialogue.expect('g\n')
    dialogue.expect(ASK_NAME)
    dialogue.type('p\r')
    dialogue.expect('Saved')
    assert dialogue.end()[1] == 7 and profiles(world) == ['p.json']


def test_nothing_waits_in_the_background(world):
    """A job that would read the terminal would be stopped."""
    path = world.write('data/f', 'x')
    dialogue = Dialogue(world, ['bash', '--norc', '-i'], env={'PS1': 'outer> ', 'TERM': 'dumb'})
    dialogue.expect('outer> ')
    dialogue.type(f'{world.nono} run --allow-cwd -- sh -c "exit 7" sh {path} & wait $!; echo code=$?\r')
    assert OFFER not in dialogue.expect('code=7\n').split('wait', 1)[1].split('denied')[0]
    dialogue.type('exit\r')
    dialogue.end()


def test_it_fits_a_terminal(world):
    paths = [world.write(f'data/{n}' + 'x' * 40, 'x') for n in range(12)]
    key = world.write('.ssh/id_ed25519', 'k')
    dialogue = start(world, '--', *FAILS, key, *paths)
    dialogue.expect(OFFER)
    shown = dialogue.expect(ASK_ROWS)
    assert '10  read' in shown and '11  read' not in shown
    assert len(shown.split('\n')) < 24 and [line for line in shown.split('\n') if len(line) > 80] == []
    dialogue.type('\r')
    assert dialogue.end()[1] == 7


def test_only_owners_files_are_added_to(world):
    """A second name of the file would not see what is added."""
    path = world.write('data/f', 'x')
    own = world.profile('p', '{\n  "workdir": {\n    "access": "read"\n  }\n}\n')
    os.link(own, world.path('second-name'))
    dialogue = start(world, '-p', 'p', '--', *FAILS, path)
    dialogue.expect(ASK_ROWS)
    dialogue.type('g\r')
    assert '[p-local]' in dialogue.expect(': ')
    dialogue.type('\x04')
    dialogue.end()
    assert subprocess.run(['cmp', own, world.path('second-name')], check=False).returncode == 0
