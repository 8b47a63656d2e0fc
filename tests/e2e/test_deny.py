# test_deny.py - deny rules of a profile and of the command line, below granted directories.  SPDX-License-Identifier: Apache-2.0
import json
import os

import pytest


@pytest.fixture
def tree(world):
    for name in ('open', 'secret', 'settings', 'sub/x.pem', 'sub/deep/y.pem', 'kept/a'):
        world.write(f'tree/{name}', name + '\n')
    return world


def rules(world, **more):
    world.profile('p', json.dumps({'filesystem': {'allow': ['~/tree'], **more}}))


def test_deny_of_the_command_line(tree):
    done = tree.run('run', '--allow', tree.path('tree'), '--deny', tree.path('tree/secret'), '--', 'sh', '-c',
                    'cat ~/tree/open ~/tree/secret; echo x > ~/tree/secret')
    assert done.stdout == 'open\n' and done.stderr.count('Permission denied') == 2
    assert 'denied by flag --deny' in done.stderr and f'leave out --deny {tree.path("tree/secret")}' in done.stderr
    # It stands above what a profile grants and lifts.
    rules(tree, bypass_protection=['~/tree/secret'])
    assert tree.run('run', '-p', 'p', '--deny', tree.path('tree/secret'), '--', 'cat', tree.path('tree/secret')).returncode == 1
    done = tree.run('run', '--allow', tree.path('tree'), '--deny', tree.path('tree/secret'), '--override-deny', tree.path('tree/secret'), '--', 'true')
    assert done.returncode == 2 and 'which one holds?' in done.stderr


WRITES = {'write': 'echo x > {f}', 'append': 'echo x >> {f}', 'truncate': 'truncate -s 0 {f}', 'remove': 'rm -f {f}',
          'rename': 'mv {f} ~/tree/n', 'replace': 'echo x > ~/tree/n && mv -f ~/tree/n {f}', 'mode': 'chmod 777 {f}',
          'rename above': 'mv ~/tree/kept ~/tree/n', 'link': 'ln {f} ~/tree/n && echo x > ~/tree/n'}


@pytest.mark.parametrize('flag', [True, False])
@pytest.mark.parametrize('way', WRITES)
def test_deny_write_leaves_reading(tree, way, flag):
    path = tree.path('tree/kept/a')
    rules(tree, **({} if flag else {'deny_write': ['~/tree/kept/a']}))
    words = ['--deny-write', path] if flag else []
    done = tree.sh(WRITES[way].format(f=path) + ' && echo done', '-s', '-p', 'p', *words)
    assert 'done' not in done.stdout, done
    done = tree.run('run', '-s', '-p', 'p', *words, '--', 'cat', path)
    assert done.stdout == 'kept/a\n'
    with open(path, encoding='utf-8') as f:
        assert f.read() == 'kept/a\n'
    assert os.stat(path).st_mode & 0o777 == 0o600 and os.stat(path).st_nlink == 1
    # The same without the rule does something.
    rules(tree)
    assert 'done' in tree.sh(WRITES[way].format(f=path) + ' && echo done', '-s', '-p', 'p').stdout


def test_deny_write_of_a_directory(tree):
    rules(tree, deny_write=['~/tree/kept'])
    done = tree.sh('cat ~/tree/kept/a; echo x > ~/tree/kept/new; mkdir ~/tree/kept/d; rm ~/tree/kept/a; echo x > ~/tree/fine', '-s', '-p', 'p')
    assert done.stdout == 'kept/a\n' and done.stderr.count('Read-only file system') == 3, done
    assert os.listdir(tree.path('tree/kept')) == ['a'] and os.path.exists(tree.path('tree/fine'))


@pytest.mark.parametrize('key', ['deny', 'deny_write'])
def test_patterns(tree, key):
    rules(tree, **{key: ['~/tree/**/*.pem']})
    done = tree.sh('cat ~/tree/sub/x.pem ~/tree/sub/deep/y.pem; for f in ~/tree/sub/x.pem ~/tree/sub/deep/y.pem; do echo z > $f; done',
                   '-s', '-p', 'p')
    assert done.stdout == ('' if key == 'deny' else 'sub/x.pem\nsub/deep/y.pem\n') and done.returncode != 0
    with open(tree.path('tree/sub/x.pem'), encoding='utf-8') as f:
        assert f.read() == 'sub/x.pem\n'


def test_what_is_missing_cannot_be_kept_from_being_written(tree):
    done = tree.run('run', '--allow', tree.path('tree'), '--deny-write', tree.path('tree/later'), '--', 'touch', tree.path('tree/started'))
    assert done.returncode == 1 and 'tree/later does not exist yet' in done.stderr and 'make it first' in done.stderr
    assert not os.path.exists(tree.path('tree/started'))
    # Where nothing is granted it needs nobody to keep it.
    assert tree.run('run', '--deny-write', tree.path('tree/later'), '--', 'true').returncode == 0


def test_why_and_the_plan(tree):
    flags = ['--allow', tree.path('tree'), '--deny', tree.path('tree/secret'), '--deny-write', tree.path('tree/settings')]
    for name, op, status in (('secret', 'read', 'denied'), ('settings', 'read', 'allowed'), ('settings', 'write', 'denied'), ('open', 'write', 'allowed')):
        found = json.loads(tree.run('why', *flags, '--json', '--path', tree.path(f'tree/{name}'), '--op', op).stdout)
        assert found['status'] == status, (name, op, found)
    plan = tree.run('run', *flags, '--dry-run', '-v', '--', 'true').stderr
    assert f'{tree.path("tree/secret")} (masked) [flag --deny]' in plan
    assert f'{tree.path("tree/settings")} (read-only) [flag --deny-write]' in plan


def test_a_link_that_leads_nowhere_matches_a_pattern(tree):
    os.symlink('/nowhere', tree.path('tree/l.pem'))
    rules(tree, deny=['~/tree/**/*.pem'])
    done = tree.sh('cat ~/tree/open; cat ~/tree/sub/x.pem', '-s', '-p', 'p')
    assert done.stdout == 'open\n' and 'Permission denied' in done.stderr, done
