# dialogue.py - a program on a terminal of its own, and what is typed to it.  SPDX-License-Identifier: Apache-2.0
import fcntl
import os
import pwd
import re
import select
import struct
import subprocess
import termios

# Long enough for a busy machine; nothing is measured by it.
PATIENCE = 30


class Dialogue:
    """Start a program in a session of its own, 24 lines of 80 columns; expect() waits for a text, type() answers."""

    def __init__(self, world, argv, env=None, **more):
        self.master, slave = os.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
        who = world.identity()
        if who:
            os.fchown(slave, who['user'], pwd.getpwnam(world.user).pw_gid)
        self.shown = ''
        self.process = subprocess.Popen(argv, cwd=world.work, env=world.environment(**(env or {})), stdin=slave, stdout=slave,
                                        stderr=slave, preexec_fn=self.own_terminal, **who, **more)
        os.close(slave)

    @staticmethod
    def own_terminal():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def read(self):
        """False at the end."""
        ready, _, _ = select.select([self.master], [], [], PATIENCE)
        assert ready, f'nothing more came after: {self.shown}'
        try:
            block = os.read(self.master, 65536)
        except OSError:
            return False
        text = re.sub(r'\x1b(?:\[[0-9;?]*[A-Za-z]|[=>]|\][^\x07]*\x07|\([AB])', '', block.decode('utf-8', 'replace'))
        self.shown += text.replace('\r\n', '\n')
        return bool(block)

    def expect(self, text):
        """What was shown up to and with a text, which is then forgotten."""
        while text not in self.shown:
            assert self.read(), f'{text!r} never came: {self.shown}'
        before, self.shown = self.shown.split(text, 1)
        return before + text

    def type(self, keys):
        os.write(self.master, keys.encode())

    def end(self):
        """The rest of what was shown, and the exit code."""
        while self.read():
            pass
        os.close(self.master)
        return self.shown, self.process.wait(PATIENCE)
