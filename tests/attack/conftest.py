# conftest.py - every attack is made as an ordinary user, and as root where the runner is.  SPDX-License-Identifier: Apache-2.0
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'e2e'))
from world import ORDINARY, World  # noqa: E402 - its directory has only now been made known

USERS = [ORDINARY, 'root'] if os.getuid() == 0 else [os.environ.get('USER', 'self')]


@pytest.fixture(params=USERS)
def world(request):
    w = World(request.param)
    yield w
    w.done()


@pytest.fixture
def ordinary():
    """For what only an ordinary user can show."""
    w = World(USERS[0])
    yield w
    w.done()
