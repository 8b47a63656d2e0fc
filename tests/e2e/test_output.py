# test_output.py - colour, themes, settings and the log file.  SPDX-License-Identifier: Apache-2.0
import os
import pty
import re
import stat
import subprocess
import termios
from datetime import datetime, timedelta, timezone

import pytest

MOCHA, LATTE, SIXTEEN, CUBE = '\x1b[38;2;243;139;168m', '\x1b[38;2;210;15;57m', '\x1b[31m', '\x1b[38;5;211m'
BAD = ('run', '--read', '/etc/passwd', '--', 'true')  # one red word: the error's label


def on_terminal(world, *args, env=None):
    """What nono writes to standard error where that is a terminal."""
    ours, theirs = pty.openpty()
    attributes = termios.tcgetattr(theirs)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    process = world.start(*args, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    text = b''
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        text += piece
    os.close(ours)
    process.stdout.close()
    process.wait()
    return text.decode()


@pytest.mark.parametrize('env, colour', [
    ({}, SIXTEEN),
    ({'COLORTERM': 'truecolor'}, SIXTEEN),
    ({'COLORTERM': 'truecolor', 'COLORFGBG': '15;0'}, MOCHA),
    ({'COLORTERM': 'truecolor', 'COLORFGBG': '0;default;15'}, LATTE),
    ({'COLORTERM': 'truecolor', 'NONO_THEME': 'mocha'}, MOCHA),
    ({'COLORTERM': '24bit', 'NONO_THEME': 'Catppuccin-Latte'}, LATTE),
    ({'TERM': 'xterm-256color', 'NONO_THEME': 'mocha'}, CUBE),
    ({'NONO_THEME': 'mocha'}, SIXTEEN),
    ({'NONO_THEME': 'minimal', 'COLORTERM': 'truecolor'}, '\x1b[1;31m'),
    ({'CLICOLOR': '1', 'NO_COLOR': ''}, SIXTEEN),
    ({'NO_COLOR': '1'}, ''),
    ({'NO_COLOR': '1', 'CLICOLOR_FORCE': '1'}, ''),
    ({'CLICOLOR': '0'}, ''),
    ({'CLICOLOR': '0', 'CLICOLOR_FORCE': '1'}, SIXTEEN),
    ({'TERM': 'dumb'}, ''),
    ({'TERM': ''}, ''),
])
def test_colour_on_a_terminal(world, env, colour):
    text = on_terminal(world, *BAD, env=env)
    assert text.startswith(f'{colour}nono:' + ('\x1b[0m ' if colour else ' '))
    assert colour or '\x1b' not in text


@pytest.mark.parametrize('force, colour', [('', ''), ('0', ''), ('1', SIXTEEN)])
def test_a_pipe_has_colour_only_by_force(world, force, colour):
    assert world.run(*BAD, env={'CLICOLOR_FORCE': force}).stderr.startswith(colour + 'nono:')


@pytest.mark.parametrize('name', ['mocha', 'latte', 'frappe', 'macchiato', 'tokyo-night', 'minimal', 'catppuccin', 'catppuccin-mocha',
                                  'catppuccin-frappe', 'catppuccin-macchiato', 'tokyo', 'TokyoNight', 'plain'])
def test_theme_names(world, name):
    done = world.run('run', '--theme', name, '--allow-cwd', '--', 'true')
    assert done.returncode == 0 and 'theme' not in done.stderr


def test_an_unknown_theme_is_mocha(world):
    done = world.run('run', '--theme', 'no\x1b[2Jne', '--allow-cwd', '--', 'true')
    assert done.returncode == 0
    assert done.stderr.startswith("nono: there is no theme 'no\\x1b[2Jne', so mocha is used; there are: mocha, latte, ")
    env = {'CLICOLOR_FORCE': '1', 'COLORTERM': 'truecolor'}
    assert MOCHA in world.run('--theme', 'none', *BAD, env=env).stderr
    assert 'theme' not in world.run('run', '-s', '--theme', 'none', '--allow-cwd', '--', 'true').stderr


def test_the_command_s_output_gets_no_colour(world):
    done = world.run('run', '--allow-cwd', '--', 'echo', 'hello', env={'CLICOLOR_FORCE': '1'})
    assert done.stdout == 'hello\n' and '\x1b' in done.stderr


BACKGROUNDS = {'mocha': 0x1e1e2e, 'latte': 0xeff1f5, 'frappe': 0x303446, 'macchiato': 0x24273a, 'tokyo-night': 0x1a1b26}


def luminance(colour):
    parts = [(colour >> shift & 255) / 255 for shift in (16, 8, 0)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def everything(world, env):
    """Screens that have every role between them."""
    secret = world.write('.ssh/id', 'x')
    env = {'CLICOLOR_FORCE': '1', **env}
    return ''.join(done.stdout + done.stderr for done in (
        world.run('setup', env=env), world.run('run', '--help', env=env), world.run(*BAD, env=env),
        world.run('run', '-v', '--allow-cwd', '--', 'cat', secret, env=env), world.run('why', '--path', secret, env=env)))


def indexed(code):
    """What one of the 256 colours is."""
    if code >= 232:
        return (8 + 10 * (code - 232)) * 0x10101
    levels = (0, 95, 135, 175, 215, 255)
    return levels[(code - 16) // 36] << 16 | levels[(code - 16) // 6 % 6] << 8 | levels[(code - 16) % 6]


@pytest.mark.parametrize('theme', BACKGROUNDS)
def test_every_colour_can_be_read_on_its_background(world, theme):
    """As WCAG 2 wants it of text: 4.5:1."""
    text = everything(world, {'COLORTERM': 'truecolor', 'NONO_THEME': theme})
    colours = {int(r) << 16 | int(g) << 8 | int(b) for r, g, b in re.findall('\x1b\\[(?:1;)?38;2;(\\d+);(\\d+);(\\d+)m', text)}
    assert len(colours) >= 6
    text = everything(world, {'TERM': 'xterm-256color', 'NONO_THEME': theme})
    fewer = {indexed(int(code)) for code in re.findall('\x1b\\[(?:1;)?38;5;(\\d+)m', text)}
    assert len(fewer) >= 6
    for colour in colours | fewer:
        light, dark = sorted((luminance(colour), luminance(BACKGROUNDS[theme])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, hex(colour)


@pytest.mark.parametrize('env', [{'NONO_THEME': 'latte'}, {'COLORFGBG': '0;15'}])
def test_no_pale_colour_of_sixteen_on_a_light_background(world, env):
    codes = set(re.findall('\x1b\\[([0-9;]+)m', everything(world, env)))
    assert {'31', '35', '34'} <= codes and not codes & {'32', '33', '36', '37', '93', '92', '96', '97'}
    assert {'32', '33', '36'} <= set(re.findall('\x1b\\[([0-9;]+)m', everything(world, {'NONO_THEME': 'mocha'})))


# ---- settings ----

def config(world, text):
    return world.write('.config/nono/config.toml', text)


def test_theme_from_settings(world):
    config(world, '[ui]\ntheme = "latte"\n')
    env = {'CLICOLOR_FORCE': '1', 'COLORTERM': 'truecolor'}
    assert LATTE in world.run(*BAD, env=env).stderr
    assert LATTE in world.run('why', '--path', '', env=env).stderr
    assert MOCHA in world.run(*BAD, env={**env, 'NONO_THEME': 'mocha'}).stderr
    assert LATTE in world.run('--theme', 'latte', *BAD, env={**env, 'NONO_THEME': 'mocha'}).stderr
    other = world.mkdir('xdg')
    world.write('xdg/nono/config.toml', '[ui]\ntheme = "mocha"\n')
    assert MOCHA in world.run(*BAD, env={**env, 'XDG_CONFIG_HOME': other}).stderr


def test_settings_that_are_accepted(world):
    config(world, '''# every key
[meta]
version = "1"
[ui]
theme = "latte"
detach_sequence = "ctrl-] d"
[updates]
check = false
[undo]
max_sessions = 3
max_storage_gb = 2.5
max_snapshots = 10
stale_grace_hours = 1
[redaction]
extra_flags = ["--token"]
unsafe_redaction_overrides = false
[overrides.commands]
rm = { allow = true }
[later]
thing = 1
''')
    done = world.run('run', '--allow-cwd', '--', 'true')
    assert done.returncode == 0 and 'thing' not in done.stderr
    done = world.run('run', '-v', '--allow-cwd', '--', 'true')
    assert f'{world.home}/.config/nono/config.toml:20:9: nono knows no setting later.thing, so it has no effect' in done.stderr
    assert 'overrides' not in done.stderr


@pytest.mark.parametrize('text, message', [
    ('[ui]\ntheme = 5\n', ':2:9: ui.theme must be text in quotes: write theme = "..."'),
    ('[updates]\ncheck = "no"\n', ':2:9: updates.check must be true or false: write check = true'),
    ('[rollback]\nmax_sessions = 1.5\n', ':2:16: rollback.max_sessions must be a whole number from 0 up: write max_sessions = 10'),
    ('[undo]\nmax_storage_gb = -1\n', ':2:18: undo.max_storage_gb must be a number from 0 up: write max_storage_gb = 5.0'),
    ('[redaction]\nextra_flags = ["a", 1]\n', ':2:15: redaction.extra_flags must be a list of texts in quotes: write extra_flags = ["..."]'),
    ('[rollback]\nmax_sessions=1\n[undo]\nmax_snapshots=1\n', ':4:15: [undo] is another name of [rollback]; keep one of them'),
    ('theme\n', ':1:6: expected = and a value after the key theme'),
])
def test_settings_with_mistakes(world, text, message):
    path = config(world, text)
    for command in ('run', 'wrap'):
        done = world.run(command, '--allow-cwd', '--', 'echo', 'ran')
        assert (done.returncode, done.stdout, done.stderr) == (1, '', f'nono: {path}{message}\n')
    assert world.run('why', '--path', '/etc/passwd').returncode == 0
    assert world.run('run', '--help').returncode == 0


def test_settings_that_others_can_change(world):
    path = config(world, '[ui]\ntheme = "latte"\n')
    os.chmod(path, 0o666)
    done = world.run('run', '--allow-cwd', '--', 'true')
    assert done.returncode == 1 and done.stderr == f"nono: '{path}' can be changed by others: run chmod go-w on it\n"
    os.chmod(path, 0o644)
    assert world.run('run', '--allow-cwd', '--', 'true').returncode == 0


def test_settings_may_be_a_link(world):
    """Home-Manager makes them one."""
    target = world.write('store/config.toml', '[ui]\ntheme = "latte"\n', 0o444)
    world.mkdir('.config/nono')
    os.symlink(target, world.path('.config/nono/config.toml'))
    done = world.run(*BAD, env={'CLICOLOR_FORCE': '1', 'COLORTERM': 'truecolor'})
    assert LATTE in done.stderr


# ---- the log ----

RECORD = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warning|denied|info) \S.*')


def records(path):
    with open(path, encoding='utf-8') as f:
        lines = f.read().split('\n')
    assert lines.pop() == ''
    assert [line for line in lines if not RECORD.fullmatch(line)] == []
    return [line.split(' ', 1)[1] for line in lines]


def test_log_of_a_run(world):
    log, secret = world.path('nono.log'), world.write('.ssh/id', 'x')
    done = world.run('run', '--log-file', log, '--allow-cwd', '--', 'cat', secret)
    assert done.returncode == 1
    lines = records(log)
    assert any(line.startswith('info start of /') and line.endswith(f'/cat with 1 argument, profile (none), in {world.work}') for line in lines)
    assert any(line.startswith('info end of /') and line.endswith('/cat, exit code 1') for line in lines)
    assert f'denied file-read-data {secret}' in lines
    assert stat.S_IMODE(os.stat(log).st_mode) == 0o600
    before = len(lines)
    assert world.run('run', '--allow-cwd', '--', 'true', env={'NONO_LOG_FILE': log}).returncode == 0
    assert len(records(log)) > before and records(log)[:before] == lines


def test_log_tells_the_time(world):
    log, before = world.path('nono.log'), datetime.now(timezone.utc)
    world.run('run', '--log-file', log, '--allow-cwd', '--', 'true')
    records(log)
    with open(log, encoding='utf-8') as f:
        told = [datetime.fromisoformat(line.split(' ')[0].replace('Z', '+00:00')) for line in f]
    assert told == sorted(told)
    assert before - timedelta(milliseconds=1) <= told[0] and told[-1] <= datetime.now(timezone.utc)


def test_log_without_a_word_on_the_terminal(world):
    log, secret = world.path('nono.log'), world.write('.ssh/id', 'x')
    done = world.run('run', '-s', '--log-file', log, '--allow-cwd', '--', 'cat', secret)
    assert 'NONO' not in done.stderr and f'denied file-read-data {secret}' in records(log)


def test_log_has_no_arguments_and_no_control_characters(world):
    log = world.path('nono.log')
    world.run('run', '--log-file', log, '--allow-cwd', '--', 'echo', 's3cret')
    world.run('run', '--log-file', log, '--dry-run', '--allow-cwd', '--', 'echo', 's3cret')
    world.run('run', '--log-file', log, '--theme', 'a\nb\x1b[2J', '--allow-cwd', '--', 'true')
    text = '\n'.join(records(log))
    assert 's3cret' not in text and "theme 'a\\x0ab\\x1b[2J'" in text


def test_log_of_errors(world):
    log = world.path('nono.log')
    assert world.run('run', '--log-file', log, '--no-such-flag').returncode == 2
    assert world.run('wrap', '--log-file', log, '--profile', 'no-such', '--', 'true').returncode == 1
    first, second = records(log)
    assert first.startswith('error there is no option --no-such-flag') and second.startswith('error ') and 'no-such' in second


def test_a_log_that_cannot_be_written(world):
    world.mkdir('d')
    world.write('other', 'x')
    os.link(world.path('other'), world.path('second'))
    os.symlink(world.path('other'), world.path('link'))
    os.mkfifo(world.path('fifo'))
    world.own(world.path('fifo'))
    for name, reason in [('d', 'Is a directory'), ('no/such', 'No such file'), ('second', 'a hard link'), ('link', 'is a symbolic link'),
                         ('fifo', 'No such device')]:
        done = world.run('run', '--log-file', world.path(name), '--allow-cwd', '--', 'echo', 'ran')
        assert done.returncode == 0 and done.stdout == 'ran\n'
        assert done.stderr.startswith('nono: --log-file, so nothing is recorded: ') and reason in done.stderr.split('\n')[0]
    with open(world.path('other'), encoding='utf-8') as f:
        assert f.read() == 'x'


@pytest.mark.parametrize('command', ['run', 'wrap'])
def test_the_command_gets_no_log(world, command):
    log = world.path('nono.log')
    done = world.run(command, '--log-file', log, '--allow-cwd', '--', 'sh', '-c', 'ls -l /proc/self/fd; env')
    assert done.returncode == 0 and '0 -> ' in done.stdout
    assert 'nono.log' not in done.stdout and 'NONO_LOG' not in done.stdout
    assert any('start of' in line for line in records(log))


# ---- the footer ----

def test_a_script_is_no_path(world):
    """Nor is a path that is not there, where the error output was read and does not speak of it."""
    done = world.sh('false; cat /etc/none | grep x')
    assert done.returncode == 1 and 'Nothing that the policy refuses' in done.stderr
    done = world.run('run', '--allow-cwd', '--', 'sh', '-c', 'exit 1', 'sh', '/new/made')
    assert '/new/made' not in done.stderr
    done = world.run('run', '--allow-cwd', '--', 'touch', '/new')
    assert '  file-write-create /new\n' in done.stderr


def test_no_capability_twice(world):
    done = world.run('run', '--dry-run', '-v', '-p', 'claude-code', '--allow-cwd', '--', 'true')
    lines = done.stderr.split('Capabilities:\n')[1].split('\n')
    assert len(lines) == len(set(lines)) > 20
