# test_manifest.py - run --config: a manifest is the whole policy.  SPDX-License-Identifier: Apache-2.0
import json
import os
import re

import jsonschema
import pytest
from world import ROOT

SYSTEM = [{'path': p, 'access': 'read'} for p in ('/usr', '/bin', '/lib', '/lib64', '/etc')] + \
         [{'path': '/dev/null', 'access': 'readwrite', 'type': 'file'}]


def read(*path):
    with open(os.path.join(ROOT, *path), encoding='utf-8') as f:
        return f.read()


SCHEMA = json.loads(read('data', 'schema', 'manifest.schema.json'))


def manifest(world, name='m.json', **parts):
    grants = SYSTEM + parts.pop('grants', [])
    whole = {'version': '0.1.0', 'filesystem': {'grants': [g for g in grants if not g['path'].startswith('/lib') or
                                                           os.path.isdir(g['path'])], **parts.pop('filesystem', {})}, **parts}
    jsonschema.validate(whole, SCHEMA)
    return world.write(name, json.dumps(whole))


@pytest.mark.parametrize('command', ['run', 'wrap'])
def test_only_what_it_grants(world, command):
    inside, outside = world.write('data/in', 'IN'), world.write('other/out', 'OUT')
    path = manifest(world, grants=[{'path': '~/data', 'access': 'read'}])
    done = world.run(command, '--config', path, '--', 'cat', inside)
    assert (done.returncode, done.stdout) == (0, 'IN')
    done = world.run(command, '-c', path, '--', 'cat', outside)
    assert (done.returncode, done.stdout) == (1, '') and 'Permission denied' in done.stderr
    done = world.run(command, '-c', path, '--', 'sh', '-c', f'echo x > {inside}')
    assert done.returncode != 0 and 'ermission denied' in done.stderr
    # No group applies: not even the temporary directory, which a profile shares, nor the working directory.
    assert world.run(command, '-c', path, '--', 'ls', '/tmp').returncode == 2
    assert world.run(command, '-c', path, '--', 'ls', world.work).returncode == 2
    assert world.run('run', '--allow-cwd', '--', 'ls', '/tmp').returncode == 0


def test_a_shell(world):
    path = manifest(world)
    done = world.run('shell', '-c', path, '--shell', '/bin/sh')
    assert done.returncode == 0 and 'You are in a sandbox' in done.stderr


def test_denies_and_own_files(world):
    secret = world.write('data/secret', 'S')
    path = manifest(world, grants=[{'path': secret, 'access': 'read', 'type': 'file'}], filesystem={'deny': [{'path': secret}]})
    done = world.run('run', '-c', path, '--', 'cat', secret)
    assert done.returncode == 1
    assert f'denied by manifest {path}' in done.stderr and 'filesystem.deny without' in done.stderr
    assert '--override-deny' not in done.stderr
    world.profile('x', '{}')
    own = world.path('.config/nono/profiles')
    path = manifest(world, grants=[{'path': own, 'access': 'readwrite'}])
    assert world.run('run', '-c', path, '--', 'ls', own).stdout == 'x.json\n'
    assert world.run('run', '-c', path, '--', 'touch', own + '/y').returncode == 1
    assert not os.path.exists(own + '/y')
    path = manifest(world, grants=[{'path': '~/data', 'access': 'read'}], filesystem={'deny': [{'path': '~/data/secret'}]})
    world.write('data/open', 'O')
    done = world.run('run', '-c', path, '--', 'cat', world.path('data/open'), secret)
    assert done.returncode == 1 and done.stdout == 'O' and 'Permission denied' in done.stderr


def test_the_footer_says_what_to_write(world):
    path = manifest(world)
    target = world.write('data/in', 'IN')
    done = world.run('run', '-c', path, '--', 'cat', target)
    line = next(line for line in done.stderr.split('\n') if 'to allow it' in line)
    entry = json.loads(line.split('filesystem.grants: ')[1])
    assert entry == {'path': target, 'access': 'read', 'type': 'file'}
    path = manifest(world, grants=[entry])
    assert world.run('run', '-c', path, '--', 'cat', target).stdout == 'IN'
    assert world.run('why', '-c', path, '--path', target).stdout.startswith('ALLOWED')


def test_network_and_commands(world):
    probe = 'import socket\ntry: socket.socket()\nexcept PermissionError: print("refused")\nelse: print("open")'
    for mode, wanted in (('blocked', 'refused\n'), ('unrestricted', 'open\n')):
        path = manifest(world, network={'mode': mode})
        assert world.run('run', '-c', path, '--', 'python3', '-c', probe).stdout == wanted
    path = manifest(world, process={'blocked_commands': ['ls', 'cat'], 'allowed_commands': ['cat'], 'exec_strategy': 'direct'})
    done = world.run('run', '-c', path, '--', 'ls')
    assert done.returncode == 1 and f"'ls' is blocked by manifest {path}; process.allowed_commands allows it" in done.stderr
    assert world.run('run', '-c', path, '--', 'cat', '/dev/null').returncode == 0


UNBUILT = [('network.mode', {'network': {'mode': 'proxy'}}), ('network.allow_domains', {'network': {'allow_domains': ['a.org']}}),
           ('network.endpoints', {'network': {'endpoints': [{'host': 'a.org'}]}}), ('network.dns', {'network': {'dns': False}}),
           ('credentials', {'credentials': [{'name': 'a', 'upstream': 'https://a.org', 'source': 'env://A'}]}),
           ('rollback.enabled', {'rollback': {'enabled': True}}), ('resources.memory_bytes', {'resources': {'memory_bytes': 1 << 36}}),
           ('resources.max_processes', {'resources': {'max_processes': 5}})]


@pytest.mark.parametrize('key,parts', UNBUILT)
def test_what_cannot_be_enforced_refuses(world, key, parts):
    path = manifest(world, **parts)
    done = world.run('run', '-c', path, '--', 'touch', world.path('made'))
    assert done.returncode == 1 and f'cannot enforce yet: {key} (manifest {path})' in done.stderr
    assert not os.path.exists(world.path('made'))


FLAGS = ['--allow', '--read', '--write', '--allow-file', '--read-file', '--write-file', '--allow-unix-socket',
         '--allow-unix-socket-bind', '--allow-unix-socket-dir', '--allow-unix-socket-dir-bind', '--allow-unix-socket-subtree',
         '--override-deny', '--bypass-protection', '--profile', '--extends', '--allow-command', '--block-command']
PORTS = ['--listen-port', '--open-port', '--allow-connect-port']
SWITCHES = ['--allow-cwd', '--block-net', '--allow-net']


@pytest.mark.parametrize('words', [[f, 'x'] for f in FLAGS] + [[f, '80'] for f in PORTS] + [[f] for f in SWITCHES])
def test_nothing_stands_beside_it(world, words):
    path = manifest(world)
    done = world.run('run', *words, '-c', path, '--', 'true')
    named = {'--allow-unix-socket-subtree': '--allow-unix-socket-dir', '--bypass-protection': '--override-deny'}.get(words[0], words[0])
    assert done.returncode == 2 and f'--config and {named} cannot be used together' in done.stderr, done.stderr


def test_variables_count_as_flags(world):
    path = manifest(world)
    for name, value in (('NONO_PROFILE', 'default'), ('NONO_ALLOW', '/x'), ('NONO_BLOCK_NET', '1')):
        done = world.run('run', '-c', path, '--', 'true', env={name: value})
        assert done.returncode == 2 and f'--config and {name} cannot' in done.stderr
    assert world.run('run', '-c', path, '--', 'true', env={'NONO_BLOCK_NET': '0', 'NONO_PROFILE': ''}).returncode == 0
    assert world.run('run', '-s', '-v', '--workdir', world.work, '-c', path, '--', 'true').returncode == 0


def test_files_that_cannot_be_used(world):
    assert 'manifest: ' in world.run('run', '-c', 'none.json', '--', 'true').stderr
    path = manifest(world)
    os.chmod(path, 0o622)
    assert 'chmod go-w' in world.run('run', '-c', path, '--', 'true').stderr
    path = world.write('bad.json', '{"version": "0.1.0",\n "filesystem": {"grant": []}}')
    done = world.run('run', '-c', path, '--', 'true')
    assert done.returncode == 1 and f'{path}:2:17: filesystem.grant: unknown key; did you mean filesystem.grants?' in done.stderr
    path = world.write('mistaken.json', json.dumps({'version': '0.1.0', 'filesystem': {'grants': [
        {'path': '/etc/passwd', 'access': 'read'}]}}))
    done = world.run('run', '-c', path, '--', 'true')
    assert done.returncode == 1 and 'this is a file; use "type": "file"' in done.stderr


# ---- the schema, the table and the page say the same ----

def table():
    rows = {}
    text = re.sub(r'/\*.*?\*/', '', read('src', 'policy', 'manifest_keys.def'), flags=re.S)
    for head, args in re.findall(r'^(TOP|KEY)\(((?:[^()]|\([^()]*\))*)\)', text, re.M | re.S):
        words = [w.strip() for w in args.split(',')]
        strings = [json.loads(w) for w in words if w.startswith('"')]
        path = strings[0] if head == 'TOP' else f'{strings[0]}.{strings[1]}'
        found = re.search(r'\.words\s*=\s*"([^"]*)"', args)
        rows[path] = {'kind': words[1 if head == 'TOP' else 2], 'required': '.required = true' in args,
                      'words': found.group(1).replace('!', '').split('|') if found else None}
    return rows


def schema_rows(node, path, rows):
    while '$ref' in node:
        node = SCHEMA['$defs'][node['$ref'].rsplit('/', 1)[1]]
    if path:
        rows[path] = node
    for name, part in node.get('properties', {}).items():
        schema_rows(part, f'{path}.{name}' if path else name, rows)
        resolved = rows[f'{path}.{name}' if path else name]
        resolved['x-required'] = name in node.get('required', [])
    items = node.get('items')
    if items and 'properties' in (SCHEMA['$defs'].get(items.get('$ref', '').rsplit('/', 1)[-1]) or items):
        schema_rows(dict(items), path + '.*', rows)
    return rows


TYPES = {'STRING': 'string', 'BOOL': 'boolean', 'INT': 'integer', 'LIST': 'array', 'PORTS': 'array', 'RANGES': 'array', 'ITEMS': 'array',
         'SECTION': 'object'}


def test_schema_is_the_table(world):
    rows, found = table(), schema_rows(json.loads(json.dumps(SCHEMA)), '', {})
    assert len(rows) > 50 and set(rows) == set(found)
    for path, row in rows.items():
        node = found[path]
        if row['words']:
            assert node.get('enum', [node.get('const')]) == row['words'], path
        else:
            assert node['type'] == TYPES[row['kind']], path
        assert node.get('x-required', False) == row['required'] or path.endswith('*'), path
        assert node.get('additionalProperties', False) is False, path


def test_the_page_names_every_key(world):
    page = read('docs', 'format', 'manifest.md')
    for path, row in table().items():
        if row['kind'] != 'SECTION' and not path.startswith(('credentials.', 'network.endpoints.')):
            assert path.split('.')[-1] in page, path
    example = json.loads(re.search(r'```json\n(.*?)```', page, re.S).group(1))
    jsonschema.validate(example, SCHEMA)


@pytest.mark.parametrize('text', ['{}', '{"version": "0.2.0"}', '{"version": "0.1.0", "x": 1}', '{"version": "0.1.0", "network": {"mode": "open"}}',
                                  '{"version": "0.1.0", "filesystem": {"grants": [{"path": "/x"}]}}',
                                  '{"version": "0.1.0", "filesystem": {"grants": [{"path": "", "access": "read"}]}}',
                                  '{"version": "0.1.0", "network": {"ports": {"bind": [0]}}}', '{"version": "0.1.0", "resources": {"max_processes": 0}}',
                                  '{"version": "0.1.0", "process": {"allowed_commands": [""]}}'])
def test_schema_and_parser_refuse_the_same(world, text):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(text), SCHEMA)
    done = world.run('run', '-c', world.write('bad.json', text), '--', 'true')
    assert done.returncode == 1 and 'bad.json:1:' in done.stderr
