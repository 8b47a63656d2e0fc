# test_shell.py - nono shell: the user's shell, marked, with job control.  SPDX-License-Identifier: Apache-2.0
import pytest
from dialogue import Dialogue

START_FILES = ('.bashrc', '.zshrc', '.config/fish/config.fish')


def start(world, shell, *flags, env=None):
    return Dialogue(world, [world.nono, 'shell', '--allow-cwd', '--shell', shell, *flags], env=env)


@pytest.mark.parametrize('shell', ['bash', 'zsh', 'fish', 'sh'])
@pytest.mark.parametrize('files', [True, False])
def test_every_shell_is_marked(world, shell, files):
    """With start-up files, which are denied, and without."""
    for name in START_FILES if files else ():
        world.write(name, 'echo start-up file was read\n')
    dialogue = start(world, shell)
    shown = dialogue.expect('exit or Ctrl-D leaves it.') + dialogue.expect('(nono) ')
    dialogue.type('echo mark=$NONO_SHELL; test -n "$NONO_CAP_FILE"; exit 7\r')
    shown += dialogue.expect('mark=1')
    rest, code = dialogue.end()
    assert code == 7
    for trouble in ('was read', 'denied', 'rror', 'NONO DIAGNOSTIC', 'newuser'):
        assert trouble not in shown + rest


def test_a_start_up_file_that_is_granted_is_read(world):
    """The positive control of the test above."""
    path = world.write('.bashrc', 'echo start-up file was read; PS1="own> "\n')
    dialogue = start(world, 'bash', '--read-file', path, '--override-deny', path)
    dialogue.expect('start-up file was read')
    dialogue.expect('(nono) own> ')
    dialogue.type('exit\r')
    assert dialogue.end()[1] == 0


def test_the_sandbox_holds_inside(world):
    key = world.write('.ssh/id_ed25519', 'SECRET')
    dialogue = start(world, 'sh')
    dialogue.expect('(nono) ')
    dialogue.type(f'cat {key}\r')
    dialogue.expect('Permission denied')
    dialogue.expect('(nono) ')
    dialogue.type(f'{world.nono} why --self --path {key}\r')
    dialogue.expect('DENIED')
    dialogue.type('\x04')
    text, code = dialogue.end()
    assert code == 0 and 'SECRET' not in text


def test_job_control(world):
    """bash inside bash: what is inside stops there; suspend stops the whole, which the outer shell continues."""
    world.write('project/wait.py', 'import os, signal\nsignal.signal(signal.SIGCONT, lambda *_: os.write(1, b"BACK\\n"))\n'
                                   'os.write(1, b"READY\\n")\nwhile True:\n    signal.pause()\n')
    dialogue = Dialogue(world, ['bash', '--norc', '-i'], env={'PS1': 'outer> ', 'TERM': 'dumb'})
    dialogue.expect('outer> ')
    dialogue.type(f'{world.nono} shell --allow-cwd --shell bash\r')
    dialogue.expect('(nono) ')
    dialogue.type('python3 wait.py\r')
    dialogue.expect('\nREADY\n')
    dialogue.type('\x1a')
    dialogue.expect('Stopped')
    dialogue.expect('(nono) ')
    dialogue.type("fg\r")
    dialogue.expect('\nBACK\n')
    dialogue.type('\x03')
    dialogue.expect('^C')
    dialogue.expect('(nono) ')
    dialogue.type('echo interrupted=$?\r')
    dialogue.expect('interrupted=130')
    dialogue.expect('(nono) ')
    dialogue.type('suspend\r')
    dialogue.expect('Stopped')
    dialogue.expect('outer> ')
    dialogue.type('fg\r')
    dialogue.expect(f'{world.nono} shell')
    dialogue.type('echo still=$NONO_SHELL\r')
    dialogue.expect('still=1\n')
    dialogue.expect('(nono) ')
    dialogue.type('exit 9\r')
    dialogue.expect('outer> ')
    dialogue.type('echo code=$? mark=$NONO_SHELL.\r')
    dialogue.expect('code=9 mark=.\n')
    dialogue.type('exit\r')
    assert dialogue.end()[1] == 0


def test_which_shell(world):
    named = world.write('project/my-shell', '#!/bin/sh\necho mine $0 $#\nexit 5\n', 0o700)
    done = world.run('shell', '--allow-cwd', env={'SHELL': named})
    assert (done.returncode, done.stdout) == (5, f'mine {named} 0\n')
    assert world.run('shell', '--allow-cwd', '--shell', './my-shell').returncode == 5
    for env, wanted in (({'SHELL': ''}, '/bin/sh'), ({'SHELL': '/bin/bash'}, '/bin/bash')):
        assert world.run('shell', '--allow-cwd', '--dry-run', env=env).stderr.endswith(f'$ {wanted}\n')
    for words in (['--shell', ''], ['extra']):
        assert world.run('shell', *words).returncode == 2
    assert world.run('shell', '--allow-cwd', '--shell', '/no/such').returncode == 127


def test_a_profile_is_not_about_the_shell(world):
    world.profile('p', '{"binary": "false", "command_args": ["--version"], "workdir": {"access": "read"}}')
    done = world.run('shell', '-p', 'p', '--allow-cwd', '--dry-run')
    assert done.returncode == 0 and done.stderr.endswith('$ /bin/sh\n')


def test_a_shell_reads_commands_from_a_pipe(world):
    script = world.write('script', f'echo in=$NONO_SHELL; cat {world.path("none")} ; exit 4\n')
    with open(script, 'rb') as f:
        done = world.run('shell', '--allow-cwd', stdin=f)
    assert (done.returncode, done.stdout) == (4, 'in=1\n')
    assert 'NONO DIAGNOSTIC' not in done.stderr


def test_a_prompt_that_was_set_stays_after_the_mark(world):
    dialogue = start(world, 'sh', env={'PS1': 'mine% '})
    dialogue.expect('(nono) mine% ')
    dialogue.type('echo $(env | grep PS1=)\r')
    dialogue.expect('\nPS1=(nono) mine%\n')
    dialogue.type('exit\r')
    assert dialogue.end()[1] == 0


def test_what_belongs_to_other_commands_is_refused(world):
    for flag in ('--no-diagnostics', '--exec', '--path'):
        done = world.run('shell', flag, *(['x'] if flag == '--path' else []))
        assert done.returncode == 2 and 'does not belong to this command' in done.stderr


def test_the_shell_dies_with_nono(world):
    """The terminal comes to its end only when nobody has it open any more."""
    dialogue = start(world, 'sh')
    dialogue.expect('(nono) ')
    dialogue.process.kill()
    assert dialogue.end()[1] == -9
