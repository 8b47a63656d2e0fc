# world.py - a home of its own for one test, and nono run in it as one user.  SPDX-License-Identifier: Apache-2.0
import os
import pwd
import shutil
import subprocess
import tempfile
import time

from terminal import Shell, Terminal

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NONO = os.environ.get('NONO_BIN', os.path.join(ROOT, 'build', 'nono'))
# An account that every system has; its own home is never used.
ORDINARY = 'nobody'


class World:
    """Not below /tmp: the sandbox shares that."""

    def __init__(self, user):
        self.base = tempfile.mkdtemp(prefix='nono-e2e-', dir='/var/tmp')
        os.chmod(self.base, 0o755)
        self.home = os.path.join(self.base, 'home')
        self.user = user
        self.work = os.path.join(self.home, 'project')
        # The program too: a checkout may lie where an ordinary user cannot go.
        self.nono = os.path.join(self.base, 'nono')
        shutil.copy(NONO, self.nono)
        self.terminals = []
        self.mkdir('project')

    def path(self, name):
        return os.path.join(self.home, name)

    def own(self, path):
        if os.getuid() == 0 and self.user != 'root':
            entry = pwd.getpwnam(self.user)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def mkdir(self, name):
        path = self.path(name)
        made = []
        while not os.path.isdir(path):
            made.append(path)
            path = os.path.dirname(path)
        for path in reversed(made):
            os.mkdir(path, 0o700)
            self.own(path)
        return self.path(name)

    def write(self, name, text, mode=0o600):
        path = self.path(name)
        self.mkdir(os.path.dirname(os.path.relpath(path, self.home)) or '.')
        with open(path, 'wb') as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, mode)
        self.own(path)
        return path

    def profile(self, name, text):
        return self.write(f'.config/nono/profiles/{name}.json', text)

    def environment(self, **more):
        env = {'HOME': self.home, 'PATH': '/usr/local/bin:/usr/bin:/bin', 'LANG': 'C.UTF-8', 'TERM': 'xterm', 'SHELL': '/bin/sh',
               'USER': self.user, 'LOGNAME': self.user, 'GIT_CONFIG_NOSYSTEM': '1'}
        env.update(more)
        return env

    def identity(self):
        if os.getuid() != 0 or self.user == 'root':
            return {}
        entry = pwd.getpwnam(self.user)
        return {'user': entry.pw_uid, 'group': entry.pw_gid, 'extra_groups': []}

    def start(self, *args, cwd=None, env=None, **more):
        return subprocess.Popen([self.nono, *args], cwd=cwd or self.work, env=self.environment(**(env or {})),
                                **self.identity(), **more)

    def run(self, *args, cwd=None, env=None, stdin=subprocess.DEVNULL, **more):
        """Returns the finished process: returncode, stdout, stderr (text)."""
        return subprocess.run([self.nono, *args], cwd=cwd or self.work, env=self.environment(**(env or {})), stdin=stdin,
                              capture_output=True, timeout=120, check=False, encoding='utf-8', errors='surrogateescape',
                              **self.identity(), **more)

    def sh(self, script, *flags, **more):
        return self.run('run', '--allow-cwd', *flags, '--', 'sh', '-c', script, **more)

    def plain(self, script):
        """Run a script outside the sandbox, as the same user."""
        return subprocess.run(['sh', '-ec', script], cwd=self.work, env=self.environment(), capture_output=True, text=True,
                              timeout=120, check=True, **self.identity())

    def terminal(self, *args, cwd=None, env=None, **more):
        """nono on a terminal of its own, without the offer to save what was refused, which has tests of its own."""
        env = self.environment(**{'NONO_NO_SAVE_PROMPT': '1', **(env or {})})
        return self.open(Terminal, [self.nono, *args], cwd=cwd or self.work, env=env, **more)

    def shell(self, cwd=None, env=None, **more):
        """bash on a terminal of its own, outside; $nono is the program."""
        env = self.environment(**{'nono': self.nono, 'SHELL': '/bin/bash', 'NONO_NO_SAVE_PROMPT': '1', **(env or {})})
        return self.open(Shell, env, cwd=cwd or self.work, **more)

    def open(self, kind, *args, **more):
        who = self.identity()
        self.terminals.append(kind(*args, owner=(who['user'], who['group']) if who else None, **who, **more))
        return self.terminals[-1]

    def done(self):
        for terminal in self.terminals:
            terminal.close()
        # A shell that was hung up may still write its history.
        for _ in range(20):
            shutil.rmtree(self.base, ignore_errors=True)
            if not os.path.exists(self.base):
                break
            time.sleep(0.05)


# What nono itself says in a run that went well.
OWN_LINES = ('  mode supervised', '  Applying sandbox', 'nono: created ', 'nono: added a hook to ')


def foreign(stderr):
    """The lines of error output that are not nono's own."""
    return [line for line in stderr.split('\n') if line and not line.startswith(OWN_LINES)]
