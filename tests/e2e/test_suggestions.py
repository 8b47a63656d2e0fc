# test_suggestions.py - what nono says would allow something does allow it.  SPDX-License-Identifier: Apache-2.0
import re
import shlex

import pytest

# A script, and what it needs to exist before.
CASES = {
    'a key': ('cat ~/.ssh/id_ed25519', ['.ssh/id_ed25519', '.ssh/other']),
    'a start-up file': ('cat ~/.bashrc', ['.bashrc']),
    'a credential directory': ('ls ~/.aws', ['.aws/credentials']),
    'a plain file': ('cat ~/notes', ['notes']),
    'a file to change': ('echo x >> ~/notes', ['notes']),
    'a new file': ('echo x > ~/docs/new', ['docs/old']),
    'a new file beside denied ones': ('echo x > ~/new', []),
    'a file to remove': ('/bin/rm ~/docs/old', ['docs/old']),
    'a name with a space': ('cat ~/"two words"', ['two words']),
    'a directory': ('ls ~/docs', ['docs/old']),
}


@pytest.mark.parametrize('name', CASES)
def test_suggestion_works(world, name):
    script, files = CASES[name]
    for file in files:
        world.write(file, 'text')
    refused = world.sh(script)
    assert refused.returncode != 0
    found = re.findall(r'^      to allow it: (.*)$', refused.stderr, re.M)
    assert len(found) == 1, refused.stderr
    flags = found[0].removeprefix('make it first, then ')
    if flags != found[0]:
        world.write('new', '')
    allowed = world.sh(script, *shlex.split(flags))
    assert allowed.returncode == 0, (found, allowed.stderr)


def test_removing_beside_denied_paths_has_no_flag(world):
    world.write('notes', 'text')
    refused = world.sh('/bin/rm ~/notes')
    assert '      no flag allows it: denied paths lie in what would have to be granted\n' in refused.stderr
    assert 'to allow it' not in refused.stderr


def test_a_suggestion_opens_no_more_than_was_asked(world):
    for file in ('.ssh/id_ed25519', '.ssh/other'):
        world.write(file, 'text')
    refused = world.sh('cat ~/.ssh/id_ed25519')
    flags = shlex.split(re.search(r'to allow it: (.*)', refused.stderr).group(1))
    assert world.sh('cat ~/.ssh/id_ed25519', *flags).stdout == 'text'
    other = world.sh('cat ~/.ssh/other', *flags)
    assert other.returncode == 1 and 'Permission denied' in other.stderr
