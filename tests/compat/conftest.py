# conftest.py - the same worlds as the end-to-end tests.  SPDX-License-Identifier: Apache-2.0
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, 'tests', 'e2e'), os.path.join(ROOT, 'tools')]

import pytest  # noqa: E402
from world import ORDINARY, World  # noqa: E402


@pytest.fixture
def world():
    w = World(ORDINARY if os.getuid() == 0 else os.environ.get('USER', 'self'))
    yield w
    w.done()
