# test_profile_commands.py - nono profile list, show, diff, validate, groups, init, guide.  SPDX-License-Identifier: Apache-2.0
import fcntl
import json
import os
import pty
import re
import stat
import struct
import subprocess
import termios
import unicodedata

import pytest
from jsonschema import Draft202012Validator
from world import ROOT

BUILTIN = sorted(f[:-5] for f in os.listdir(os.path.join(ROOT, 'data', 'profiles')))
ESCAPE = '\x1b'


def schema(name):
    with open(os.path.join(ROOT, 'data', 'schema', name + '.schema.json'), encoding='utf-8') as f:
        return Draft202012Validator(json.load(f))


def as_json(world, name, *args, code=0):
    """The document that a command prints, after it was held against its schema."""
    done = world.run('profile', *args, '--json')
    assert done.returncode == code and done.stderr == '', done.stderr
    document = json.loads(done.stdout)
    assert [e.message for e in schema(name).iter_errors(document)] == []
    return document


def text(world, *args, code=0, **env):
    done = world.run('profile', *args, env=env)
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout


def refused(world, *args, code=1):
    done = world.run('profile', *args)
    assert done.returncode == code and done.stdout == ''
    return done.stderr


def on_terminal(world, *args, columns=80, **env):
    """What a terminal of that width is sent."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
    process = world.start('profile', *args, env=env, stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.DEVNULL)
    os.close(slave)
    out = b''
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            part = b''
        if not part:
            break
        out += part
    os.close(master)
    assert process.wait() == 0
    return out.decode().replace('\r\n', '\n')


def columns_of(line):
    wide = sum(2 if unicodedata.east_asian_width(c) in 'WF' else 0 if unicodedata.combining(c) else 1 for c in line)
    return wide


def without_colour(sent):
    return re.sub(r'\x1b\[[0-9;]*m', '', sent)


# ---- list ----


def test_list_has_sections(world):
    world.profile('mine', '{"meta": {"name": "mine", "description": "my tools"}}')
    out = text(world, 'list')
    head, user = out.split('\nUser (~/.config/nono/profiles)\n')
    assert head.startswith('Built-in\n') and re.search(r'^  claude-code +Claude Code', head, re.M)
    assert re.fullmatch(r'  mine +my tools\n', user)


def test_list_json(world):
    world.profile('mine', '{"extends": ["node-dev", "go-dev"]}')
    rows = {row['name']: row for row in as_json(world, 'profile-list', 'list')}
    assert set(rows) == {*BUILTIN, 'mine'}
    assert rows['mine'] == {'name': 'mine', 'source': 'user', 'pack': None, 'description': None, 'extends': ['node-dev', 'go-dev']}
    assert rows['codex']['source'] == 'built-in' and rows['codex']['extends'] == ['default']


def test_list_tells_what_overrides(world):
    world.profile('node-dev', '{"extends": "node-dev", "meta": {"name": "node-dev", "description": "with more"}}')
    rows = [row for row in as_json(world, 'profile-list', 'list') if row['name'] == 'node-dev']
    assert [row['source'] for row in rows] == ['user (overrides built-in)']
    assert re.search(r'^  node-dev +\(overrides built-in\) with more$', text(world, 'list'), re.M)
    assert text(world, 'list').count('  node-dev ') == 1


def test_list_shows_what_is_broken_and_goes_on(world):
    world.profile('broken', '{"filesystem": {"raed": []}}')
    world.profile('bad_name', '{}')
    world.profile('baseless', '{"extends": "nobody"}')
    os.symlink('/nowhere', world.path('.config/nono/profiles/dangling.json'))
    rows = {row['name']: row for row in as_json(world, 'profile-list', 'list')}
    assert rows['broken']['error'].endswith('broken.json:1:17: filesystem.raed: unknown key; did you mean filesystem.read?')
    assert 'is not the name of a profile' in rows['bad_name']['error']
    assert "there is no profile 'nobody'" in rows['baseless']['error']
    assert 'is a link that leads nowhere' in rows['dangling']['error']
    assert 'error' not in rows['codex']
    out = text(world, 'list')
    assert re.search(r'^  broken +cannot be used: broken.json:1:17: filesystem.raed: unknown key', out, re.M)
    assert 'nono profile validate NAME tells' in out


def test_list_without_a_directory(world):
    assert 'none yet; nono profile init NAME writes one' in text(world, 'list')


def test_wide_names_align_and_lines_are_cut(world):
    world.profile('wide', '{"meta": {"name": "w", "description": "%s"}}' % ('\u65e5\u672c\u8a9e' * 30))
    for columns in (80, 120):
        lines = text(world, 'list', COLUMNS=str(columns)).split('\n')
        assert max(map(columns_of, lines)) <= columns
        assert [line for line in lines if line.startswith('  wide ') and line.endswith('\u2026')]
    # Nothing is cut for a program that did not ask for it.
    assert '\u65e5\u672c\u8a9e' * 30 in text(world, 'list')


# ---- show ----


@pytest.mark.parametrize('name', BUILTIN)
def test_show_built_in(world, name):
    shown = as_json(world, 'profile-show', 'show', name)
    assert shown['name'] == name and set(shown['groups']['include']) <= {g['name'] for g in as_json(
        world, 'profile-groups', 'groups', '--all-platforms')}
    assert 'deny_credentials' in shown['groups']['effective']
    for columns in ('80', '120'):
        assert max(map(columns_of, text(world, 'show', name, COLUMNS=columns).split('\n'))) <= int(columns)


def test_show_composes(world):
    world.profile('mine', '''{
        "extends": "claude-code", // the agent
        "meta": {"name": "mine", "description": "one"},
        "policy": {"add_deny_access": ["~/flag.txt"]},
        "security": {"groups": ["go_runtime"]},
        "network": {"proxy_allow": ["example.org"]},
        "open_urls": {"allow_origins": ["https://a", {"origin": "https://b", "when": "macos"}]},
        "platform_overrides": {"linux": {"filesystem": {"read": ["/opt/l"]}}, "macos": {"filesystem": {"read": ["/opt/m"]}}}
    }''')
    shown = as_json(world, 'profile-show', 'show', 'mine')
    assert shown['name'] == 'mine' and shown['description'] == 'one' and shown['extends'] == ['claude-code']
    assert shown['filesystem']['deny'] == ['~/flag.txt'] and shown['filesystem']['read'] == ['/opt/l']
    assert '$HOME/.claude' in shown['filesystem']['allow']
    assert shown['groups']['include'][-1] == 'go_runtime' and 'go_runtime' in shown['groups']['effective']
    assert shown['network']['allow_domain'] == ['example.org'] and shown['network']['block'] is False
    assert shown['open_urls'] == {'allow_origins': ['https://a']}
    assert shown['hooks']['claude-code']['script'] and 'policy' not in shown
    out = text(world, 'show', 'mine')
    assert out.startswith('mine  (~/.config/nono/profiles/mine.json)\none\nextends claude-code\n')
    assert re.search(r'^  allow +\$HOME/.claude  \(claude-code\)$', out, re.M)
    assert re.search(r'^  deny +~/flag.txt$', out, re.M)
    assert re.search(r'^  allow_domain +example.org  \(not built yet: a run refuses\)$', out, re.M)


def test_show_raw_is_the_file(world):
    raw = '{ // mine\n  "meta": {"name": "mine"},\n}'
    world.profile('mine', raw)
    assert text(world, 'show', 'mine', '--raw') == raw
    assert json.loads(text(world, 'show', 'codex', '--raw'))['meta']['name'] == 'codex'


def test_show_formats(world):
    assert text(world, 'show', 'codex', '--format', 'profile', '--json') == text(world, 'show', 'codex', '--json')
    assert refused(world, 'show', 'codex', '--format', 'x', code=2) == "nono: --format 'x': say profile or manifest\n"


def test_validate_hooks_that_lack_a_part(world):
    world.profile('mine', '''{
        "hooks": {"claude-code": {"matcher": "x"}, "b": 3},
        "session_hooks": {"before": {"timeout_secs": "x"}, "after": {}},
        "platform_overrides": {"linux": {"session_hooks": {"before": {}}}}
    }''')
    found = as_json(world, 'profile-validate', 'validate', 'mine', code=1)
    assert [e.split(': ', 1)[1] for e in found['errors']] == [
        'hooks.claude-code: event is missing; write "event": "..."', 'hooks.b: expected an object {}, found a number',
        'session_hooks.before.timeout_secs: expected a whole number, found a string',
        'session_hooks.before: script is missing; write "script": "..."', 'session_hooks.after: script is missing; write "script": "..."',
        'platform_overrides.linux.session_hooks.before: script is missing; write "script": "..."']


def test_show_manifest_is_what_a_run_has(world):
    inside, secret, outside = world.write('data/in', 'IN'), world.write('other/secret', 'S'), world.write('other/out', 'OUT')
    world.profile('mine', '''{
        "filesystem": {"read": ["~/data"], "read_file": ["~/other/secret"], "deny": ["~/other/secret"], "allow": ["~/made"]},
        "commands": {"deny": ["tac"]}, "network": {"block": true}, "security": {"signal_mode": "isolated"}
    }''')
    world.write('made/old', '')
    manifest = world.write('m.json', text(world, 'show', 'mine', '--format', 'manifest'))
    connect = 'import socket; s = socket.socket(); s.settimeout(1)\ntry: s.connect(("127.0.0.1", 9))\nexcept OSError as e: print(e.errno)'
    probes = [['cat', inside], ['cat', secret], ['cat', outside], ['sh', '-c', f'echo x > {inside}'], ['ls', '/usr/share'],
              ['sh', '-c', f'echo x > {world.path("made/new")} && echo made'], ['ls', world.work], ['sh', '-c', 'echo $$ > /tmp/$$.probe && rm /tmp/$$.probe'],
              ['tac', inside], ['/usr/bin/python3', '-c', connect], ['ls', world.path('.ssh')], ['sh', '-c', 'kill -0 1']]
    codes = []
    for probe in probes:
        by_name, by_manifest = world.run('run', '--profile', 'mine', '--', *probe), world.run('run', '--config', manifest, '--', *probe)
        assert (by_name.returncode, by_name.stdout) == (by_manifest.returncode, by_manifest.stdout), (probe, by_name.stderr, by_manifest.stderr)
        codes.append(by_name.returncode == 0)
    # Each kind of answer is among them: the two are not alike because nothing starts.
    assert codes[:6] == [True, False, False, False, True, True] and not codes[8]
    assert not os.path.exists(world.path('.claude'))


def test_show_manifest_loses_no_protection(world):
    world.profile('mine', '{"network": {"allow_domain": ["example.org"]}}')
    assert 'network.allow_domain' in refused(world, 'show', 'mine', '--format', 'manifest')
    assert text(world, 'show', 'codex', '--format', 'manifest').startswith('{')
    # A run makes the directories of a built-in profile; this does not.
    assert not os.path.exists(world.path('.codex'))


def test_show_what_is_not_there(world):
    assert 'did you mean codex?' in refused(world, 'show', 'codx')
    assert 'a word is missing' in refused(world, 'show', code=2)


def test_texts_of_profiles_do_not_act_on_the_terminal(world):
    evil = 'x\\u001b]0;owned\\u0007\\u202e\\u009b31m'
    world.profile('mine', '{"meta": {"name": "mine", "description": "%s"}, "binary": "%s", "packs": ["%s"]} // \x1b[31m' % (evil, evil, evil))
    for args in (['list'], ['show', 'mine'], ['show', 'mine', '--json'], ['diff', 'mine', 'codex'], ['diff', 'codex', 'mine', '--json']):
        out = text(world, *args)
        assert not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]', out)
    assert 'owned' in text(world, 'show', 'mine')
    assert json.loads(text(world, 'show', 'mine', '--json'))['binary'] == json.loads('"%s"' % evil)
    # As it is for a program, without its escapes for a person.
    assert text(world, 'show', 'mine', '--raw').endswith('// \x1b[31m')
    assert ESCAPE not in on_terminal(world, 'show', 'mine', '--raw')


@pytest.mark.parametrize('args', [['list'], ['show', 'claude-code'], ['groups'], ['diff', 'codex', 'swival'], ['validate', 'codex'], ['guide', 'meta']])
def test_colour_is_for_terminals(world, args):
    for columns in (80, 120):
        sent = on_terminal(world, *args, columns=columns)
        assert re.search(ESCAPE + r'\[[0-9;]*[1-9][0-9;]*m', sent)
        assert max(map(columns_of, without_colour(sent).split('\n'))) <= columns
        assert without_colour(sent) == on_terminal(world, *args, columns=columns, NO_COLOR='1')
        assert without_colour(sent) == on_terminal(world, *args, columns=columns, TERM='dumb')
    assert ESCAPE not in text(world, *args)


# ---- diff ----


def test_diff(world):
    world.profile('mine', '{"extends": "codex", "groups": {"include": ["go_runtime"]}, "network": {"block": true, "connect_port": [22]},'
                          '"filesystem": {"read": ["~/a"]}, "environment": {"set_vars": {"A": "1"}}}')
    found = as_json(world, 'profile-diff', 'diff', 'codex', 'mine')
    assert found['profile1'] == 'codex' and found['profile2'] == 'mine'
    assert found['groups'] == {'added': ['go_runtime'], 'removed': []}
    assert found['filesystem']['read'] == {'added': ['~/a'], 'removed': []}
    assert found['network']['block'] == {'profile1': False, 'profile2': True, 'changed': True}
    assert found['environment']['set_vars'] == {'added': ['A'], 'removed': [], 'changed': []}
    assert found['workdir']['access']['changed'] is False
    out = text(world, 'diff', 'codex', 'mine')
    assert '+ groups: go_runtime\n' in out and 'filesystem\n  + read: ~/a\n' in out
    assert 'network\n  ~ block: false -> true\n  + connect_port: 22\n' in out and '  + set_vars.A: 1\n' in out
    back = text(world, 'diff', 'mine', 'codex')
    assert '- groups: go_runtime\n' in back and '  ~ block: true -> false\n' in back and '  - set_vars.A: 1\n' in back


def test_diff_of_the_same(world):
    # A key that says what is so anyway is no difference.
    world.profile('mine', '{"extends": "default", "network": {"block": false}, "workdir": {"access": "none"}}')
    assert text(world, 'diff', 'default', 'mine') == '(no differences)\n'
    world.profile('empty', '{}')
    assert text(world, 'diff', 'default', 'empty') == '(no differences)\n'
    world.profile('all', '{"security": {"signal_mode": "allow_all"}}')
    assert text(world, 'diff', 'empty', 'all') == 'security\n  ~ signal_mode: isolated -> allow_all\n'
    assert text(world, 'diff', 'codex', 'codex') == '(no differences)\n'


def test_diff_of_maps(world):
    world.profile('a', '{"environment": {"set_vars": {"A": "1", "B": "1"}}}')
    world.profile('b', '{"environment": {"set_vars": {"A": "2", "C": "1"}}}')
    found = as_json(world, 'profile-diff', 'diff', 'a', 'b')
    assert found['environment']['set_vars'] == {'added': ['C'], 'removed': ['B'], 'changed': ['A']}
    assert text(world, 'diff', 'a', 'b') == 'environment\n  ~ set_vars.A: 1 -> 2\n  - set_vars.B: 1\n  + set_vars.C: 1\n'


# ---- validate ----


def test_validate_good(world):
    world.profile('mine', '{"extends": "claude-code", "filesystem": {"read": ["~/a"]}}')
    world.mkdir('a')
    assert text(world, 'validate', 'mine').endswith('profiles/mine.json\n[ok]   keys, values, groups and all that it extends\nResult: valid\n')
    found = as_json(world, 'profile-validate', 'validate', 'mine')
    assert found == {'file': world.path('.config/nono/profiles/mine.json'), 'valid': True, 'errors': [], 'warnings': [], 'deprecated_keys': 0}


@pytest.mark.parametrize('name', BUILTIN)
def test_validate_built_in(world, name):
    assert as_json(world, 'profile-validate', 'validate', name)['valid']


def test_validate_finds_all(world):
    path = world.profile('bad', '{\n "filesystem": {"raed": [], "read": [""]},\n "groups": {"include": ["git_confg"], "exclude": ["deny_credentials", "nope"]}\n}')
    found = as_json(world, 'profile-validate', 'validate', 'bad', code=1)
    assert found['errors'] == [
        f'{path}:2:17: filesystem.raed: unknown key; did you mean filesystem.read?',
        f'{path}:2:38: filesystem.read[0]: an empty path; write one, such as $HOME/project',
        f'{path}:3:25: groups.include[0]: there is no group \'git_confg\'; did you mean \'git_config\'?',
        f'{path}:3:51: groups.exclude[0]: \'deny_credentials\' is a required group; only trust_groups removes those']
    assert found['warnings'] == [f'{path}:3:71: groups.exclude[1]: there is no group \'nope\', so nothing is left out']
    out = text(world, 'validate', 'bad', code=1, COLUMNS='120')
    assert out.startswith(path + '\n[err]  2:17: filesystem.raed: unknown key') and out.endswith('Result: invalid (4 errors)\n')


@pytest.mark.parametrize('body,problem', [
    ('"groups": {"include": ["git_config",\n "git_confg"]}', "3:2: groups.include[1]: there is no group 'git_confg'; did you mean 'git_config'?"),
    ('"groups": {"include": ["x"]}', "2:24: groups.include[0]: there is no group 'x'; nono profile groups lists them"),
    ('"trust_groups": ["deny_shell_histry"]', "2:18: trust_groups[0]: there is no group 'deny_shell_histry'; did you mean 'deny_shell_history'?"),
    ('"groups": {"exclude": ["deny_credentials"]}', "2:24: groups.exclude[0]: 'deny_credentials' is a required group; only trust_groups removes those"),
    ('"extends": ["default", "pyton-dev"]', '2:24: extends[1]: there is no profile \'pyton-dev\' in DIR or among the built-in ones; did you mean python-dev?'),
])
def test_a_name_that_stands_for_nothing_has_a_place_everywhere(world, body, problem):
    path = world.profile('bad', '{\n' + body + '}')
    world.profile('child', '{"extends": "bad"}')
    problem = f'{path}:{problem}'.replace('DIR', os.path.dirname(path))
    assert as_json(world, 'profile-validate', 'validate', 'bad', code=1)['errors'] == [problem]
    assert as_json(world, 'profile-validate', 'validate', 'child', code=1)['errors'] == [problem]
    for words in (['run', '-p', 'bad', '--', 'true'], ['why', '-p', 'child', '--path', '/etc']):
        done = world.run(*words)
        assert (done.returncode, done.stdout, done.stderr) == (1, '', f'nono: {problem}\n')


def test_validate_tells_what_a_run_would_skip(world):
    """A slip in a path is no error: a profile is for several machines."""
    world.mkdir('there')
    path = world.profile('mine', '{"extends": "claude-code", "filesystem": {\n"read": ["~/there", "~/missing", "$NOWHERE/x"],\n'
                         '"deny": ["~/missing-too"]}}')
    assert text(world, 'validate', 'mine') == (
        f"{path}\n[note] filesystem.read: '~/missing' does not exist here, so it is skipped\n"
        "[note] filesystem.read: '$NOWHERE/x' does not exist here, so it is skipped; a variable in it is not set\n"
        "[ok]   keys, values, groups and all that it extends\nResult: valid\n")
    assert as_json(world, 'profile-validate', 'validate', 'mine')['warnings'] == []


@pytest.mark.parametrize('path,odd', [('~other/x', True), ('a/~/x', True), ('/a/~', True), ('~', False), ('~/x', False), ('/a~/b~c', False), ('~~', True)])
def test_validate_tells_of_a_home_in_the_wrong_place(world, path, odd):
    file = world.profile('mine', json.dumps({'filesystem': {'read_file': [path]}}))
    world.write('a/~/x', '')
    warnings = as_json(world, 'profile-validate', 'validate', 'mine')['warnings']
    said = f"{file}:1:31: filesystem.read_file[0]: in '{path}' ~ is part of a name; the home directory is ~ at the beginning, before a /"
    assert (said in warnings) == odd and [w for w in warnings if 'part of a name' in w] == [said] * odd


def test_a_run_points_to_all_that_is_wrong(world):
    path = world.profile('bad', '{"netwrok": {}, "y": 2}')
    for words in (['run', '-p', 'bad', '--', 'true'], ['why', '-p', 'bad', '--path', '/'], ['shell', '-p', 'bad']):
        assert world.run(*words).stderr == f'nono: {path}:1:2: netwrok: unknown key; did you mean network? (nono profile validate bad tells all that is wrong)\n'
    assert '(nono profile validate FILE tells all' in world.run('run', '-p', path, '--', 'true').stderr
    assert 'validate' not in world.run('run', '-p', 'bad_name', '--', 'true').stderr


def test_validate_a_file(world):
    world.write('project/x.json', '{"a" 1}')
    found = as_json(world, 'profile-validate', 'validate', 'x.json', code=1)
    assert found['errors'] == [world.path('project/x.json:1:6: expected : after the key')]
    found = as_json(world, 'profile-validate', 'validate', './none.json', code=1)
    assert found['errors'][0].startswith("there is no profile file '")
    found = as_json(world, 'profile-validate', 'validate', 'none', code=1)
    assert found['file'] == 'none' and "there is no profile 'none'" in found['errors'][0]


def test_validate_older_names(world):
    world.profile('old', '{"policy": {"add_allow_read": ["~/a"]}, "security": {"groups": ["git_config"]}, "undo": {}}')
    found = as_json(world, 'profile-validate', 'validate', 'old')
    assert found['valid'] and found['deprecated_keys'] == 2
    assert found['warnings'] == ['policy.add_allow_read is now filesystem.read', 'security.groups is now groups.include']
    as_json(world, 'profile-validate', 'validate', 'old', '--strict', code=2)
    assert text(world, 'validate', 'old', '--strict', code=2).endswith('Result: valid (2 warnings)\n')
    world.profile('new', '{"undo": {}, "secrets": {}}')
    text(world, 'validate', 'new', '--strict')
    # What is wrong outweighs what is old.
    world.profile('bad', '{"policy": {"add_allow_read": [""]}}')
    text(world, 'validate', 'bad', '--strict', code=1)


def test_validate_tells_what_a_run_would_say(world):
    world.profile('asks', '{"network": {"deny_domain": ["example.org"]}}')
    found = as_json(world, 'profile-validate', 'validate', 'asks')
    assert found['valid'] and [w for w in found['warnings'] if w.startswith('a run here would refuse: the profile asks for')]
    world.mkdir('.ssh')
    world.profile('overlap', '{"filesystem": {"read": ["$HOME"]}}')
    assert as_json(world, 'profile-validate', 'validate', 'overlap')['warnings'] == []
    assert world.run('run', '--profile', 'overlap', '--', 'true').returncode == 0
    world.profile('fine', '{"filesystem": {"read": ["$HOME/project"]}}')
    assert as_json(world, 'profile-validate', 'validate', 'fine')['warnings'] == []
    assert world.run('run', '--profile', 'fine', '--', 'true').returncode == 0


# ---- groups ----


def test_groups(world):
    rows = {g['name']: g for g in as_json(world, 'profile-groups', 'groups')}
    assert rows['deny_credentials']['required'] and rows['deny_credentials']['platform'] == 'cross-platform'
    assert rows['deny_credentials']['deny']['access'] > 10 and rows['deny_credentials']['allow']['read'] == 0
    assert rows['unlink_protection']['deny']['unlink'] is True
    assert not [name for name in rows if name.endswith('_macos')]
    everywhere = {g['name'] for g in as_json(world, 'profile-groups', 'groups', '--all-platforms')}
    assert set(rows) < everywhere and 'system_read_macos' in everywhere
    out = text(world, 'groups')
    assert re.search(r'^  deny_credentials \* +Private keys', out, re.M) and re.search(r'^  git_config +The user', out, re.M)
    assert 'system_read_macos' not in out and re.search(r'^  system_read_macos +macos ', text(world, 'groups', '--all-platforms'), re.M)


def test_one_group(world):
    group = as_json(world, 'profile-group', 'groups', 'git_config')
    assert {'raw': '~/.gitconfig', 'expanded': world.path('.gitconfig')} in group['allow']['read']
    assert as_json(world, 'profile-group', 'groups', 'system_read_macos')['symlink_pairs']
    out = text(world, 'groups', 'git_config')
    assert out.startswith('git_config  (cross-platform)\n') and '\nReads\n  ~/.gitconfig\n' in out
    assert '\nDenies\n  ~/.ssh\n' in text(world, 'groups', 'deny_credentials')


def test_group_names(world):
    assert "did you mean 'git_config'?" in refused(world, 'groups', 'git_confg')
    assert 'name one of: system_read_linux_core, ' in refused(world, 'groups', 'system_read_linux')


# ---- init ----


def owner_and_mode(path):
    st = os.stat(path)
    return st.st_uid, stat.S_IMODE(st.st_mode)


def init(world, *args):
    done = world.run('profile', 'init', *args)
    assert done.returncode == 0 and done.stdout == '', done.stderr
    return done.stderr


def test_init(world):
    said = init(world, 'mine')
    path = world.path('.config/nono/profiles/mine.json')
    assert said.startswith('Wrote ~/.config/nono/profiles/mine.json\n') and 'nono run --allow-cwd --profile mine -- COMMAND' in said
    uid = os.stat(world.home).st_uid if world.user != 'root' else 0
    for directory in ('.config', '.config/nono', '.config/nono/profiles'):
        assert stat.S_IMODE(os.stat(world.path(directory)).st_mode) == 0o700
    assert owner_and_mode(path)[1] == 0o600 and os.stat(path).st_uid == os.stat(world.work).st_uid, uid
    with open(path, encoding='utf-8') as f:
        assert json.load(f) == {'meta': {'name': 'mine', 'version': '1.0.0'}, 'groups': {'include': []},
                                'workdir': {'access': 'readwrite'}, 'filesystem': {'allow': [], 'read': []}}
    assert as_json(world, 'profile-validate', 'validate', 'mine', '--strict')['warnings'] == []
    assert world.run('run', '--allow-cwd', '--profile', 'mine', '--', 'true').returncode == 0
    assert os.listdir(os.path.dirname(path)) == ['mine.json']


@pytest.mark.parametrize('options', [
    [], ['--full'], ['--extends', 'claude-code'], ['--extends', 'node-dev', '--extends', 'go-dev', '--full'],
    ['--groups', 'git_config,nix_runtime', '--groups', 'vscode'], ['--description', 'quote " back \\ new \n \u65e5\u672c'],
    ['--full', '--groups', 'git_config', '--description', 'x']])
def test_init_writes_what_validates(world, options):
    init(world, 'mine', *options)
    init(world, 'mine', *options, '-o', 'out.json')
    init(world, 'mine', *options, '-o', 'out.jsonc')
    for which in ('mine', './out.json', './out.jsonc'):
        found = as_json(world, 'profile-validate', 'validate', which, '--strict')
        assert found['valid'] and found['warnings'] == []
    with open(world.path('project/out.json'), encoding='utf-8') as f:
        plain = json.load(f)
    assert plain['meta']['name'] == 'mine'
    assert text(world, 'diff', 'mine', './out.json') == '(no differences)\n'
    assert text(world, 'diff', './out.jsonc', './out.json') == '(no differences)\n'
    if '--description' in options:
        assert plain['meta']['description'] == options[options.index('--description') + 1]
    if '--extends' in options:
        # What is inherited stays: a new profile takes nothing back.
        base = as_json(world, 'profile-show', 'show', options[1])
        assert as_json(world, 'profile-show', 'show', 'mine')['security'] == base['security']


def test_init_full_has_comments(world):
    init(world, 'mine', '--full')
    with open(world.path('.config/nono/profiles/mine.jsonc'), encoding='utf-8') as f:
        written = f.read()
    keys = re.findall(r'^ *"(\w+)":', written, re.M)
    assert len(keys) > 25 and len(re.findall(r'^ *// ', written, re.M)) == len(keys) + 2


def loaded(world, name='mine'):
    with open(world.path(f'.config/nono/profiles/{name}.json'), encoding='utf-8') as f:
        return json.load(f)


def test_init_keeps_what_options_said(world):
    """The same options grant the same: in a run, and in a run with the profile that was made of them."""
    world.write('notes/todo', 'milk\n')
    world.write('one', '1\n')
    options = ['--allow', '.', '-r', world.path('notes'), '--read-file', '~/one', '--block-net']
    script = 'cat ~/notes/todo ~/one; echo x > made; cat ~/two || cat made'
    world.write('two', '2\n')
    plain = world.run('run', *options, '--', 'sh', '-c', script)
    assert (plain.returncode, plain.stdout) == (0, 'milk\n1\nx\n')
    init(world, 'mine', *options)
    assert loaded(world)['filesystem'] == {'allow': ['~/project'], 'read': ['~/notes'], 'read_file': ['~/one']}
    assert loaded(world)['network'] == {'block': True}
    assert as_json(world, 'profile-validate', 'validate', 'mine', '--strict')['warnings'] == []
    done = world.run('run', '-p', 'mine', '--', 'sh', '-c', script)
    assert (done.returncode, done.stdout) == (0, 'milk\n1\nx\n')
    for host in (world.run('why', '-p', 'mine', '--host', 'example.org'), world.run('why', *options[:-1], '--host', 'example.org')):
        assert host.returncode == 0
    assert world.run('why', '-p', 'mine', '--host', 'example.org', '--check').returncode == 3
    # A later save adds to it: it has nono's own layout.
    with open(world.path('.config/nono/profiles/mine.json'), encoding='utf-8') as f:
        written = f.read()
    assert json.dumps(json.loads(written), indent=2) + '\n' == written


def test_init_takes_every_grant(world):
    key, folder = world.write('.ssh/deploy', 'k'), world.mkdir('sockets')
    init(world, 'mine', '--override-deny', key, '--read-file', key, '--allow-unix-socket-dir', folder, '--open-port', '8000',
         '--allow-connect-port', '443', '--allow-connect-port=80', '--write', folder, '--extends', 'python-dev', '--groups', 'nix_runtime')
    profile = loaded(world)
    assert profile['filesystem'] == {'allow': [], 'read': [], 'write': ['~/sockets'], 'read_file': ['~/.ssh/deploy'],
                                     'bypass_protection': ['~/.ssh/deploy'], 'unix_socket_dir': ['~/sockets']}
    assert profile['network'] == {'connect_port': [443, 80], 'open_port': [8000]}
    assert profile['extends'] == 'python-dev' and profile['groups']['include'] == ['nix_runtime']
    assert world.run('run', '--allow-cwd', '-p', 'mine', '--', 'cat', key).stdout == 'k'


@pytest.mark.parametrize('options,problem', [
    (['--read-file', '.'], 'profile mine '),
    (['--read', '~/a$b'], 'a profile cannot name'), (['--allow', '*'], 'a profile cannot name'), (['--read', ''], 'an empty path'),
    (['--override-deny', '~/.ssh'], '.ssh'), (['--allow-cwd'], '--allow-cwd does not belong to this command; nono profile init --help lists what does')])
def test_init_writes_nothing_that_would_not_run(world, options, problem):
    world.mkdir('.ssh')
    done = world.run('profile', 'init', 'mine', *options)
    assert done.returncode in (1, 2) and problem in done.stderr, done.stderr
    assert not os.path.exists(world.path('.config/nono/profiles/mine.json'))


def test_init_tells_of_what_is_not_there(world):
    said = init(world, 'mine', '--read', '~/later')
    assert f'nono: {world.path("later")} does not exist; a run skips it until it does\n' in said
    assert loaded(world)['filesystem']['read'] == ['~/later']


def test_init_does_not_read_settings_of_a_shell(world):
    done = world.run('profile', 'init', 'mine', env={'NONO_ALLOW': '.', 'NONO_BLOCK_NET': '1'})
    assert done.returncode == 0 and loaded(world)['filesystem']['allow'] == [] and 'network' not in loaded(world)


def test_init_refuses(world):
    assert 'is not a name for a profile' in refused(world, 'init', 'bad_name')
    assert 'is not a name for a profile' in refused(world, 'init', 'ns/pack')
    assert 'codex is a built-in profile' in refused(world, 'init', 'codex')
    assert "there is no profile 'nobody'" in refused(world, 'init', 'mine', '--extends', 'nobody')
    assert '--extends' in refused(world, 'init', 'mine', '--extends', '../x', code=2)
    assert "there is no group 'git_confg'; did you mean 'git_config'?" in refused(world, 'init', 'mine', '--groups', 'git_confg')
    assert not os.path.exists(world.path('.config/nono/profiles/mine.json'))
    init(world, 'mine')
    assert 'mine.json is there already; --force replaces it' in refused(world, 'init', 'mine')
    # There are never two of a name: the first of them would hide the other.
    assert 'mine.json is there already' in refused(world, 'init', 'mine', '--full')


def test_init_force(world):
    path = world.profile('mine', 'not a profile')
    init(world, 'mine', '--force', '--description', 'new')
    assert as_json(world, 'profile-validate', 'validate', 'mine')['valid'] and stat.S_IMODE(os.stat(path).st_mode) == 0o600
    init(world, 'codex', '--extends', 'codex', '--force')
    assert as_json(world, 'profile-show', 'show', 'codex')['filesystem']['allow']


def test_init_leaves_links_alone(world):
    target = world.write('elsewhere.json', '{}')
    world.mkdir('.config/nono/profiles')
    os.symlink(target, world.path('.config/nono/profiles/mine.json'))
    assert 'is a symbolic link' in refused(world, 'init', 'mine', '--force')
    with open(target, encoding='utf-8') as f:
        assert f.read() == '{}'


def test_init_elsewhere(world):
    said = init(world, 'codex', '-o', 'my profile.json')
    assert "nono run --allow-cwd --profile '" + world.path("project/my profile.json' -- COMMAND") in said
    assert not os.path.exists(world.path('.config'))
    assert 'cannot write' in refused(world, 'init', 'mine', '-o', 'none/x.json')


# ---- guide, and the older spelling ----


def guide_profiles():
    with open(os.path.join(ROOT, 'data', 'profile-guide.txt'), encoding='ascii') as f:
        found = re.findall(r'(?:^    .*\n|^\n(?=    ))+', f.read(), re.M)
    return [block for block in '\n'.join(found).split('\n\n') if block.lstrip().startswith('{')]


@pytest.mark.parametrize('profile', guide_profiles())
def test_guide_examples(world, profile):
    world.profile('example', profile)
    found = as_json(world, 'profile-validate', 'validate', 'example', '--strict')
    assert found['errors'] == []
    done = world.run('run', '--dry-run', '--profile', 'example', '--', 'true')
    assert done.returncode == 0, done.stderr


GUIDE_WORDS = {'NAME': 'my-tool', 'A': 'codex', 'B': 'swival', 'PATH': '/etc/hosts', 'COMMAND': 'true'}


def test_guide_commands(world):
    with open(os.path.join(ROOT, 'data', 'profile-guide.txt'), encoding='ascii') as f:
        lines = re.findall(r'^    nono (.*?)(?:   .*)?$', f.read(), re.M)
    assert len(lines) > 6
    for line in lines:
        words = [GUIDE_WORDS.get(word, word) for word in line.split()]
        if words[0] == 'run' and '--dry-run' not in words:
            words.insert(1, '--dry-run')
        done = world.run(*words)
        assert done.returncode == 0, line + done.stderr


def test_guide(world):
    whole = text(world, 'guide')
    assert len(guide_profiles()) > 12 and max(len(line) for line in whole.split('\n')) <= 80
    keys = json.loads(text(world, 'schema'))['properties']
    missing = [name for name, key in keys.items() if not key.get('deprecated') and name != 'policy' and not re.search(rf'{re.escape(name)}\b', whole)]
    assert missing == []
    one = text(world, 'guide', 'network')
    assert one.startswith('network - ') and one in whole and len(one) < len(whole) / 5
    assert 'did you mean network? It has: start, meta, ' in refused(world, 'guide', 'netwrk')
    assert text(world, 'guide', 'all') == whole


def test_guide_on_a_terminal(world):
    """One screen at a time: the first section, and which others there are."""
    whole, shown = text(world, 'guide'), without_colour(on_terminal(world, 'guide'))
    first, index = shown.split('\nThe other sections\n')
    assert whole.startswith(first) and first.startswith('start - ')
    names = re.findall(r'^  (\w+) +(.*)$', index, re.M)
    assert [f'start - {first.split(" - ")[1].splitlines()[0]}', *(' - '.join(row) for row in names)] == re.findall(r'^(\w+ - .*)$', whole, re.M)
    assert without_colour(on_terminal(world, 'guide', 'all')) == whole
    for name, _ in names:
        assert without_colour(on_terminal(world, 'guide', name)).startswith(name + ' - ')


def test_older_spelling(world):
    def policy(*args):
        done = world.run('policy', *args)
        assert done.returncode == 0 and done.stderr == ''
        return done.stdout

    assert policy('profiles') == text(world, 'list')
    assert policy('groups', 'git_config', '--json') == text(world, 'groups', 'git_config', '--json')
    assert policy('show', 'codex') == text(world, 'show', 'codex')
    assert policy('diff', 'codex', 'swival') == text(world, 'diff', 'codex', 'swival')
    assert policy('validate', 'codex') == text(world, 'validate', 'codex')
    assert world.run('policy', '--help').stdout == world.run('profile', '--help').stdout


@pytest.mark.parametrize('words', [['--help'], *([name, '--help'] for name in ('list', 'show', 'diff', 'validate', 'groups', 'init', 'schema', 'guide'))])
def test_help_fits(world, words):
    lines = text(world, *words).split('\n')
    assert len(lines) > 5 and [line for line in lines if len(line) > 80] == []
    assert world.run('profile').returncode == 2


def test_a_closed_output_is_an_error(world):
    with open('/dev/full', 'w', encoding='ascii') as full:
        process = world.start('profile', 'list', '--json', stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE)
        said = process.communicate()[1]
    assert process.returncode == 1 and b'cannot write to standard output: No space left' in said
