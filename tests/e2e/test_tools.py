# test_tools.py - real programs under claude-code, with nothing on their error output.  SPDX-License-Identifier: Apache-2.0
import os
import shutil

import pytest
from world import foreign

SCRIPTS = {
    'git': 'git init -q r && cd r && echo a > f && git add f && git -c user.name=n -c user.email=e commit -q -m m && '
           'git status --short && git init -q --bare ../b.git && git push -q ../b.git HEAD:refs/heads/x && '
           'git clone -q ../b.git ../c -b x && cat ../c/f',
    'python': 'python3 -c "import ssl, multiprocessing as m; print(m.Pool(2).map(abs, [-1, 2]))"',
    'venv': 'python3 -m venv --without-pip v && v/bin/python -c "print(1)"',
    'node': "node -e \"console.log(require('os').userInfo().username.length > 0, "
            "require('child_process').execSync('echo in').toString())\"",
    'npm': 'npm --version',
    'gcc': "printf 'int main(void){return 0;}' > a.c && gcc -o a a.c && ./a && printf 'all:\\n\\t@echo made\\n' > Makefile && make",
    'ssh': 'ssh -T -G host.example >/dev/null && ssh -V 2>&1',
    'whoami': 'whoami && id -u',
    'bash': "bash -c 'set -o pipefail; cat <(echo one) <<< two; echo x | tee /dev/null | wc -c; cat <<E\nhere\nE'",
    'streams': '(echo out > /dev/stdout) | cat; echo in | cat /dev/stdin; ls -l /dev/fd/ >/dev/null; echo > /dev/null',
    'proc': "sh -c 'sh -c \"grep -c NoNewPrivs:.1 /proc/self/status\"'",
    'temp': 'd=$(mktemp -d) && echo x > $d/f && mv $d/f $d/g && rm -r $d && echo ok',
    'tmux': 'tmux -S ./s -f /dev/null new-session -d "echo from-tmux > out; sleep 5" && sleep 1 && cat out && tmux -S ./s kill-server',
}


@pytest.mark.parametrize('name', SCRIPTS)
def test_tool(world, name):
    tool = name if name not in ('venv', 'streams', 'proc', 'temp', 'python') else 'sh'
    assert shutil.which(tool), f'{tool} is not installed'
    done = world.sh(SCRIPTS[name], '-p', 'claude-code')
    assert done.returncode == 0, done.stderr
    assert foreign(done.stderr) == []
    assert done.stdout


def test_every_builtin_profile_starts(world):
    for name in ('default', 'claude-code', 'claude-no-kc', 'codex', 'opencode', 'openclaw', 'swival', 'python-dev', 'node-dev',
                 'go-dev', 'rust-dev', 'java-dev', 'bun-dev', 'mise-dev', 'linux-host-compat'):
        done = world.run('run', '--profile', name, '--allow-cwd', '--', 'true')
        assert done.returncode == 0, (name, done.stderr)
        assert foreign(done.stderr) == [], name


def test_package_tools_of_the_dev_profiles(world):
    assert world.run('run', '-p', 'node-dev', '--allow-cwd', '--', 'npm', '--version').returncode == 0
    blocked = world.run('run', '--allow-cwd', '--', 'npm', '--version')
    assert blocked.returncode == 1 and 'blocked by group dangerous_commands' in blocked.stderr
    assert world.run('run', '--allow-cwd', '--allow-command', 'npm', '--', 'npm', '--version').returncode == 0


AGENT = r'''
import json, os
name = os.path.expanduser('~/.claude.json')
try:
    os.mkdir(name + '.lock')
except PermissionError:
    pass
try:
    with open(name + '.tmp.1', 'w') as f:
        f.write('{"a": 1}')
    os.rename(name + '.tmp.1', name)
except PermissionError:
    with open(name, 'w') as f:
        f.write('{"a": 1}')
os.makedirs(os.path.expanduser('~/.claude/projects'))
print(json.load(open(name)))
'''


def test_a_first_run_of_an_agent(world):
    world.write('project/agent.py', AGENT)
    done = world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'python3', 'agent.py')
    assert done.returncode == 0, done.stderr
    assert "{'a': 1}" in done.stdout
    assert f'created {world.path(".claude")} for profile claude-code' in done.stderr
    assert os.stat(world.path('.claude')).st_mode & 0o777 == 0o700
    again = world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'true')
    assert 'created' not in again.stderr


def test_a_leftover_lock_does_not_stop_the_agent(world):
    world.mkdir('.claude.json.lock')
    assert world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'true').returncode == 0
