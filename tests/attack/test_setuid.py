# test_setuid.py - programs that give their caller rights.  SPDX-License-Identifier: Apache-2.0
import os
import shutil
import struct

import pytest

WHO = r'''
#include <stdio.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char line[256], caps[64] = "";
	FILE *f = fopen("/proc/self/status", "r");
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "CapEff:", 7))
			sscanf(line, "CapEff: %63s", caps);
	printf("euid %d caps %s\n", (int)geteuid(), caps);
	if (argc > 1 && !(f = fopen(argv[1], "r")))
		printf("refused\n");
	return 0;
}
'''
NET_RAW = 13


@pytest.fixture
def programs(ordinary):
    """One program four times: plain, setuid root, setgid root, with a capability on its file."""
    if os.getuid() != 0:
        pytest.skip('only a root can make them')
    ordinary.write('project/who.c', WHO)
    ordinary.plain('gcc -O1 -o who who.c')
    made = {}
    for name, mode in (('plain', 0o755), ('setuid', 0o4755), ('setgid', 0o2755), ('capable', 0o755)):
        made[name] = os.path.join(ordinary.base, name)
        shutil.copy(ordinary.path('project/who'), made[name])
        os.chown(made[name], 0, 0)
        os.chmod(made[name], mode)
    os.setxattr(made['capable'], 'security.capability', struct.pack('<IIIII', 0x02000001, 1 << NET_RAW, 0, 0, 0))
    return made


@pytest.mark.parametrize('mode', ['run', 'wrap'])
def test_they_give_nothing(ordinary, programs, mode):
    secret = os.path.join(ordinary.base, 'root-only')
    with open(secret, 'w', encoding='ascii') as f:
        f.write('x')
    os.chmod(secret, 0o600)
    nobody = str(ordinary.identity()['user'])
    for name, path in programs.items():
        control = ordinary.plain(f'{path} {secret}').stdout
        if name == 'setuid':
            assert control.startswith('euid 0 ') and 'refused' not in control, 'the positive control'
        if name == 'capable':
            assert int(control.split()[3], 16) == 1 << NET_RAW, 'the positive control'
        done = ordinary.run(mode, '-s', '--read-file', path, '--read-file', secret, '--allow-cwd', '--', path, secret)
        words = done.stdout.split()
        assert words[1] == nobody and int(words[3], 16) == 0 and 'refused' in done.stdout, (name, done)


def test_one_that_is_made_inside(world):
    """A mode can be set and does not help inside; a capability cannot be put on a file."""
    world.write('project/who.c', WHO)
    world.plain('gcc -O1 -o who who.c')
    done = world.sh('chmod 6755 who && ./who', '-s', '-p', 'claude-code')
    assert int(done.stdout.split()[3], 16) & ~0x4fb == 0, done
    script = ('import os, struct\n'
              'try: os.setxattr("who", "security.capability", struct.pack("<IIIII", 0x02000001, 1 << 13, 0, 0, 0)); print("set")\n'
              'except PermissionError: print("refused")')
    if world.user == 'root':
        world.write('control/set.py', script)
        assert world.plain('python3 ~/control/set.py').stdout == 'set\n', 'the positive control'
        world.plain('cp who new && mv new who')
    world.write('project/set.py', script)
    assert world.sh('python3 set.py', '-s', '-p', 'claude-code').stdout == 'refused\n'


def test_helpers_of_the_system(ordinary):
    """su and the like start, and find themselves without rights."""
    path = shutil.which('su') or shutil.which('passwd')
    if not path or not os.stat(path).st_mode & 0o4000:
        pytest.skip('no setuid program on this system')
    assert ordinary.sh(f'ls -l {path} | cut -c1-4; {path} --help > /dev/null; echo $?', '-s').stdout.endswith('\n0\n')
    done = ordinary.sh(f'{path} root -c id < /dev/null; id -u', '-s')
    assert done.stdout.strip().split('\n')[-1] == str(ordinary.identity().get('user', os.getuid())), done
    assert 'uid=0' not in done.stdout
