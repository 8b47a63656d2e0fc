# conftest.py - every end-to-end test runs as an ordinary user, and as root where the runner is.  SPDX-License-Identifier: Apache-2.0
import os

import pytest
from world import ORDINARY, World

USERS = [ORDINARY, 'root'] if os.getuid() == 0 else [os.environ.get('USER', 'self')]


@pytest.fixture
def ordinary():
    """For what root is not stopped by."""
    w = World(USERS[0])
    yield w
    w.done()


@pytest.fixture(params=USERS)
def world(request):
    w = World(request.param)
    yield w
    w.done()
