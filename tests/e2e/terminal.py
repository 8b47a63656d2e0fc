# terminal.py - a program on a terminal of its own, read until something appears.  SPDX-License-Identifier: Apache-2.0
import codecs
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time

PATIENCE = float(os.environ.get('PATIENCE', 30))  # seconds; only a test that fails waits that long
STOP, INTERRUPT, QUIT, END = '\x1a', '\x03', '\x1c', '\x04'
ESCAPES = re.compile(r'\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])')


def take_terminal():
    fcntl.ioctl(next(fd for fd in range(3) if os.isatty(fd)), termios.TIOCSCTTY, 0)


class Terminal:
    """What the program writes is in .raw; .seen is the same without escape sequences and carriage returns."""

    def __init__(self, argv, owner=None, rows=24, columns=200, **more):
        self.master, slave = os.openpty()
        self.name = os.ttyname(slave)
        self.resize(rows, columns)
        if owner:
            os.fchown(slave, *owner)
        streams = {'stdin': slave, 'stdout': slave, 'stderr': slave}
        streams.update(more)
        self.process = subprocess.Popen(argv, start_new_session=True, preexec_fn=take_terminal, **streams)
        os.close(slave)
        self.decoder = codecs.getincrementaldecoder('utf-8')('surrogateescape')
        self.raw = ''
        self.mark = 0

    @property
    def seen(self):
        return ESCAPES.sub('', self.raw).replace('\r', '')

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

    def modes(self):
        """What stty shows, without the speeds."""
        return termios.tcgetattr(self.master)[:4] + termios.tcgetattr(self.master)[6:]

    def read(self, seconds):
        """Read what is there, waiting for it; False when there was nothing or there will be nothing more."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:  # nobody has the terminal any more
            return False
        self.raw += self.decoder.decode(data)
        return True

    def expect(self, pattern, patience=PATIENCE):
        """Wait for a pattern after the one that was found last; returns the match."""
        end = time.monotonic() + patience
        while True:
            found = re.compile(pattern, re.M).search(self.seen, self.mark)
            if found:
                self.mark = found.end()
                return found
            if time.monotonic() > end or (not self.read(0.2) and self.process.poll() is not None and not self.read(0)):
                raise AssertionError(f'no {pattern!r} on the terminal; since the last one: {self.seen[self.mark:]!r}')

    def send(self, keys):
        os.write(self.master, keys.encode('utf-8', 'surrogateescape'))

    def wait(self, patience=PATIENCE):
        """Read to the end; returns the exit code."""
        end = time.monotonic() + patience
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f'still running; seen: {self.seen!r}')
            self.read(0.1)
        while self.read(0):
            pass
        return self.process.returncode

    def hang_up(self):
        """The terminal goes away."""
        os.close(self.master)
        self.master = -1
        self.process.wait(PATIENCE)

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.master >= 0:
            os.close(self.master)
        self.process.wait()


class Shell(Terminal):
    """bash with job control; its prompt says how the last command ended."""
    PROMPT = r'<(\d+)> \Z'

    def __init__(self, env, **more):
        super().__init__(['bash', '--norc', '--noprofile', '-i'], env=dict(env, PS1='<$?> '), **more)
        self.ended()

    def ended(self, code=None):
        """Wait for the prompt; returns what was shown before it."""
        start = self.mark
        found = self.expect(self.PROMPT)
        shown = self.seen[start:found.start()]
        assert code is None or int(found.group(1)) == code, (found.group(1), shown)
        return shown

    def type(self, line):
        """Type a line and wait until bash has shown it."""
        self.send(line + '\n')
        self.expect(re.escape(line) + r'\n')

    def run(self, line, code=0):
        """Type a line, wait for the prompt; returns what was shown between."""
        self.type(line)
        return self.ended(code)
