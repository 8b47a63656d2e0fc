# test_environment.py - variables that make programs run something else: against nono, and through it.  SPDX-License-Identifier: Apache-2.0
import os

import pytest
from ways import PYTHON

# Marks that it was loaded, by whom, in a file named by MARK.
LIBRARY = r'''
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
unsigned int la_version(unsigned int version) { return version; }
__attribute__((constructor)) static void loaded(void)
{
	const char *path = getenv("MARK");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
	(void)!write(fd, program_invocation_short_name, strlen(program_invocation_short_name));
	(void)!write(fd, "\n", 1);
	close(fd);
}
'''


@pytest.fixture
def library(world):
    world.write('project/evil.c', LIBRARY)
    world.plain('gcc -shared -fPIC -o evil.so evil.c')
    return world.path('project/evil.so')


@pytest.mark.parametrize('name', ['LD_PRELOAD', 'LD_AUDIT'])
@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_libraries_loaded_by_name(world, library, name, mode):
    """Neither nono nor what it starts loads it; the same variable makes a program outside load it."""
    mark = world.path('project/mark')
    world.plain(f'MARK={mark} {name}={library} /bin/true')
    assert os.path.exists(mark), 'the positive control'
    os.unlink(mark)
    done = world.run(mode, '-s', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c', 'echo inside $LD_PRELOAD$LD_AUDIT',
                     env={name: library, 'MARK': mark, 'LD_LIBRARY_PATH': world.work})
    assert done.stdout == 'inside\n' and not os.path.exists(mark), done.stderr


LOADERS = {
    'BASH_ENV': (['bash', '-c', 'true'], 'echo loaded\n'), 'ENV': (['sh', '-ic', 'true'], 'echo loaded\n'),
    'PYTHONSTARTUP': ([PYTHON, '-i'], 'print("loaded")\n'), 'PERL5OPT': (['perl', '-e', '1'], None),
    'NODE_OPTIONS': (['node', '-e', '1'], 'console.log("loaded")\n'),
    'PYTHONPATH': ([PYTHON, '-c', 'import evilmod'], 'print("loaded")\n'),
}


@pytest.mark.parametrize('name', LOADERS)
def test_files_loaded_by_name(world, name):
    words, text = LOADERS[name]
    path = world.write('project/lib/evilmod' + ('.py' if 'PYTHON' in name else '.js' if name == 'NODE_OPTIONS' else '.sh'), text or '')
    world.write('project/lib/Evil.pm', 'package Evil;\nprint "loaded\\n";\n1;\n')
    value = {'PERL5OPT': f'-I{world.path("project/lib")} -MEvil', 'NODE_OPTIONS': f'--require={path}',
             'PYTHONPATH': world.path('project/lib')}.get(name, path)
    quoted = ' '.join(f"'{w}'" for w in words)
    assert 'loaded' in world.plain(f"export {name}='{value}'; {quoted} </dev/null 2>/dev/null || true").stdout, 'the positive control'
    done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', *words, env={name: value})
    assert 'loaded' not in done.stdout, done


def test_a_function_in_the_environment(world):
    env = {'BASH_FUNC_ls%%': '() { echo loaded; }'}
    done = world.run('run', '-s', '--allow-cwd', '--', 'bash', '-c', 'ls', env=env)
    assert 'loaded' not in done.stdout
    world.write('project/outside.py', f'import subprocess, os\n'
                                      f'print(subprocess.run(["bash", "-c", "ls"], env={{**os.environ, **{env!r}}}, '
                'capture_output=True, text=True).stdout)')
    assert 'loaded' in world.plain(f'{PYTHON} outside.py').stdout, 'the positive control'


def test_settings_of_the_c_library(world):
    """What glibc reads in any program, a static one too, changes nothing in nono."""
    env = {'GLIBC_TUNABLES': 'glibc.malloc.check=3:glibc.malloc.perturb=255:glibc.rtld.nns=0', 'MALLOC_CHECK_': '3',
           'MALLOC_PERTURB_': '85',
           'LOCPATH': world.work, 'NLSPATH': world.work + '/%N', 'LC_ALL': '../../evil', 'LANG': 'xx', 'TZ': ':/etc/shadow',
           'GCONV_PATH': world.work, 'RES_OPTIONS': 'x', 'HOSTALIASES': '/etc/shadow', 'GETCONF_DIR': world.work, 'TZDIR': world.work,
           'LD_DEBUG': 'all', 'LD_DEBUG_OUTPUT': world.path('project/debug'), 'LD_PROFILE': 'nono', 'LD_SHOW_AUXV': '1'}
    done = world.run('run', '-s', '--allow-cwd', '--', 'sh', '-c', 'echo inside', env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, 'inside\n', '')
    assert not [n for n in os.listdir(world.work) if n.startswith('debug')]


def test_nono_starts_no_helper(world):
    """A PATH whose first directory is the project's, with every name that a helper might have: none is run by nono."""
    for name in ('git', 'sh', 'ls', 'uname', 'id', 'stty', 'tty', 'security', 'op', 'nono', 'ldconfig', 'modprobe'):
        world.write(f'project/bin/{name}', f'#!/bin/sh\necho {name} >> {world.work}/ran\n', 0o700)
    env = {'PATH': f'{world.work}/bin:.:/usr/bin:/bin'}
    assert world.run('run', '-p', 'claude-code', '--allow-cwd', '--', '/bin/true', env=env).returncode == 0
    assert world.run('why', '--path', '/etc/passwd', env=env).returncode == 0
    assert world.run('run', '-p', 'claude-code', '--allow-cwd', '--', '/bin/false', env=env).returncode == 1
    assert not os.path.exists(world.path('project/ran'))
    assert world.run('run', '-s', '--allow-cwd', '--', 'git', env=env).returncode != 127
    world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', 'git', env=env)
    assert os.path.exists(world.path('project/ran')), 'the positive control: what the command line names is found there'


def test_variables_of_nonos_own(world):
    """They are nono's, not the command's: a nested nono takes its own flags, and a profile's private names stay away."""
    env = {'NONO_PROFILE': 'claude-code', 'NONO_ALLOW': world.mkdir('given'), 'OP_SERVICE_ACCOUNT_TOKEN': 'secret',
           'OP_SESSION_x': 'secret'}
    done = world.run('run', '-s', '--allow-cwd', '--', 'sh', '-c', 'env; cat /proc/self/environ | tr "\\0" "\\n"', env=env)
    assert done.returncode == 0 and 'secret' not in done.stdout
    assert {line.split('=')[0] for line in done.stdout.split('\n') if line.startswith('NONO_')} <= {'NONO_CAP_FILE'}


def test_a_capability_file_that_somebody_names(world):
    """NONO_CAP_FILE from outside is not passed on, and nono reads it only when it is asked to."""
    fake = world.write('fake.json', '{"version":1,"fs":[],"denies":[],"net_blocked":false}')
    done = world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', 'sh', '-c', 'echo $NONO_CAP_FILE',
                     env={'NONO_CAP_FILE': fake})
    assert fake not in done.stdout and '/nono/c/caps/' in done.stdout


def test_odd_environments(world):
    """Doubled names, names without a value, an empty name, and a size near the kernel's limit."""
    world.write('project/start.py', f'''
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def start(env, words):
    pid = os.fork()
    if pid: return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    a = (ctypes.c_char_p * (len(words) + 1))(*words, None)
    e = (ctypes.c_char_p * (len(env) + 1))(*env, None)
    libc.execve(words[0], a, e)
    os._exit(99)
nono = {world.nono.encode()!r}
base = [b"HOME={world.home}", b"PATH=/usr/bin:/bin"]
run = [nono, b"run", b"-s", b"--allow-cwd", b"--", b"sh", b"-c"]
print(start(base + [b"HOME=/etc", b"noequals", b"=x", b"==", b""], run + [b"exit 4"]))
print(start([b"HOME={world.home}/no\\xff/x"] + base[1:], run + [b"exit 5"]))
print(start(base + [b"V%d=%s" % (n, b"x" * 100000) for n in range(18)], run + [b"exit 6"]))
print(start(base + [b"V%d=x" % n for n in range(50000)], run + [b"exit 7"]))
print(start([], run + [b"exit 8"]))
''')
    done = world.plain(f'{PYTHON} start.py')
    assert done.stdout.split() == ['4', '5', '6', '7', '1'], (done.stdout, done.stderr)
    assert 'HOME is not set' in done.stderr
