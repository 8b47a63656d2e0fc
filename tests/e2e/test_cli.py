# test_cli.py - commands, groups of commands and options that are not built yet.  SPDX-License-Identifier: Apache-2.0
import pytest


def test_overview_names_every_command(world):
    done = world.run('--help')
    assert done.returncode == 0 and done.stderr == ''
    for word in ('run', 'wrap', 'shell', 'why'):
        assert f'\n  {word} ' in done.stdout
    assert world.run().returncode == 2


@pytest.mark.parametrize('words', [['--help'], ['run', '--help'], ['help', 'wrap'], ['why', '-h'], ['shell', '--help']])
def test_help_fits_a_terminal(world, words):
    lines = world.run(*words).stdout.split('\n')
    assert len(lines) > 5 and [line for line in lines if len(line) > 80] == []


def test_words_in_the_wrong_place(world):
    done = world.run('why', 'x')
    assert done.returncode == 2 and "'x' is one word too many: nono why " in done.stderr
    done = world.run('wyh', '--path', 'x')
    assert done.returncode == 2 and 'did you mean nono why?' in done.stderr


@pytest.mark.parametrize('flag', ['--network-profile', '--rollback', '--detached', '--credential', '--memory'])
def test_flags_that_are_not_built(world, flag):
    done = world.run('run', flag, 'x', '--', 'true')
    assert done.returncode == 1
    assert done.stderr == f'nono: {flag} is not built yet, so nothing was started\n'


@pytest.mark.parametrize('name', ['NONO_NETWORK_PROFILE', 'NONO_ALLOW_DOMAIN', 'NONO_DENY_DOMAIN', 'NONO_CREDENTIAL', 'NONO_ENV_CREDENTIAL',
                                  'NONO_UPSTREAM_PROXY', 'NONO_CAPABILITY_ELEVATION'])
def test_variables_that_are_not_built_refuse_too(world, name):
    done = world.run('run', '--allow-cwd', '--', 'true', env={name: 'yes'})
    assert done.returncode == 1 and done.stderr.startswith(f'nono: {name} is set, and --')
    assert world.run('run', '--allow-cwd', '--', 'true', env={name: ''}).returncode == 0


def test_a_feature_that_a_variable_turns_off_is_off(world):
    assert world.run('run', '--allow-cwd', '--', 'true', env={'NONO_CAPABILITY_ELEVATION': 'false'}).returncode == 0


def test_flags_that_ask_for_what_is_so_anyway(world):
    flags = ['--supervised', '--no-rollback', '--no-rollback-prompt', '--no-audit', '--skip-dir', 'x', '--trust-override']
    assert world.run('run', *flags, '--allow-cwd', '--', 'true').returncode == 0
