# test_screen.py - programs that draw on the whole terminal, and what is left of it.  SPDX-License-Identifier: Apache-2.0
import re
import shlex
import time

import pytest
from terminal import END, STOP, Terminal

CLAUDE = '$nono run -p claude-code --allow-cwd -s -- '
ALTERNATE, MAIN = '\x1b[?1049h', '\x1b[?1049l'
CLEARS = re.compile(r'\x1b\[[23]J|\x1bc')


@pytest.fixture
def shell(world):
    world.write('project/text', ''.join(f'line {n}\n' for n in range(1, 101)))
    return world.shell(rows=24, columns=80)


def read(world, name):
    with open(world.path(name), encoding='utf-8') as f:
        return f.read()


def check_screen(shell):
    """The program's own screen was taken and given back, and nobody wiped the other one."""
    assert shell.raw.count(ALTERNATE) == shell.raw.count(MAIN) > 0
    outside = ''.join(part.rsplit(MAIN, 1)[-1] for part in shell.raw.split(ALTERNATE))
    assert not CLEARS.search(outside)


def test_vi(world, shell):
    shell.type(CLAUDE + 'vi text')
    shell.expect('line 10')
    shell.send('ggOfirst\x1b')
    shell.send(STOP)
    assert 'Stopped' in shell.ended(148)
    shell.send('fg\n')
    shell.expect('line 10')
    shell.send('Osecond\x1b')
    shell.send(':wq\r')
    shell.ended(0)
    assert read(world, 'project/text').startswith('second\nfirst\nline 1\n')
    check_screen(shell)


def test_nano(world, shell):
    shell.type(CLAUDE + 'nano text')
    shell.expect('line 10')
    shell.send('first\r')
    shell.send('\x0f\r')
    shell.expect('Wrote 101 lines')
    shell.send('\x18')
    shell.ended(0)
    assert read(world, 'project/text').startswith('first\nline 1\n')
    check_screen(shell)


def test_less(world, shell):
    shell.type(CLAUDE + 'less text')
    shell.expect('line 10')
    shell.send(' ')
    shell.expect('line 40')
    shell.send('/line 77\r')
    shell.expect('line 80')
    shell.send('q')
    shell.ended(0)
    check_screen(shell)


def test_an_editor_cannot_write_elsewhere(world, shell):
    world.write('other', 'as it was\n')
    shell.type(CLAUDE + f'vi {world.path("other")}')
    shell.expect('Permission|denied|READ ERRORS')
    shell.send('\rOnew\x1b:wq!\r')
    shell.send('\r:q!\r')
    shell.ended()
    assert read(world, 'other') == 'as it was\n'


# A command, then what is waited for and what is typed, in turn; at the end a file of the project and what is in it.
CONVERSATIONS = {
    'tmux': ('tmux -S ./sock -f /dev/null new-session "exec env PS1=in-tmux sh"',
             [('in-tmux', 'tty > name; exit\n'), ('exited', None)], 'name', '/dev/pts/'),
    'git commit': ('git commit', [('COMMIT_EDITMSG', 'imessage\x1b:wq\r'), ('1 file changed', None)], '.git/COMMIT_EDITMSG', 'message'),
    'git add -p': ('git add -p', [(r'\[y,n,q,a,d,e,\?\]', 'y\n')], '.git/index', None),
    'git log': ('git log', [('    15\n', 'q')], 'text', 'line 1'),
    'python3': ('python3', [('>>> ', 'open("made", "w").write(input("? "))\n'), (r'\? $', 'answer\n'), ('>>> ', END)], 'made', 'answer'),
    'node': ('node', [('> ', 'fs.writeFileSync("made", "by node")\n'), ('undefined', '.exit\n')], 'made', 'by node'),
    'ssh-keygen': ('ssh-keygen -q -t ed25519 -f key', [('passphrase', 'secret\n'), ('again', 'secret\n')], 'key', 'OPENSSH PRIVATE KEY'),
    'password': ('bash -c \'read -rsp "Password: " p < /dev/tty && echo "$p" > made\'', [('Password: ', 'secret\n')], 'made', 'secret'),
    'pipe to less': ('sh -c "seq 1000 | less; echo left > made"', [('23', 'G'), ('1000', 'q')], 'made', 'left'),
}


@pytest.mark.parametrize('name', CONVERSATIONS)
def test_conversation(world, name):
    command, turns, made, text = CONVERSATIONS[name]
    world.write('.gitconfig', '[user]\n\tname = A\n\temail = a@example.org\n[core]\n\teditor = vi\n')
    world.write('project/text', 'line 1\n')
    world.plain('git init -q . && git add text && git commit -q -m one -m "$(seq 99)" && echo two >> text')
    if name != 'git add -p':
        world.plain('git add text')
    shell = world.shell(columns=120)
    modes = shell.run('stty -g')
    shell.type(CLAUDE + command)
    for wanted, keys in turns:
        shell.expect(wanted)
        if keys:
            shell.send(keys)
    shell.ended(0)
    assert 'secret' not in shell.seen
    with open(world.path('project/' + made), encoding='utf-8', errors='replace') as f:
        assert text is None or text in f.read()
    assert shell.run('stty -g') == modes
    if name == 'git add -p':
        assert world.plain('git diff --cached --stat').stdout.startswith(' text | 1 +')


@pytest.mark.parametrize('way', ['run', 'wrap'])
def test_nothing_is_added_to_what_is_drawn(world, way):
    """Byte for byte what the command writes, in both directions."""
    script = ("stty raw -echo; printf 'READY\\033[2J\\033[31mred\\033[0m\\a\\tt\\n\\303\\251\\377\\033]0;title\\007'; "
              'head -c 6 | od -c; stty sane; printf "end\\n"')
    raw = []
    for words in (['sh', '-c', script], [world.nono, way, '-s', '--allow-cwd', '--', 'sh', '-c', script]):
        terminal = world.open(Terminal, words, cwd=world.work, env=world.environment())
        terminal.expect('READY')
        terminal.send('\x03\x1a\x04\r\x7f\udcff')
        assert terminal.wait() == 0
        raw.append(terminal.raw)
    assert raw[0] == raw[1]
    assert '\udcff' in raw[0] and '003 032 004' in raw[0]


def test_scrollback_of_tmux(world):
    world.write('project/text', ''.join(f'line {n}\n' for n in range(1, 101)))
    tmux = f'tmux -S {shlex.quote(world.path("tmux"))} -f /dev/null'

    def shown(what=''):
        return world.plain(f'{tmux} capture-pane -p -S -').stdout if not what else \
            world.plain(f"{tmux} display -p '{what}'").stdout

    def until(condition):
        for _ in range(300):
            if condition():
                return
            time.sleep(0.05)
        raise AssertionError(shown())

    def type_line(line):
        world.plain(f'{tmux} send-keys -l {shlex.quote(line)} && {tmux} send-keys Enter')

    world.plain(f"{tmux} new-session -d -x 80 -y 24 'exec env PS1=\"% \" bash --norc'")
    try:
        until(lambda: shown().startswith('%'))
        type_line('seq -f "before %g" 60')
        until(lambda: 'before 60\n' in shown())
        type_line(f'{world.nono} run -p claude-code --allow-cwd -- vi text')
        until(lambda: shown('#{alternate_on}') == '1\n' and 'line 20' in shown())
        world.plain(f'{tmux} resize-window -x 100 -y 30')
        until(lambda: 'line 28' in shown())
        type_line(':s/line/edited/')
        until(lambda: 'edited' in shown())
        type_line(':wq')
        until(lambda: shown('#{alternate_on}') == '0\n')
        type_line(f'{world.nono} run -p claude-code --allow-cwd -- cat {world.path(".ssh")}')
        type_line('echo after $((1 + 1))')
        until(lambda: 'after 2\n' in shown())
        text = shown()
    finally:
        world.plain(f'{tmux} kill-server')
    assert [f'before {n}' for n in range(1, 61)] == re.findall(r'^before \d+', text, re.M)
    assert text.index('before 60') < text.index('mode supervised') < text.index('after 2')
    assert read(world, 'project/text').startswith('edited 1\nline 2\n')
