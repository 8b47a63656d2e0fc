# test_completion.py - completion, typed into real shells.  SPDX-License-Identifier: Apache-2.0
import os
import pty
import select
import shutil
import subprocess
import time

import pytest

# What is typed after "nono ", and what nono is then called with.
TYPED = [
    ('compl\tba\t', 'completion bash'),
    ('ru\t--allow-cw\t-- x', 'run --allow-cwd -- x'),
    ('wra\t-- x', 'wrap -- x'),
    ('why --pa\t/x', 'why --path /x'),
    ('why --op unl\t', 'why --op unlink'),
    ('setup --check\t', 'setup --check-only'),
    ('help setu\t', 'help setup'),
    ('run --profile python-d\t-- x', 'run --profile python-dev -- x'),
    ('run --profile my-sp\t-- x', 'run --profile my-special -- x'),
    ('run --profile=my-sp\t-- x', 'run --profile=my-special -- x'),
    ('run --profile my-co\t-- x', 'run --profile my-commented -- x'),
    ('profile validate my-sp\t', 'profile validate my-special'),
    ('profile validate ./only-fi\t', 'profile validate ./only-file'),
    ('-p my-sp\t-- x', '-p my-special -- x'),
    ('run --theme tok\t-- x', 'run --theme tokyo-night -- x'),
    ('run --read only-dir\t -- x', 'run --read only-directory/ -- x'),
    ('run --skip-dir run --allow-cw\t-- x', 'run --skip-dir run --allow-cwd -- x'),
    ('--allow-cwd zz-prog\tx', '--allow-cwd zz-program x'),
    ('run -- zz-prog\tx', 'run -- zz-program x'),
    ('run --allow-bind 80 zz-prog\tx', 'run --allow-bind 80 zz-program x'),
    ('run -- zz-program only-fi\t', 'run -- zz-program only-file'),
    ('run -- zz-program --allow-cw\t', 'run -- zz-program --allow-cw'),
]


def prepare(world):
    world.profile('my-special', '{"extends": "default"}')
    world.write('.config/nono/profiles/my-commented.jsonc', '{"extends": "default"}')
    world.mkdir('project/only-directory')
    world.write('project/only-file', '')
    world.write('bin/zz-program', '#!/bin/sh\n', 0o755)
    script = os.path.join(world.base, 'script')
    for shell in ('bash', 'zsh', 'fish'):
        with open(f'{script}.{shell}', 'w', encoding='utf-8') as f:
            f.write(world.run('completion', shell).stdout)
    return script


class Terminal:
    """An interactive shell. What it is told to print is what counts, not how the line looked on the way."""

    def __init__(self, world, words):
        self.master, slave = pty.openpty()
        env = world.environment(PATH=world.path('bin') + ':/usr/bin:/bin', TERM='xterm', PS1='> ')
        self.process = subprocess.Popen(words, cwd=world.work, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                        **world.identity())
        os.close(slave)
        self.text = ''

    def type(self, text):
        os.write(self.master, text.encode())

    def until(self, mark, count=1):
        end = time.monotonic() + 60
        while self.text.count(mark) < count:
            if time.monotonic() > end or not select.select([self.master], [], [], 60)[0]:
                raise AssertionError(self.text)
            try:
                self.text += os.read(self.master, 65536).decode('utf-8', 'replace')
            except OSError as e:
                raise AssertionError(self.text) from e

    def answers(self):
        return [line.split('<', 1)[1].rsplit('>', 1)[0] for line in self.text.replace('\r', '').split('\n') if 'GOT<' in line and line.endswith('>')
                and 'printf' not in line]

    def done(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def typed_into(world, words, settings, function):
    """Types every case; the shell's nono is a function that tells its arguments."""
    terminal = Terminal(world, words)
    try:
        terminal.type(settings + '\n' + function + '\n' + "printf 'REA%s\\n' DY\n")
        terminal.until('READY')
        for n, (keys, _) in enumerate(TYPED, 1):
            terminal.type('nono ' + keys + '\n')
            terminal.until('\nGOT<', n)
        terminal.type("printf 'EN%s\\n' D\n")
        terminal.until('\nEND')
        return terminal.answers()
    finally:
        terminal.done()


FUNCTION = 'nono() { printf "GOT<%s>\\n" "$*"; }'


@pytest.mark.parametrize('package', [False, True])
def test_bash(world, package):
    """Without and with the bash-completion package."""
    script = prepare(world)
    helper = '/usr/share/bash-completion/bash_completion'
    if package and not os.path.exists(helper):
        pytest.skip('bash-completion is not installed')
    settings = f'bind "set enable-bracketed-paste off"; bind "set completion-query-items 0"; {f"source {helper}; " if package else ""}source {script}.bash'
    answers = typed_into(world, ['bash', '--norc', '--noprofile', '-i'], settings, FUNCTION)
    assert answers == [want for _, want in TYPED]


@pytest.mark.skipif(not shutil.which('zsh'), reason='zsh is not installed')
@pytest.mark.parametrize('autoload', [False, True])
def test_zsh(world, autoload):
    """Sourced, and as a file of the function path, where packages put it."""
    script = prepare(world)
    settings = f'unsetopt prompt_cr; unset zle_bracketed_paste; autoload -Uz compinit; compinit -D -u; source {script}.zsh'
    if autoload:
        os.rename(script + '.zsh', os.path.join(world.mkdir('functions'), '_nono'))
        settings = f'unsetopt prompt_cr; unset zle_bracketed_paste; fpath=({world.path("functions")} $fpath); autoload -Uz compinit; compinit -D -u'
    answers = typed_into(world, ['zsh', '-f', '-i'], settings, FUNCTION)
    # zsh writes a long option's value behind an =, and takes the slash of a directory back.
    assert [answer.replace('=', ' ') for answer in answers] == [want.replace('=', ' ').replace('/ ', ' ') for _, want in TYPED]


def fish(world, script, line):
    done = subprocess.run(['fish', '--no-config', '-c', f'source {script}.fish; complete -C {line!r}'], cwd=world.work,
                          env=world.environment(PATH=world.path('bin') + ':/usr/bin:/bin'), capture_output=True, text=True, timeout=60, check=True,
                          **world.identity())
    assert done.stderr == '', done.stderr
    return [row.split('\t')[0] for row in done.stdout.split('\n') if row]


@pytest.mark.skipif(not shutil.which('fish'), reason='fish is not installed')
def test_fish(world):
    script = prepare(world)
    for keys, want in TYPED:
        # Up to the last Tab, with what the ones before it made of the words.
        head, tail = keys.rsplit('\t', 1)
        done = want[:len(want) - len(tail)] if tail else want
        partial = head.rsplit('\t', 1)[-1].split(' ')[-1]
        line = 'nono ' + done[:done.rindex(partial)] + partial
        found = fish(world, script, line)
        if partial == '--allow-cw' and 'zz-program' in line:
            assert found == []
            continue
        assert [word for word in done.split(' ') if word.startswith(partial)][-1] in found, (line, found)
    found = fish(world, script, 'nono ')
    assert {'run', 'wrap', 'why', 'setup', 'completion', 'help'} <= set(found) and 'only-file' not in found
    assert 'only-directory/' in fish(world, script, 'nono run --read ') and 'only-file' not in fish(world, script, 'nono run --read ')


def bash_lists(world, script, *words):
    """What bash would list, from the completion function itself."""
    code = (f'source {script}.bash; compopt() {{ :; }}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nono; printf "%s\\n" "${{COMPREPLY[@]}}"')
    done = subprocess.run(['bash', '-c', code, 'bash', 'nono', *words], cwd=world.work, env=world.environment(), capture_output=True, text=True,
                          timeout=60, check=True, **world.identity())
    assert done.stderr == ''
    return [line for line in done.stdout.split('\n') if line]


def test_every_option_of_the_help_is_offered(world):
    script = prepare(world)
    for command in ('run', 'wrap', 'why', 'setup', 'completion'):
        offered = set(bash_lists(world, script, command, '-'))
        for line in world.run(command, '--help').stdout.split('\n'):
            word = line.strip().split(' ')
            for option in (w.rstrip(',') for w in word[:2]):
                if line.startswith('  ') and option.startswith('-') and len(option) > 1:
                    assert option in offered, (command, option)
        assert '--supervised' not in offered and '--net-block' not in offered


def test_every_command_of_the_help_is_offered(world):
    script = prepare(world)
    offered = bash_lists(world, script, '')
    text = world.run('--help').stdout.split('Commands\n')[1].split('\n\n')[0]
    commands = [line.split()[0] for line in text.split('\n')]
    assert len(commands) >= 5 and set(commands) <= set(offered)


def test_no_such_shell(world):
    for words in (['completion'], ['completion', 'tcsh'], ['completion', 'bash', 'zsh']):
        done = world.run(*words)
        assert done.returncode == 2 and done.stdout == '' and done.stderr.startswith('nono: ')
