# test_jobs.py - job control of a shell, and what the terminal is to the command.  SPDX-License-Identifier: Apache-2.0
import os
import signal
import time

import pytest
from terminal import END, INTERRUPT, QUIT, STOP

# claude-code has the key "interactive"; with and without it, it is the same terminal.
WAYS = ['run', 'run -p claude-code', 'wrap', 'wrap -p claude-code']
SHELL_WAYS = ['', *[f'$nono {way} -s --allow-cwd -- ' for way in WAYS]]


@pytest.fixture
def shell(world):
    return world.shell()


@pytest.fixture
def cat(world):
    """Says when it reads: what is typed before may meet the shell's line editor, which changes the terminal's modes."""
    world.write('project/cat', 'echo READY; exec cat')
    return 'sh cat'


def begin(shell, way, command, pattern='READY\n'):
    shell.type(f'$nono {way} -s --allow-cwd -- {command}')
    return shell.expect(pattern)


def is_gone(pid):
    """Waits: who was killed still has to end."""
    for _ in range(600):
        try:
            with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as f:
                if f.read().rsplit(')', 1)[1].split()[0] == 'Z':
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize('way', WAYS)
def test_stop_and_go_on(shell, way, cat):
    modes = shell.run('stty -g')
    begin(shell, way, cat)
    shell.send('one\n')
    shell.expect('one\none\n')
    for text in ('two', 'three'):
        shell.send(STOP)
        assert 'Stopped' in shell.ended(128 + signal.SIGTSTP)
        assert 'Stopped' in shell.run('jobs')
        shell.type('fg')
        shell.expect('cat\n')
        shell.send(text + '\n')
        shell.expect(f'{text}\n{text}\n')
    shell.send(INTERRUPT)
    shell.ended(128 + signal.SIGINT)
    assert shell.run('jobs') == ''
    assert shell.run('stty -g') == modes


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('key,code', [(END, 0), (INTERRUPT, 130), (QUIT, 131)])
def test_keys_that_end(shell, way, key, code, cat):
    begin(shell, way, cat)
    shell.send('text\n')
    shell.expect('text\ntext\n')
    shell.send(key)
    shell.ended(code)


@pytest.mark.parametrize('way', SHELL_WAYS)
def test_an_interrupt_ends_a_loop_and_a_script(world, shell, way):
    """As without nono: the shell goes on unless what it waited for died of the interrupt."""
    world.write('project/one', 'echo turn; exec sleep 1000')
    shell.type(f'for i in 1 2 3; do {way}sh one; done')
    shell.expect('turn\n')
    shell.send(INTERRUPT)
    assert 'turn' not in shell.ended(130)
    world.write('project/three', f'for i in 1 2 3; do {way}sh one; done; echo over')
    shell.type('bash three')
    shell.expect('turn\n')
    shell.send(INTERRUPT)
    shown = shell.ended(130)
    assert 'turn' not in shown and 'over' not in shown


@pytest.mark.parametrize('way', WAYS)
def test_what_handles_an_interrupt_goes_on(world, shell, way):
    world.write('project/handler', 'n=0\ntrap "n=\\$((n + 1))" INT\necho READY\nwhile [ $n = 0 ]; do sleep 0.05; done\n'
                'sleep 0.2\necho "heard $n"\nexit 7\n')
    begin(shell, way, 'sh handler')
    shell.send(INTERRUPT)
    assert 'heard 1\n' in shell.ended(7)


@pytest.mark.parametrize('way', SHELL_WAYS)
def test_a_killed_command_leaves_the_terminal_as_it_was(world, shell, way):
    modes = shell.run('stty -g')
    world.write('project/raw', 'stty raw -echo\nkill -9 $$\n')
    shell.run(f'{way}sh raw', 137)
    assert shell.run('stty -g') == modes


@pytest.mark.parametrize('way', WAYS)
def test_background(world, shell, way):
    world.write('project/behind', 'echo from behind\nexec sleep 1000\n')
    begin(shell, way, 'sh behind &', 'from behind\n')
    shell.run('')
    assert 'Running' in shell.run('jobs')
    shell.run('kill %1; wait %1', 143)


@pytest.mark.parametrize('way', WAYS)
def test_reading_and_writing_from_the_background(shell, way):
    shell.type(f'$nono {way} -s --allow-cwd -- cat &')
    shell.ended(0)
    assert 'Stopped' in wait_for_job(shell, 'Stopped')
    shell.type('fg')
    shell.expect('cat\n')
    shell.send('text\n')
    shell.expect('text\ntext\n')
    shell.send(END)
    shell.ended(0)
    shell.run('stty tostop')
    shell.run(f'$nono {way} -s --allow-cwd -- echo from behind &')
    assert 'Stopped' in wait_for_job(shell, 'Stopped')
    assert 'from behind\nfrom' not in shell.seen
    shell.run('stty -tostop')
    assert shell.run('fg').endswith('\nfrom behind\n')


def wait_for_job(shell, word):
    shown = ''
    for _ in range(100):
        shown = shell.run('jobs')
        if word in shown:
            break
        time.sleep(0.05)
    return shown


@pytest.mark.parametrize('way', WAYS)
def test_the_terminal_is_the_same(world, shell, way):
    world.write('project/where', 'tty; stty size; ps -o tpgid= -p $$; ps -o pgid= -p $$\n')
    shell.resize(31, 97)
    name, size, front, group = shell.run(f'$nono {way} -s --allow-cwd -- sh where').split('\n')[:4]
    assert (name, size) == (shell.name, '31 97')
    assert front == group


@pytest.mark.parametrize('way', WAYS)
def test_the_terminal_by_its_names(world, shell, way):
    world.write('project/names', 'echo 1 > /dev/stdout; echo 2 > /dev/stderr; echo 3 > /dev/tty; echo 4 > $(tty); echo 5 > /dev/fd/1\n'
                'read a < /dev/tty; read b < /dev/stdin; echo "$a $b"\n')
    shell.type(f'$nono {way} -s --allow-cwd -- sh names')
    shell.expect('1\n2\n3\n4\n5\n')
    shell.send('one\n')
    shell.expect('one\n')
    shell.send('two\n')
    shell.expect('one two\n')
    shell.ended(0)


@pytest.mark.parametrize('way', WAYS)
def test_resize(world, shell, way):
    world.write('project/size.py', 'import os, signal\n'
                'signal.signal(signal.SIGWINCH, lambda n, f: os.write(1, b"%d %d\\n" % os.get_terminal_size()))\n'
                'os.write(1, b"READY\\n")\nwhile True: signal.pause()\n')
    begin(shell, way, 'python3 size.py')
    shell.resize(41, 111)
    shell.expect('111 41\n')
    shell.send(INTERRUPT)
    shell.ended(130)


@pytest.mark.parametrize('way', WAYS)
def test_input_typed_ahead_is_the_commands(world, way):
    terminal = world.terminal(*way.split(), '-s', '--allow-cwd', '--', 'head', '-n', '2')
    terminal.send('first\nsecond\n')
    assert terminal.wait() == 0
    assert terminal.seen.count('first\n') == terminal.seen.count('second\n') == 2


@pytest.mark.parametrize('way', WAYS)
def test_a_shell_inside_has_job_control(shell, way, cat):
    begin(shell, way, "env PS1='inside> ' bash --norc --noprofile -i", 'inside> ')
    shell.type(cat)
    shell.expect('READY\n')
    shell.send(STOP)
    shell.expect(r'Stopped.*\n')
    shell.expect('inside> ')
    shell.type('fg')
    shell.expect('sh cat\n')
    shell.send('text\n')
    shell.expect('text\ntext\n')
    shell.send(INTERRUPT)
    shell.expect('inside> ')
    shell.type('suspend')
    assert 'Stopped' in shell.ended()
    shell.type('fg')
    shell.expect('inside> ')
    shell.type('exit 9')
    shell.ended(9)


@pytest.mark.parametrize('way', WAYS)
def test_a_stop_sent_to_nono_alone(world, shell, way):
    world.write('project/counting', 'echo READY\nread line\necho "got $line"\nexit 6\n')
    begin(shell, way, 'sh counting')
    with open(f'/proc/{shell.process.pid}/task/{shell.process.pid}/children', encoding='ascii') as f:
        nono = int(f.read().split()[-1])
    os.kill(nono, signal.SIGTSTP)
    assert 'Stopped' in shell.ended(128 + signal.SIGTSTP)
    shell.type('fg')
    shell.expect('counting\n')
    shell.send('text\n')
    shell.expect('got text\n')
    shell.ended(6)


def test_hangup_ends_the_command(world):
    terminal = world.terminal('run', '-s', '--allow-cwd', '--', 'sh', '-c', 'echo $$; exec sleep 1000')
    command = int(terminal.expect(r'^(\d+)\n').group(1))
    terminal.hang_up()
    assert is_gone(command) and is_gone(terminal.process.pid)


@pytest.mark.parametrize('way', ['run', 'wrap'])
def test_every_signal_arrives_once(world, way):
    names = ['HUP', 'INT', 'QUIT', 'TERM', 'USR1', 'USR2', 'WINCH']
    world.write('project/count.py', 'import os, signal, sys\n'
                f'for name in {names}:\n    signal.signal(getattr(signal, "SIG" + name), lambda n, f: os.write(1, b"%d\\n" % n))\n'
                'os.write(1, b"READY\\n")\nfor line in sys.stdin: pass\nsys.exit(3)\n')
    process = world.start(way, '-s', '--allow-cwd', '--', 'python3', 'count.py', stdin=-1, stdout=-1)
    assert process.stdout.readline() == b'READY\n'
    for name in names:
        number = getattr(signal, 'SIG' + name)
        process.send_signal(number)
        assert process.stdout.readline() == b'%d\n' % number
    assert process.communicate(timeout=60)[0] == b''
    assert process.returncode == 3


def test_exit_codes_are_exact(world):
    for code in (1, 2, 126, 127, 128, 200, 255):
        done = world.run('run', '-s', '--allow-cwd', '--', 'sh', '-c', f'exit {code}')
        assert (done.returncode, done.stderr) == (code, '')
    for name in ('HUP', 'INT', 'QUIT', 'ILL', 'ABRT', 'FPE', 'SEGV', 'PIPE', 'ALRM', 'USR1', 'SYS'):
        done = world.run('run', '-s', '--allow-cwd', '--', 'sh', '-c', f'ulimit -c 0; kill -{name} $$')
        assert (done.returncode, done.stderr) == (128 + getattr(signal, 'SIG' + name), '')
