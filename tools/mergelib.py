#!/usr/bin/env python3
# mergelib.py - the objects of the C library become one, which shows its calls only.  SPDX-License-Identifier: Apache-2.0
"""usage: mergelib.py MAP OBJCOPY AR OUT.o OUT.a FOREIGN.a LINKER-COMMAND...

Runs the command with "FOREIGN.a -o OUT.o", makes every symbol local that the version script MAP does not list, and puts
the object into OUT.a. A symbol that is listed and not there is an error.

FOREIGN.a may be built for programs only, which reach the C library's stdin in a way that no shared library can. It is
given nono_no_stdin instead (src/api/text.c); nothing that is called looks at it."""
import os
import re
import subprocess
import sys
import tempfile


def listed(path):
    with open(path, encoding='utf-8') as f:
        text = re.sub(r'/\*.*?\*/', '', f.read(), flags=re.S)
    return re.findall(r'^\s*(\w+);', text.split('local:')[0], re.M)


def defined(path):
    """Global symbols that an object defines, read from nm's portable output."""
    out = subprocess.run(['nm', '-gP', '--defined-only', path], capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in out.splitlines() if line}


def main(version_script, objcopy, ar, out_o, out_a, foreign, *command):
    names = listed(version_script)
    with tempfile.TemporaryDirectory() as scratch:
        copy, keep = os.path.join(scratch, 'foreign.a'), os.path.join(scratch, 'keep')
        subprocess.run([objcopy, '--redefine-sym', 'stdin=nono_no_stdin', foreign, copy], check=True)
        subprocess.run([*command, copy, '-o', out_o], check=True)
        missing = sorted(set(names) - defined(out_o))
        if missing:
            sys.exit(f'{version_script}: not defined: {" ".join(missing)}')
        with open(keep, 'w', encoding='utf-8') as f:
            f.write('\n'.join(names) + '\n')
        subprocess.run([objcopy, f'--keep-global-symbols={keep}', out_o], check=True)
    subprocess.run([objcopy, '--strip-unneeded', out_o], check=True)
    if os.path.exists(out_a):
        os.unlink(out_a)
    subprocess.run([ar, 'rcsD', out_a, out_o], check=True)


if __name__ == '__main__':
    main(*sys.argv[1:])
