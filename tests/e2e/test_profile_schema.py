# test_profile_schema.py - nono profile schema says what the parser does.  SPDX-License-Identifier: Apache-2.0
"""The schema and the parser are asked about the same documents, made for every row of the key table."""
import glob
import json
import os
import re
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from world import ORDINARY, ROOT, World

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, 'tools'))
from profilekeys import load  # noqa: E402

KEYS, ALIASES = load(Path(ROOT))
# What a schema cannot tell: the brackets of a rule, the shape of a reference, and which groups and profiles there are.
NOT_TOLD = {'nono_check_seatbelt', 'nono_check_credential'}


@pytest.fixture(scope='module')
def shared():
    w = World(ORDINARY if os.getuid() == 0 else os.environ.get('USER', 'self'))
    yield w
    w.done()


@pytest.fixture(scope='module')
def validator(shared):
    done = shared.run('profile', 'schema')
    assert done.returncode == 0 and done.stderr == ''
    schema = json.loads(done.stdout)
    Draft202012Validator.check_schema(schema)
    assert schema['$id'] == 'https://nono.sh/schemas/nono-profile.schema.json'
    assert schema['$schema'] == 'https://json-schema.org/draft/2020-12/schema'
    return Draft202012Validator(schema)


def decode(text):
    """The document of a profile's text, whose comments and last commas are taken out first."""
    parts = re.findall(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|[^"/]+|/', text, re.S)
    plain = ''.join(part for part in parts if not part.startswith(('//', '/*')))
    words = re.findall(r'"(?:\\.|[^"\\])*"|,(?=\s*[}\]])|[^",]+|,', plain, re.S)
    # Only a comma right before a bracket was split off alone with that bracket ahead; which those are is looked up.
    out = []
    for n, word in enumerate(words):
        rest = ''.join(words[n + 1:n + 2])
        out.append('' if word == ',' and re.match(r'\s*[}\]]', rest) else word)
    return json.loads(''.join(out))


# ---- files ----


def test_good_files_and_built_in_profiles(validator):
    files = [*glob.glob(os.path.join(ROOT, 'data/profiles/*.json')), *glob.glob(os.path.join(ROOT, 'tests/data/profiles/good/*.json*'))]
    assert len(files) > 18
    for name in files:
        with open(name, encoding='utf-8') as f:
            assert [e.message for e in validator.iter_errors(decode(f.read()))] == [], name


# Files whose text is wrong before any schema could be asked.
NO_DOCUMENT = {'cut.json', 'deep.json', 'duplicate.json', 'duplicate-unicode.json', 'empty.json', 'json5.json', 'not-utf8.json', 'nul.json',
               'open-comment.jsonc'}


def test_bad_files(validator):
    files = [f for f in glob.glob(os.path.join(ROOT, 'tests/data/profiles/bad/*.json*')) if not f.endswith('.expected')]
    asked = [f for f in files if os.path.basename(f) not in NO_DOCUMENT]
    assert len(files) - len(asked) == len(NO_DOCUMENT) and len(asked) > 5
    for name in asked:
        with open(name, encoding='utf-8') as f:
            assert not validator.is_valid(decode(f.read())), name


# ---- the table ----


def at(schema, path):
    """What the schema says of a path of the table."""
    def deref(node):
        while '$ref' in node and 'properties' not in node:
            target = schema
            for step in node['$ref'].split('/')[1:]:
                target = target[step]
            node = target
        return node

    node = schema
    for step in path.split('.'):
        node = deref(node)
        if step != '*':
            node = node['properties'][step]
        elif 'items' in node:
            node = node['items']['anyOf'][1] if 'anyOf' in node['items'] else node['items']
        else:
            node = node['additionalProperties']
    return node


def test_every_key_and_alias_is_there(validator):
    for key in KEYS:
        found = at(validator.schema, key.path)
        assert found['description'] == key.doc and 'deprecated' not in found
    for alias in ALIASES:
        assert at(validator.schema, alias.path)['deprecated'] is True
    names = sum('.' not in row.path for row in [*KEYS, *ALIASES])
    assert len(validator.schema['properties']) == names and len(KEYS) > 120


def test_enums(validator):
    for key in KEYS:
        if key.kind == 'ENUM':
            words = [word for word, _ in key.words()] + ([None] if key.flag('nullable') else [])
            assert at(validator.schema, key.path)['enum'] == words


SAMPLES = [
    None, True, False, 0, 1, 5, -1, 300, 301, 3600, 3601, 65535, 65536, 2147483647, 2147483648, 1.5, '', 'x', 'a-b', '-a', 'a b', 'bad_name', '/x', '~/x',
    '$X/y', 'A', 'A*', '*A', '1A', 'PATH', 'NONO_X', 'LD_PRELOAD', 'ld_audit', 'env', 'ENVS', 'isolated', 'allow_all', 'none', 'readwrite', 'full',
    'external', 'header', 'git_config', '(allow x)', 'x' * 127, 'x' * 128, [], {}, ['x'], [''], ['/x', 5], [None], ['A*'], ['A*B'], [80], [-1], [65536],
    ['80'], [[1, 2]], [[1]], [[1, 2, 3]], [1.5], [{}], [[]], {'x': 1}, {'x': 'y'}, {'A': 'B'}, {'A': 'LD_X'}, {'A-B': 'C'}, {'1A': 'x'}, {'': 'X'},
    {'PATH': 'x'}, {'A': {'env_var': 'B'}}, {'A': {'env_var': 'B', 'when': 'linux'}}, {'A': {'env_var': 'a-b', 'when': 'macos'}},
    [{'path': '/x'}], [{'path': '/x', 'when': 'linux'}], [{'path': '', 'when': 'macos'}], [{'path': '/x', 'when': []}], [{'path': '/x', 'wen': 'linux'}],
    [{'name': 'git_config', 'when': ['linux', '!macos:>=13']}], [{'origin': 'x'}], [{'when': 'linux'}], {'script': '/x', 'timeout_secs': 5},
    {'script': 'x'}, {'script': '/x', 'timeout_secs': 0}, {'domain': 'x'}, [{'domain': 'x', 'endpoints': [{'method': 'GET', 'path': '/'}]}],
    [{'domain': 'x', 'endpoints': ['x']}], {'a': {'event': 'e', 'matcher': 'm', 'script': 's'}}, {'a': {'event': 'e'}}, {'name': 'x'}, {'name': 1},
    {'a': {'upstream': 'x'}}, {'a': {'upstream': 'x', 'env_var': 'PATH'}}, {'extends': 'x'}, {'platform_overrides': {}}, {'undo': {}, 'rollback': {}},
]

WHEN = ['linux', '!linux', '!!linux', 'linux:', 'linux:debian', 'linux:debian:12', 'linux:debian:x', 'linux:debian:>=12.1:server', 'linux:a b',
        'linux:a:1:b:c', 'macos:>13', 'macos:13:x', 'macos:', 'windows:10:22H2', 'windows:10:22:x', 'plan9', 'plan9:a:b:c', 'plan9:a:b:c:d', 'plan9::x', '',
        '!', 'linux:debian:==12', 'linux:debian:=12', 'linux:debian:12.', 'linux:debian:.1', 'linux:debian:1..2', 'l\u00efnux', 'a b', 'x' * 127, 'x' * 128,
        'freebsd:!x:y z']

NAME = {'*': 'a'}


def nested(path, value):
    """A document in which @value stands at a path of the table, among what its section needs."""
    head, _, rest = path.partition('.')
    inside = nested(rest, value) if rest else value
    return inside if head == '' else {NAME.get(head, head): inside}


def place(path, value):
    """The same, with lists where the table has items, and the required keys of each section beside it."""
    steps = path.split('.')
    for n in range(len(steps) - 1, -1, -1):
        section = '.'.join(steps[:n])
        kind = next((k.kind for k in KEYS if k.path == section), 'SECTION')
        if kind == 'ITEMS':
            value = [value]
        elif kind == 'MAP':
            value = {'a': value}
        else:
            needed = {k.path.rsplit('.', 1)[-1]: 'x' for k in KEYS if k.flag('required') and k.path.rpartition('.')[0] == section}
            if section.startswith('session_hooks'):
                needed = {'script': '/x'} if section.count('.') else {}
            value = {**needed, steps[n]: value}
    return value


def documents():
    """(what it is, document, must the two agree) of all that is tried."""
    for key in KEYS:
        exact = key.more.get('check') not in NOT_TOLD and key.more.get('check_name') not in NOT_TOLD
        for sample in SAMPLES:
            yield key.path, place(key.path, sample), exact
    for alias in ALIASES:
        for sample in SAMPLES[:30]:
            key = next(k for k in KEYS if k.path == alias.canonical)
            yield alias.path, place(alias.path, sample), key.more.get('check_name') not in NOT_TOLD
        yield alias.path + ' twice', merged(place(alias.path, fine(alias.canonical)), place(alias.canonical, fine(alias.canonical))), True
        for other in ALIASES:
            if other is not alias and other.canonical == alias.canonical:
                yield 'two names', merged(place(alias.path, fine(alias.canonical)), place(other.path, fine(alias.canonical))), True
    for word in WHEN:
        for system in ([], ['platform_overrides', 'linux'], ['platform_overrides', 'macos']):
            document = {'filesystem': {'read': [{'path': '/x', 'when': word}, {'path': '/x', 'when': ['macos', word]}]}}
            for step in reversed(system):
                document = {step: document}
            yield 'when ' + word, document, True
    for key in KEYS:
        if '.' not in key.path:
            for sample in ([], {}, 'x', True):
                yield 'body ' + key.path, {'platform_overrides': {'macos': {key.path: sample}}}, key.path != 'unsafe_macos_seatbelt_rules'
    yield 'unknown', {'nope': 1}, True
    yield 'unknown', {'filesystem': {'nope': 1}}, True
    yield 'too many', {'packs': [str(n) for n in range(4097)]}, True
    yield 'as many as can be', {'packs': [str(n) for n in range(4096)]}, True


def fine(path):
    kind = next(k.kind for k in KEYS if k.path == path)
    return {'LIST': [], 'ITEMS': [], 'PORTS': [], 'STRING': 'x'}.get(kind, {})


def merged(a, b):
    return {key: merged(a.get(key, {}), b.get(key, {})) if isinstance(a.get(key, b.get(key)), dict) and key in a and key in b else a.get(key, b.get(key))
            for key in [*a, *(k for k in b if k not in a)]}


# What is wrong beyond a document's shape.
BEYOND = re.compile(r'there is no profile|extends itself|the first port is above')
TOGETHER = 2000  # documents in one directory of profiles, which is listed


def answers(shared, documents_):
    """For each document what nono has to say against its shape, None where that is nothing."""
    found = []
    for start in range(0, len(documents_), TOGETHER):
        directory = f'asked{start}'
        shared.mkdir(f'{directory}/nono/profiles')
        for n, document in enumerate(documents_[start:start + TOGETHER]):
            shared.write(f'{directory}/nono/profiles/d{n}.json', json.dumps(document))
        done = shared.run('profile', 'list', '--json', env={'XDG_CONFIG_HOME': shared.path(directory)})
        rows = {row['name']: row.get('error') for row in json.loads(done.stdout)}
        found += [rows[f'd{n}'] for n in range(len(documents_[start:start + TOGETHER]))]
    return [None if error is None or BEYOND.search(error) else error for error in found]


def test_schema_and_parser_agree(shared, validator):
    cases = list(documents())
    said = answers(shared, [document for _, document, _ in cases])
    wrong = []
    for (what, document, exact), error in zip(cases, said):
        valid = validator.is_valid(document)
        if error is None and not valid:
            wrong.append((what, document, 'the schema refuses what the parser takes', next(validator.iter_errors(document)).message))
        elif error is not None and valid and exact:
            wrong.append((what, document, 'the parser refuses what the schema takes', error))
    assert not wrong, '%d of %d: %s' % (len(wrong), len(cases), '\n'.join(str(w)[:400] for w in wrong[:20]))
    taken = said.count(None)
    assert taken > 800 and len(cases) - taken > 8000


def test_what_the_schema_cannot_tell(shared, validator):
    """It lets these pass, and validate does not."""
    for n, document in enumerate([{'unsafe_macos_seatbelt_rules': ['(allow x']}, {'env_credentials': {'op://x': 'A'}}, {'groups': {'include': ['nope']}},
                                  {'extends': 'nobody'}, {'network': {'open_port_range': [[2, 1]]}}]):
        assert validator.is_valid(document)
        path = shared.write(f'project/c{n}.json', json.dumps(document))
        assert shared.run('profile', 'validate', path).returncode == 1


def test_written_to_a_file(shared):
    done = shared.run('profile', 'schema', '-o', 'schema.json')
    assert done.returncode == 0 and done.stdout == ''
    with open(shared.path('project/schema.json'), encoding='utf-8') as f:
        assert f.read() == shared.run('profile', 'schema').stdout
    assert shared.run('profile', 'schema', '-o', 'none/schema.json').returncode == 1
