# test_hooks.py - the agent's hook: installed, used by an agent, taken out.  SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import shutil
import subprocess
import time

import pytest
from world import foreign

# Stands in for Claude Code: tries to read each file that it is given, and after a failure runs the hooks of its
# settings for that event and tool as Claude Code does, then shows what they told it.
AGENT = r'''
import json, os, re, subprocess, sys
with open(os.path.expanduser("~/.claude/settings.json")) as f:
    hooks = json.load(f).get("hooks", {})
for path in sys.argv[1:]:
    try:
        open(path).close()
        print("read", path)
        continue
    except OSError as e:
        error = str(e)
    event = {"session_id": "s", "cwd": os.getcwd(), "hook_event_name": "PostToolUseFailure", "tool_name": "Read",
             "tool_input": {"file_path": path}, "error": error}
    for element in hooks.get("PostToolUseFailure", []):
        if not re.fullmatch(element["matcher"], "Read"):
            continue
        for hook in element["hooks"]:
            done = subprocess.run(["sh", "-c", hook["command"]], input=json.dumps(event), capture_output=True, text=True)
            print("exit", done.returncode, done.stderr)
            if done.stdout:
                print(json.loads(done.stdout)["hookSpecificOutput"]["additionalContext"])
'''
MINE = '// my settings\n{\n\t"model": "opus", // the big one\n\t"env": {"A": "1"},\n\t"odd": [1, {"b": null}],\n}\n'
ADDED = 'nono: added a hook to {} that tells Claude Code what is refused (undo: nono hooks remove)\n'


@pytest.fixture
def agent(world):
    """Run the stand-in agent under a profile; returns the finished process."""
    world.write('project/agent.py', AGENT)

    def run(*paths, profile='claude-code', flags=()):
        return world.run('run', '-p', profile, '--allow-cwd', *flags, '--', 'python3', 'agent.py', *paths)
    run.settings = world.path('.claude/settings.json')
    run.world = world
    return run


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def entries(path):
    """nono's commands in settings: (event, matcher, command) each."""
    text = re.sub(r'//.*|,(?=\s*[}\]])', '', read(path))
    return [(event, element['matcher'], hook['command'])
            for event, elements in json.loads(text).get('hooks', {}).items() for element in elements
            for hook in element['hooks'] if 'nono' in hook['command']]


def status(world, *more):
    done = world.run('hooks', 'status', '--json', *more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)['hooks'][0]


def test_the_agent_is_told(agent):
    secret = agent.world.write('.ssh/id', 'secret')
    plain = agent.world.write('notes', 'x')
    allowed = agent.world.write('project/a.txt', 'x')
    done = agent(secret, plain, allowed)
    assert done.returncode == 0, done.stderr
    assert ADDED.format(agent.settings) in done.stderr
    told = done.stdout
    assert f'- reading {secret} (denied by group deny_credentials; the flag for it: --override-deny ' \
           f'{secret} --read-file {secret})' in told
    assert f'- reading {plain} (not granted; the flag for it: --read-file {plain})' in told
    assert told.count('do not look for a way around it') == 2
    assert told.count('exit 0 \n') == 2 and f'read {allowed}\n' in told
    # what it is told is what the flag does
    assert f'read {plain}\n' in agent(plain, flags=('--read-file', plain)).stdout


def test_it_is_installed_once(agent):
    assert ADDED.format(agent.settings) in agent().stderr
    before = os.stat(agent.settings)
    again = agent()
    assert foreign(again.stderr) == [] and 'added a hook' not in again.stderr
    assert os.stat(agent.settings).st_mtime_ns == before.st_mtime_ns
    assert entries(agent.settings) == [('PostToolUseFailure', 'Read|Write|Edit|Bash', agent.world.nono + ' hook claude-code')]
    assert os.stat(agent.settings).st_mode & 0o777 == 0o600


def test_nothing_is_said_outside(agent):
    secret = agent.world.write('.ssh/id', 'secret')
    agent()
    os.chmod(secret, 0)
    done = subprocess.run(['python3', 'agent.py', agent.world.path('nowhere')], cwd=agent.world.work,
                          env=agent.world.environment(), capture_output=True, text=True, check=True, **agent.world.identity())
    assert done.stdout == 'exit 0 \n'


@pytest.mark.parametrize('profile', ['claude-no-kc', 'mine'])
def test_profiles_that_have_it_too(agent, profile):
    agent.world.profile('mine', '{"extends": "claude-code"}')
    plain = agent.world.write('notes', 'x')
    done = agent(plain, profile=profile)
    assert ADDED.format(agent.settings) in done.stderr
    assert f'- reading {plain} (not granted' in done.stdout


def test_a_profiles_own_hook(agent):
    agent()
    agent.world.profile('mine', '{"extends": "claude-code", "hooks": {"claude-code": '
                                '{"event": "PostToolUse", "matcher": "Bash", "script": "nono-hook.sh"}}}')
    done = agent(profile='mine')
    assert f"nono: updated nono's hook in {agent.settings}\n" in done.stderr
    assert [e[:2] for e in entries(agent.settings)] == [('PostToolUse', 'Bash')]
    assert status(agent.world, '-p', 'mine')['state'] == 'installed'
    assert status(agent.world)['state'] == 'outdated'


def test_hooks_that_nono_does_not_install(agent):
    world = agent.world
    world.profile('script', '{"hooks": {"claude-code": {"event": "E", "matcher": "", "script": "mine.sh"}}}')
    world.profile('app', '{"hooks": {"other": {"event": "E", "matcher": "", "script": "mine.sh"}}}')
    for flags in ([], ['--dry-run']):
        done = world.run('run', '-p', 'script', *flags, '--', 'true')
        assert done.returncode == 1
        assert "profile script: hooks.claude-code.script is 'mine.sh', and nono installs no program but its own: " \
               'write nono-hook.sh' in done.stderr
        done = world.run('run', '-p', 'app', *flags, '--', 'true')
        assert done.returncode == 0
        assert 'profile app: hooks.other is passed over: nono has hooks for claude-code only' in done.stderr
    assert not os.path.exists(agent.settings)


def test_nothing_is_written_by_a_question(agent):
    world = agent.world
    for args in (['run', '-p', 'claude-code', '--dry-run', '--', 'true'], ['why', '-p', 'claude-code', '--path', '/etc'],
                 ['hooks', 'status'], ['run', '-p', 'default', '--', 'true']):
        assert world.run(*args).returncode == 0
        assert not os.path.exists(world.path('.local/state/nono/c/hooks')) and not os.path.exists(agent.settings)
    # silence could not say what was done
    assert world.run('run', '-s', '-p', 'claude-code', '--allow-cwd', '--', 'true').returncode == 0
    assert not os.path.exists(agent.settings)
    assert world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'true').returncode == 0
    assert os.path.exists(agent.settings)


def test_settings_are_kept_but_for_the_hook(agent):
    world = agent.world
    world.write('.claude/settings.json', MINE, 0o640)
    assert world.run('run', '-p', 'claude-code', '--', 'true').returncode == 0
    text = read(agent.settings)
    assert text.startswith(MINE[:-len('}\n')] + '\t"hooks": {\n\t\t"PostToolUseFailure": [\n')
    assert len(entries(agent.settings)) == 1
    assert os.stat(agent.settings).st_mode & 0o777 == 0o640
    done = world.run('hooks', 'remove', 'claude-code')
    assert done.returncode == 0 and 'which is again what it was before' in done.stderr
    assert read(agent.settings) == MINE
    # and stays out
    assert foreign(world.run('run', '-p', 'claude-code', '--', 'true').stderr) == [
        '  the working directory is not shared (--allow-cwd would share it: read+write)']
    assert read(agent.settings) == MINE and status(world)['left_out']
    assert world.run('hooks', 'install').returncode == 0
    assert len(entries(agent.settings)) == 1


def test_taken_out_of_settings_that_others_changed(agent):
    world = agent.world
    world.write('.claude/settings.json', MINE)
    agent.world.run('hooks', 'install')
    world.write('.claude/settings.json', read(agent.settings).replace('"opus"', '"sonnet"'))
    done = world.run('hooks', 'remove')
    assert 'what others wrote there stays' in done.stderr
    assert read(agent.settings) == MINE.replace('"opus"', '"sonnet"')


def test_settings_that_home_manager_keeps(agent):
    world = agent.world
    store = world.write('store/settings.json', MINE, 0o444)
    world.mkdir('.claude')
    os.symlink(store, agent.settings)
    done = world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'true')
    assert done.returncode == 0
    found = re.search(r'nono: the hook .* is not installed: (.*) is a link, so something else .* keeps it: change it there; '
                      r'what to add under "hooks": (.*)\n', done.stderr)
    assert found and found.group(1) == agent.settings
    assert read(store) == MINE and os.path.islink(agent.settings)
    # once is enough
    assert 'hook' not in world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'true').stderr
    assert status(world)['problem'].startswith(agent.settings + ' is a link')
    # what it said to add is what it then finds
    os.unlink(store)
    world.write('store/settings.json', json.dumps({'hooks': json.loads(found.group(2))}), 0o444)
    os.unlink(agent.settings)
    os.symlink(store, agent.settings)
    assert 'hook' not in world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'true').stderr
    assert status(world)['state'] == 'installed'
    assert world.run('hooks', 'remove').returncode == 1


@pytest.mark.parametrize('text, mode, said', [
    ('{"a": 1,, }', 0o600, 'settings.json:1:9: '),
    ('', 0o600, 'settings.json:1:1: the file is empty; write at least {}'),
    ('{"hooks": []}', 0o600, 'settings.json:1:11: hooks: expected an object {}'),
    (MINE, 0o444, 'settings.json is read-only: run chmod u+w on it'),
])
def test_settings_that_are_left_alone(agent, text, mode, said):
    world = agent.world
    world.write('.claude/settings.json', text, mode)
    first, second = (world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'true') for _ in range(2))
    assert first.returncode == second.returncode == 0
    assert said in first.stderr and said not in second.stderr
    assert read(agent.settings) == text and os.stat(agent.settings).st_mode & 0o777 == mode
    refused = world.run('hooks', 'install')
    assert refused.returncode == 1 and said in refused.stderr
    assert os.listdir(world.path('.claude')) == ['settings.json']


def test_an_older_script(agent):
    world = agent.world
    old = {'hooks': {'PostToolUseFailure': [{'matcher': 'Read|Write|Edit|Bash', 'hooks': [
        {'type': 'command', 'command': '$HOME/.claude/hooks/nono-hook.sh'}]}]}}
    world.write('.claude/settings.json', json.dumps(old, indent=2))
    done = agent()
    assert f"nono: in {agent.settings}, nono's own hook took the place of the older ~/.claude/hooks/nono-hook.sh" in done.stderr
    assert read(agent.settings) == json.dumps(old, indent=2).replace('$HOME/.claude/hooks/nono-hook.sh',
                                                                     world.nono + ' hook claude-code')
    world.run('hooks', 'remove')
    assert read(agent.settings) == json.dumps(old, indent=2)


def test_first_runs_at_the_same_time(agent):
    world = agent.world
    world.write('.claude/settings.json', MINE)
    runs = [world.start('run', '-p', 'claude-code', '--allow-cwd', '--', 'true', stdout=subprocess.DEVNULL,
                        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL) for _ in range(8)]
    said = [run.communicate(timeout=60)[1].decode() for run in runs]
    assert [run.returncode for run in runs] == [0] * 8
    assert sum('added a hook' in text for text in said) == 1
    assert not [text for text in said if 'not installed' in text]
    assert len(entries(agent.settings)) == 1
    world.run('hooks', 'remove')
    assert read(agent.settings) == MINE


def test_nono_that_moved(agent):
    world = agent.world
    agent()
    moved = os.path.join(world.base, 'bin dir')
    os.mkdir(moved)
    os.chmod(moved, 0o755)
    world.nono = shutil.move(world.nono, os.path.join(moved, 'nono'))
    plain = world.write('notes', 'x')
    done = agent(plain)
    assert f"nono: updated nono's hook in {agent.settings}\n" in done.stderr
    assert f'- reading {plain} (not granted' in done.stdout


def test_what_the_agent_changed_is_put_right(agent):
    """An agent that takes the hook out of its settings has it again in the next session, and is not believed."""
    agent()
    done = agent.world.run('run', '-p', 'claude-code', '--', 'sh', '-c', 'echo "{}" >~/.claude/settings.json')
    assert done.returncode == 0 and read(agent.settings) == '{}\n'
    assert ADDED.format(agent.settings) in agent().stderr
    link = 'cd ~/.claude && unlink settings.json && ln -s ../.profile settings.json'
    agent.world.write('.profile', 'untouched')
    assert agent.world.run('run', '-p', 'claude-code', '--', 'sh', '-c', link).returncode == 0
    done = agent.world.run('run', '-p', 'claude-code', '--allow-cwd', '--', 'true')
    assert 'not installed' in done.stderr and read(agent.world.path('.profile')) == 'untouched'
    # nor can it reach what nono keeps
    state = agent.world.path('.local/state/nono/c/hooks/claude-code.stamp')
    done = agent.world.run('run', '-p', 'claude-code', '--', 'sh', '-c', f'echo "1 off" >{state}')
    assert done.returncode != 0 and 'Permission denied' in done.stderr


def test_a_settings_file_that_is_granted_by_name(agent):
    world = agent.world
    world.write('.claude/settings.json', '{}')
    world.profile('tight', json.dumps({
        'filesystem': {'read_file': ['~/.claude/settings.json']}, 'workdir': {'access': 'read'},
        'hooks': {'claude-code': {'event': 'PostToolUseFailure', 'matcher': 'Read', 'script': 'nono-hook.sh'}}}))
    plain = world.write('notes', 'x')
    done = agent(plain, profile='tight')
    assert ADDED.format(agent.settings) in done.stderr
    assert f'- reading {plain} (not granted' in done.stdout


def test_what_takes_the_place_of_a_granted_settings_file_is_not_granted(agent):
    """The directory is flushed after the file was put there: that is held up, and a link to a key put in its place."""
    world = agent.world
    key = world.write('.ssh/id_ed25519', 'KEY')
    world.write('.claude/settings.json', '{}')
    world.profile('tight', json.dumps({
        'filesystem': {'read_file': ['~/.claude/settings.json']}, 'workdir': {'access': 'read'},
        'hooks': {'claude-code': {'event': 'PostToolUseFailure', 'matcher': 'Read', 'script': 'nono-hook.sh'}}}))
    before = os.stat(agent.settings).st_ino
    run = subprocess.Popen(['strace', '-o', '/dev/null', '-e', 'trace=fsync', '-e', 'inject=fsync:delay_exit=700000',
                            world.nono, 'run', '--allow-cwd', '-p', 'tight', '--', 'cat', key], cwd=world.work,
                           env=world.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, **world.identity())
    while run.poll() is None and os.stat(agent.settings).st_ino == before:
        time.sleep(0.01)
    os.unlink(agent.settings)
    os.symlink(key, agent.settings)
    out, err = run.communicate(timeout=60)
    assert f'{agent.settings} was replaced by somebody else and is not granted in this run' in err
    assert 'KEY' not in out and run.returncode == 1


@pytest.mark.parametrize('event', [b'', b'{', b'\xff' * 1000, b'[' * 100000, b'{"error": "' + b'x' * (1 << 20) + b'"}',
                                   b'{"tool_name":"Read","tool_input":{"file_path":"/usr"}}'],
                         ids=['empty', 'cut', 'bytes', 'deep', 'large', 'allowed'])
def test_the_hook_stands_any_input(world, event):
    event_file = world.write('project/event', event)
    done = world.run('run', '--allow-cwd', '--', 'sh', '-c', f'{world.nono} hook claude-code <event; echo $?')
    assert (done.returncode, done.stdout) == (0, '0\n'), done.stderr
    with open(event_file, 'rb') as f:
        done = world.run('hook', 'claude-code', stdin=f)
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')


def test_the_hook_is_careful_with_its_surroundings(world):
    refused = '{"tool_name":"Read","tool_input":{"file_path":"/root/x"}}'
    script = (f'hook() {{ echo \'{refused}\' | {world.nono} hook claude-code; echo $?; }}; '
              'NONO_CAP_FILE=/dev/zero hook; NONO_CAP_FILE=/nowhere hook; NONO_CAP_FILE=x hook; '
              f'{world.nono} hook claude-code <&-; echo $?')
    done = world.run('run', '--allow-cwd', '--', 'sh', '-c', script)
    assert (done.returncode, done.stdout) == (0, '0\n0\n0\n0\n'), done.stderr
    assert world.run('hook', 'other').returncode == 2


def test_what_a_run_costs_more(agent):
    """System calls of a run, with the hook in place and without a hook."""
    world = agent.world
    body = '"filesystem": {"read": ["~/project"]}'
    hook = '"hooks": {"claude-code": {"event": "E", "matcher": "", "script": "nono-hook.sh"}}'
    world.profile('bare', '{%s}' % body)
    world.profile('hook', '{%s, %s}' % (body, hook))

    def calls(profile):
        log = world.path('project/strace')
        done = subprocess.run(['strace', '-o', log, world.nono, 'run', '-p', profile, '--', 'true'], cwd=world.work,
                              env=world.environment(), capture_output=True, text=True, check=True, **world.identity())
        return len(re.findall(r'^\w+\(', read(log), re.M)), done.stderr
    # twice: the first run of each writes its capability file
    counts = [(calls('hook'), calls('bare')) for _ in range(3)][-1]
    assert 'nono:' not in counts[0][1]
    assert 0 < counts[0][0] - counts[1][0] <= 6
