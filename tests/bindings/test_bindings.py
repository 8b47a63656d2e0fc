# test_bindings.py - clients of the C library, each built from scratch over what is installed.  SPDX-License-Identifier: Apache-2.0
import glob
import os
import pwd
import re
import shutil
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('NONO_BUILD', os.path.join(ROOT, 'build'))
HERE = os.path.join(ROOT, 'tests', 'bindings')
# What compilers of languages keep between runs.
CACHE = os.path.join(ROOT, 'build-check', 'bindings')
STRICT = ['-pedantic', '-Wall', '-Wextra', '-Werror']
# What careful C++ projects build with.
STRICT_CXX = ['-Wall', '-Wextra', '-Wpedantic', '-Wold-style-cast', '-Wconversion', '-Wsign-conversion', '-Wshadow',
              '-Wzero-as-null-pointer-constant', '-Wcast-qual', '-Werror']
STATIC_LIBS = ['-ldl', '-lpthread', '-lm']


def run(args, **more):
    env = dict(os.environ, **more.pop('env', {}))
    done = subprocess.run(args, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=540,
                          check=False, **more)
    assert done.returncode == 0, f'{args}\n{done.stdout}{done.stderr}'
    return done.stdout


class Installed:
    """What meson installs, below a directory of its own."""

    def __init__(self, root):
        run(['meson', 'install', '-C', BUILD, '--no-rebuild', '--destdir', str(root)])
        self.root = str(root)
        self.lib = os.path.dirname(glob.glob(self.root + '/**/libnono.a', recursive=True)[0])
        self.include = os.path.dirname(glob.glob(self.root + '/**/nono.h', recursive=True)[0])
        self.env = {'PKG_CONFIG_PATH': os.path.join(self.lib, 'pkgconfig'), 'PKG_CONFIG_SYSROOT_DIR': self.root,
                    'LD_LIBRARY_PATH': self.lib}

    def path(self, name):
        return os.path.join(self.lib, name)


@pytest.fixture(scope='session')
def installed(tmp_path_factory):
    return Installed(tmp_path_factory.mktemp('root'))


@pytest.fixture
def copy(tmp_path):
    """A binding's files, where building may leave what it likes."""
    return lambda name: shutil.copytree(os.path.join(ROOT, 'bindings', name), tmp_path / name)


def listed():
    with open(os.path.join(ROOT, 'tests', 'data', 'exported_symbols.txt'), encoding='utf-8') as f:
        return f.read().split()


def symbols(args):
    return sorted(line.split()[0] for line in run(['nm', '-P', '--defined-only', *args]).splitlines() if ' ' in line)


# ---- what is installed ----

def test_only_the_calls_are_seen(installed):
    assert symbols(['-g', installed.path('libnono.a')]) == listed()
    shared = [s.split('@')[0] for s in symbols(['-D', installed.path('libnono.so.1')])]
    assert [s for s in shared if s != 'NONO_1'] == listed()


def test_the_header_declares_what_is_exported(installed):
    with open(os.path.join(installed.include, 'nono.h'), encoding='utf-8') as f:
        text = re.sub(r'/\*.*?\*/', '', f.read(), flags=re.S)
    assert sorted(set(re.findall(r'\b(nono_\w+)\(', text))) == listed()


def test_the_libraries_stand_alone(installed):
    needed = re.findall(r'NEEDED.*\[(.*)\]', run(['readelf', '-d', installed.path('libnono.so.1')]))
    assert all(re.match(r'libc\.so|libpthread|libdl|libm\.|ld-linux|libc\.musl', n) for n in needed), needed
    assert 'Library soname: [libnono.so.1]' in run(['readelf', '-d', installed.path('libnono.so.1')])
    undefined = run(['nm', '-uP', installed.path('libnono.a')])
    for name in ('json_', 'exit ', 'abort ', 'getenv', 'printf ', 'puts ', 'stdin', 'stdout', 'stderr', 'signal '):
        assert not re.search(r'^' + name, undefined, re.M), name


def test_the_names_that_bindings_link_with(installed):
    for kind in ('a', 'so'):
        assert os.path.realpath(installed.path('libnono_ffi.' + kind)) == os.path.realpath(installed.path('libnono.' + kind))
    assert run(['pkg-config', '--modversion', 'nono'], env=installed.env).strip()
    assert run(['pkg-config', '--libs', 'nono'], env=installed.env).split()[-1] == '-lnono'
    assert '-lpthread' in run(['pkg-config', '--static', '--libs', 'nono'], env=installed.env)


def test_the_same_objects_give_the_same_library(tmp_path):
    command = run(['ninja', '-C', BUILD, '-t', 'commands', 'libnono.a']).splitlines()[-1]
    again = str(tmp_path / 'libnono')
    run(['sh', '-c', command.replace(' libnono.', f' {again}.')], cwd=BUILD)
    for kind in ('.o', '.a'):
        with open(again + kind, 'rb') as one, open(os.path.join(BUILD, 'libnono' + kind), 'rb') as other:
            assert one.read() == other.read()


def test_install_and_uninstall(tmp_path):
    run(['make', 'install', f'DESTDIR={tmp_path}', 'PREFIX=/usr'], cwd=ROOT)
    names = {os.path.basename(f) for f in glob.glob(f'{tmp_path}/**', recursive=True)}
    assert {'nono', 'nono.h', 'libnono.a', 'libnono.so', 'libnono.so.1', 'libnono_ffi.a', 'libnono_ffi.so', 'nono.pc',
            'libnono.3'} <= names
    run(['make', 'uninstall', f'DESTDIR={tmp_path}', 'PREFIX=/usr'], cwd=ROOT)
    assert os.listdir(tmp_path) == []


def test_uninstall_leaves_what_is_not_its_own(tmp_path):
    """A directory that was there before stays, empty or not, and so does one that somebody else uses by now."""
    root = tmp_path / 'root'
    before = root / 'usr' / 'share' / 'man' / 'man1'
    before.mkdir(parents=True)
    for _ in range(2):  # installing again finds its own directories there
        run(['make', 'install', f'DESTDIR={root}', 'PREFIX=/usr'], cwd=ROOT)
    other = root / 'usr' / 'share' / 'zsh' / 'site-functions' / '_other'
    other.write_text('x')
    run(['make', 'uninstall', f'DESTDIR={root}', 'PREFIX=/usr'], cwd=ROOT)
    left = sorted(os.path.relpath(f, root) for f in glob.glob(f'{root}/**', recursive=True))
    assert left == ['.', 'usr', 'usr/share', 'usr/share/man', 'usr/share/man/man1', 'usr/share/zsh',
                    'usr/share/zsh/site-functions', 'usr/share/zsh/site-functions/_other']
    # Later, when that is gone as well, it is not too late.
    other.unlink()
    run(['make', 'uninstall', f'DESTDIR={root}', 'PREFIX=/usr'], cwd=ROOT)
    assert not (root / 'usr' / 'share' / 'zsh').exists() and before.exists()


# ---- C and C++ ----

@pytest.mark.parametrize('compiler', ['gcc -std=c99', 'gcc -std=c17', 'clang -std=c99', 'g++ -std=c++98',
                                      'g++ -std=c++17', 'clang++ -std=c++98', 'clang++ -std=c++17'])
def test_the_header_alone(installed, compiler, tmp_path):
    language = 'c++' if '++' in compiler else 'c'
    source = tmp_path / 'alone'
    source.write_text('#include <nono.h>\n#include <nono.h>\n')
    strict = [*STRICT, '-Wstrict-prototypes'] if language == 'c' else STRICT_CXX
    # As one's own header: what is installed for the system is not warned about.
    run([*compiler.split(), *strict, '-x', language, '-I', installed.include, '-fsyntax-only', str(source)])


def c_client(installed, tmp_path, *libs):
    program = str(tmp_path / 'client')
    run(['gcc', '-std=c99', *STRICT, '-I', installed.include, os.path.join(HERE, 'client.c'), *libs, '-o', program])
    return program


@pytest.mark.parametrize('libs', ['static', 'shared', 'alias'])
def test_c(installed, tmp_path, libs):
    chosen = {'static': [installed.path('libnono.a'), *STATIC_LIBS],
              'shared': ['-L' + installed.lib, '-lnono'],
              'alias': ['-L' + installed.lib, '-lnono_ffi', *STATIC_LIBS]}[libs]
    out = run([c_client(installed, tmp_path, *chosen)], env=installed.env)
    assert out.count('\nok - ') >= 12 and 'not ok' not in out


def test_c_as_an_ordinary_user(installed, tmp_path):
    program = c_client(installed, tmp_path, installed.path('libnono.a'), *STATIC_LIBS)
    if os.getuid() != 0:
        return  # the tests above were that
    place = '/var/tmp/nono-bindings-client'
    shutil.copy(program, place)
    entry = pwd.getpwnam('nobody')
    try:
        out = run(['setpriv', f'--reuid={entry.pw_uid}', f'--regid={entry.pw_gid}', '--clear-groups', place])
    finally:
        os.unlink(place)
    assert 'ok - in one it is refused' in out and 'not ok' not in out


def test_a_library_may_hold_it(installed, tmp_path):
    """The static library goes into a shared one too, as bindings do it."""
    library = str(tmp_path / 'libclient.so')
    run(['gcc', '-std=c99', '-shared', '-fPIC', '-I', installed.include, os.path.join(HERE, 'client.c'),
         installed.path('libnono.a'), '-Wl,-z,text', '-Wl,--no-undefined', *STATIC_LIBS, '-o', library])


@pytest.mark.parametrize('compiler', ['g++', 'clang++'])
def test_cxx_is_warned(tmp_path, compiler):
    """The control: with these options a careless header does not go through."""
    source = tmp_path / 'careless.cc'
    for line in ('#define F(x) ((int)(x))\nint f(long x) { return F(x); }', 'int g(long x) { return x; }',
                 'int h(int x) { { int x = 1; return x; } }'):
        source.write_text(line + '\n')
        done = subprocess.run([compiler, *STRICT_CXX, '-fsyntax-only', str(source)], capture_output=True, check=False)
        assert done.returncode != 0, line


@pytest.mark.parametrize('standard', ['-std=c++11', '-std=c++20'])
@pytest.mark.parametrize('compiler', ['g++', 'clang++'])
def test_cxx(installed, tmp_path, compiler, standard):
    program = str(tmp_path / 'client')
    run([compiler, standard, *STRICT_CXX, '-I', installed.include, os.path.join(HERE, 'client.cc'), '-L' + installed.lib,
         '-lnono', '-o', program])
    assert run([program], env=installed.env) == 'ok - C++\n'


# ---- other languages ----

def test_python(installed, copy):
    where = copy('python')
    python = '/usr/bin/python3' if os.path.exists('/usr/bin/python3') else 'python3'
    done = subprocess.run([python, '-B', '-m', 'unittest', '-v', 'tests/test_nono.py'], cwd=where, capture_output=True,
                          text=True, env=dict(os.environ, **installed.env, PYTHONPATH='src'), timeout=300, check=False)
    assert done.returncode == 0 and done.stderr.count('... ok') >= 10, done.stderr


def test_python_declares_every_call():
    with open(os.path.join(ROOT, 'bindings', 'python', 'src', 'nono', '_ffi.py'), encoding='utf-8') as f:
        assert sorted(set(re.findall(r"'(nono_\w+)':", f.read()))) == listed()


def test_rust_declares_every_call():
    with open(os.path.join(ROOT, 'bindings', 'rust', 'nono-sys', 'src', 'lib.rs'), encoding='utf-8') as f:
        assert sorted(set(re.findall(r'pub fn (nono_\w+)', f.read()))) == listed()


GO_ENV = {'GOCACHE': os.path.join(CACHE, 'go'), 'GOPATH': os.path.join(CACHE, 'gopath'), 'GOPROXY': 'off',
          'GOTOOLCHAIN': 'local', 'GOFLAGS': '-mod=mod', 'CGO_ENABLED': '1'}


def test_go(installed, copy):
    out = run(['go', 'test', '-count=1', '-v', './...'], cwd=copy('go'), env={**installed.env, **GO_ENV})
    assert out.count('--- PASS') >= 8 and '--- SKIP' not in out


def test_go_clients_that_exist(installed, tmp_path):
    """With nothing but the header, and the older name of the library."""
    program = str(tmp_path / 'existing')
    env = {**installed.env, **GO_ENV, 'CGO_CFLAGS': '-I' + installed.include, 'CGO_LDFLAGS': '-L' + installed.lib}
    run(['go', 'build', '-o', program, os.path.join(HERE, 'existing', 'main.go')], cwd=tmp_path, env=env)
    out = run([program, str(tmp_path)], env=installed.env)
    assert out.count('ok - ') == 14 and 'not ok' not in out


def test_rust(installed, copy):
    env = dict(installed.env, CARGO_TARGET_DIR=os.path.join(CACHE, 'rust'))
    out = run(['cargo', 'test', '--offline', '--tests'], cwd=copy('rust'), env=env)
    assert re.search(r'test result: ok\. 9 passed; 0 failed; 0 ignored', out)


def node_headers():
    beside = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(shutil.which('node')))), 'include', 'node')
    return beside if os.path.exists(os.path.join(beside, 'node_api.h')) else '/usr/include/node'


def test_node(installed, copy):
    where = copy('node')
    os.makedirs(where / 'build' / 'Release')
    flags = run(['pkg-config', '--cflags', '--libs', 'nono'], env=installed.env).split()
    run(['gcc', '-shared', '-fPIC', '-std=c11', '-Wall', '-Wextra', '-Werror', '-I', node_headers(), 'src/addon.c', *flags,
         '-o', 'build/Release/nono.node'], cwd=where)
    out = run(['node', '--test', 'test/'], cwd=where, env=installed.env)
    assert re.search(r'# pass 7\b', out) and re.search(r'# fail 0\b', out)


# ---- documents ----

def test_the_guides_example(installed, tmp_path):
    with open(os.path.join(ROOT, 'docs', 'guide', 'library.md'), encoding='utf-8') as f:
        code = re.search(r'```c\n(.*?)```', f.read(), re.S).group(1)
    (tmp_path / 'example.c').write_text(code)
    program = str(tmp_path / 'example')
    run(['gcc', '-std=c99', *STRICT, '-I', installed.include, str(tmp_path / 'example.c'), '-L' + installed.lib, '-lnono',
         '-o', program])
    assert run([program], env=installed.env) == '/etc/passwd: denied, path_not_granted\nconfined\n'


# What each example of libnono(3) prints.
MANUAL = ['confined\n', 'denied: sensitive_path, group:deny_credentials\n', 'exit code 143, time is up\n', '1\n']


def manual_examples():
    """The literal blocks of the page, all of which are C."""
    with open(os.path.join(ROOT, 'docs', 'man', 'libnono.3'), encoding='utf-8') as f:
        blocks = re.findall(r'^\.Bd -literal.*?\n(.*?)^\.Ed', f.read(), re.M | re.S)
    return [re.sub(r'^\\&', '', b, flags=re.M).replace('\\e', '\\') for b in blocks]


def test_the_manual_has_these_examples():
    assert len(manual_examples()) == len(MANUAL)


@pytest.mark.parametrize('n', range(len(MANUAL)))
def test_the_manuals_examples(installed, tmp_path, n):
    """Each as it stands, within main()."""
    source, program = tmp_path / 'example.c', str(tmp_path / 'example')
    source.write_text('#include <nono.h>\n#include <stdio.h>\n\nint main(void)\n{\n' + manual_examples()[n] + 'return 0;\n}\n')
    run(['gcc', '-std=c99', *STRICT, '-I', installed.include, str(source), installed.path('libnono.a'), *STATIC_LIBS,
         '-o', program])
    assert run([program]) == MANUAL[n]


def test_the_manual_has_every_call():
    with open(os.path.join(ROOT, 'docs', 'man', 'libnono.3'), encoding='utf-8') as f:
        text = f.read()
    assert sorted(set(re.findall(r'^\.Fo (nono_\w+)$', text, re.M))) == listed()
    assert run(['mandoc', '-T', 'lint', '-W', 'warning', os.path.join(ROOT, 'docs', 'man', 'libnono.3')]) == ''
