# test_profiles.py - profiles as earlier releases wrote them.  SPDX-License-Identifier: Apache-2.0
"""The unit tests compare every alias with its key in the reader; here the two run, and grant the same."""
import json

import pytest
from world import foreign

# Older place of a key, what it is called now, and a value. PATH is a directory that exists.
SAME = [
    ('policy.add_allow_read', 'filesystem.read', ['PATH']), ('policy.add_allow_write', 'filesystem.write', ['PATH']),
    ('policy.add_allow_readwrite', 'filesystem.allow', ['PATH']), ('policy.add_deny_access', 'filesystem.deny', ['~/denied']),
    ('policy.override_deny', 'filesystem.bypass_protection', ['~/.ssh']), ('policy.add_deny_commands', 'commands.deny', ['true']),
    ('policy.exclude_groups', 'groups.exclude', ['user_tools']), ('exclude_groups', 'groups.exclude', ['user_tools']),
    ('security.groups', 'groups.include', ['node_runtime', 'rust_runtime']), ('security.allowed_commands', 'commands.allow', ['rm']),
    ('security.trust_groups', 'trust_groups', ['deny_shell_history']), ('brokered_commands', 'command_args', ['--flag', 'x']),
    ('network.port_allow', 'network.open_port', [8080, 9090]), ('network.allow_port', 'network.open_port', [8080]),
    ('undo', 'rollback', {'exclude_patterns': ['target'], 'exclude_globs': ['*.log']}),
    ('filesystem.ignore', 'filesystem.suppress_save_prompt', ['~/x']),
]
# The same, of what is not built yet: refused with the name that it has now, whichever was written.
UNBUILT = [
    ('network.proxy_allow', 'network.allow_domain', ['example.org']), ('network.allow_proxy', 'network.allow_domain', ['example.org']),
    ('network.proxy_credentials', 'network.credentials', ['openai']), ('network.external_proxy', 'network.upstream_proxy', 'proxy:3128'),
    ('network.external_proxy_bypass', 'network.upstream_bypass', ['x.org']), ('secrets', 'env_credentials', {'account': 'VARIABLE'}),
]
GROUPS = [('system_read_linux', 'system_read_linux_core'), ('homebrew', 'homebrew_linux'), ('vscode', 'vscode_linux')]


def nested(path, value):
    for key in reversed(path.split('.')):
        value = {key: value}
    return value


def merged(*parts):
    out = {}
    for part in parts:
        for key, value in part.items():
            out[key] = merged(out[key], value) if isinstance(value, dict) and key in out else value
    return out


def dry_run(world, body):
    world.profile('p', json.dumps(body))
    done = world.run('run', '--dry-run', '-vv', '-p', 'p', '--allow-cwd', '--', 'true')
    # Where it was read may differ in one thing: the key that is named as not used yet.
    return done.returncode, done.stderr


@pytest.fixture
def files(world):
    world.mkdir('docs')
    world.write('.ssh/id', 'key')
    return world


@pytest.mark.parametrize('older,key,value', SAME)
def test_an_older_key_is_the_same(files, older, key, value):
    value = json.loads(json.dumps(value).replace('PATH', files.path('docs')))
    base = {'meta': {'name': 'p'}, 'workdir': {'access': 'read'}}
    if 'bypass' in key:
        base['filesystem'] = {'read': ['~/.ssh']}
    as_older, as_new = dry_run(files, merged(base, nested(older, value))), dry_run(files, merged(base, nested(key, value)))
    assert as_older == as_new
    assert as_new != dry_run(files, base) or key in ('filesystem.suppress_save_prompt', 'commands.allow')
    # The two of them together are an error that names both.
    code, text = dry_run(files, merged(base, nested(older, value), nested(key, value)))
    assert code == 1 and older in text and key in text


@pytest.mark.parametrize('older,key,value', UNBUILT)
def test_an_older_key_of_what_is_not_built_is_refused_alike(files, older, key, value):
    as_older, as_new = dry_run(files, nested(older, value)), dry_run(files, nested(key, value))
    assert as_older == as_new
    if as_new[0]:
        assert f'{key} (profile p)' in as_new[1]


@pytest.mark.parametrize('older,name', GROUPS)
def test_older_names_of_groups(files, older, name):
    code, text = dry_run(files, {'groups': {'include': [older]}})
    assert code == 0 and (f'  {name} /' in text or f'[group {name}]' in text)
    code, text = dry_run(files, {'groups': {'include': [older + 'x']}})
    assert code == 1 and f"there is no group '{older}x'" in text


def test_commands_of_older_keys(files):
    files.profile('p', json.dumps({'security': {'allowed_commands': ['rm']}, 'policy': {'add_deny_commands': ['true']}}))
    files.write('project/x', 'x')
    files.profile('rw', json.dumps({'extends': 'p', 'workdir': {'access': 'readwrite'}}))
    assert files.run('run', '-p', 'rw', '--allow-cwd', '--', 'rm', 'x').returncode == 0
    done = files.run('run', '-p', 'p', '--allow-cwd', '--', 'true')
    assert done.returncode == 1 and "the command 'true' is blocked by profile p" in done.stderr


def test_the_whole_of_an_early_profile(files):
    """As the page of February 2026 describes one, without what needs a key store."""
    files.profile('my-agent', json.dumps({
        'meta': {'name': 'my-agent', 'version': '1.0.0', 'description': 'An agent', 'author': 'me'},
        'security': {'groups': ['node_runtime', 'python_runtime', 'unlink_protection'], 'trust_groups': ['deny_credentials']},
        'filesystem': {'allow': ['$WORKDIR'], 'read': ['$HOME/docs', '$XDG_CONFIG_HOME/x'], 'write': [], 'allow_file': [], 'read_file': ['~/.ssh/id'],
                       'write_file': []},
        'network': {'block': False}, 'workdir': {'access': 'readwrite'}, 'undo': {'exclude_patterns': ['node_modules'], 'exclude_globs': ['*.log']},
        'hooks': {'claude-code': {'event': 'PostToolUseFailure', 'matcher': 'Read|Write|Edit|Bash', 'script': 'nono-hook.sh'}}, 'interactive': True}))
    done = files.sh('cat ~/.ssh/id; echo x > f; cat f; ls ~/docs', '-p', 'my-agent')
    assert (done.returncode, done.stdout) == (0, 'keyx\n')
    assert [line for line in foreign(done.stderr)] == ['nono: profile my-agent trusts the command with what group deny_credentials protects']


def test_ways_to_name_a_profile(files):
    path = files.profile('mine', '{"filesystem": {"read": ["~/docs"]}}')
    files.write('project/local.json', '{"extends": "mine"}')
    for name in ('mine', path, './local.json', 'local.json', '../.config/nono/profiles/mine.json'):
        assert files.run('run', '-p', name, '--', 'ls', files.path('docs')).returncode == 0, name
    for name in ('mine2', 'project/local', '../local.json', '', 'MINE'):
        assert files.run('run', '-p', name, '--', 'true').returncode in (1, 2), name


def test_extends(files):
    files.profile('base', '{"filesystem": {"read": ["~/docs"]}, "network": {"block": true}, "workdir": {"access": "read"}}')
    files.profile('other', '{"environment": {"set_vars": {"OTHER": "set"}}}')
    files.profile('list', '{"extends": ["base", "other"]}')
    files.profile('none', '{"extends": null}')
    files.profile('empty', '{"extends": []}')
    script = 'ls ~/docs && python3 -c "import socket; socket.socket()" 2>/dev/null; echo $? $OTHER'
    assert files.sh(script, '-p', 'list').stdout == '1 set\n'
    assert files.sh(script, '-p', 'base', '--extends', 'other').stdout == '1 set\n'
    for name in ('none', 'empty'):
        assert files.sh('true', '-p', name).returncode == 0
    files.profile('a', '{"extends": "b"}')
    files.profile('b', '{"extends": "a"}')
    done = files.sh('true', '-p', 'a')
    assert done.returncode == 1 and 'in a circle: a -> b -> a' in done.stderr


def test_comments_and_commas(files):
    files.profile('c', '// a comment\n{"filesystem": {"read": ["~/docs", /* another */ ], }, }\n')
    assert files.run('run', '-p', 'c', '--', 'ls', files.path('docs')).returncode == 0
