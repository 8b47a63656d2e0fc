# test_nono.py - the Python binding.  SPDX-License-Identifier: Apache-2.0
import os
import shutil
import tempfile
import threading
import unittest

import nono
from nono import Access, CapabilitySet, ErrorCode, Network, NonoError, Operation, QueryContext, Reason, SandboxState

NEEDED = [d for d in ('/usr', '/bin', '/lib', '/lib64', '/etc') if os.path.isdir(d)]


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix='nono-python-', dir='/var/tmp')
        self.addCleanup(shutil.rmtree, self.dir)
        self.granted = os.path.join(self.dir, 'granted')
        self.secret = os.path.join(self.dir, 'secret')
        os.mkdir(self.granted)
        for path in (self.secret, os.path.join(self.granted, 'file')):
            with open(path, 'w', encoding='utf-8') as f:
                f.write('text')

    def caps(self, access=Access.READ):
        caps = CapabilitySet()
        caps.allow_path(self.granted, access)
        return caps

    def test_about(self):
        self.assertRegex(nono.version(), r'^\d+\.\d+')
        info = nono.support_info()
        self.assertEqual(info['platform'], 'linux')
        self.assertEqual(info['is_supported'], nono.is_supported())

    def test_questions(self):
        ctx = QueryContext(self.caps())
        yes = ctx.query_path(os.path.join(self.granted, 'new'), Access.READ)
        self.assertEqual((yes.allowed, yes.reason, yes.granted_path, yes.access),
                         (True, Reason.GRANTED_PATH, self.granted, 'read'))
        no = ctx.query_path(self.granted, Access.WRITE)
        self.assertEqual((no.allowed, no.reason, no.granted, no.requested),
                         (False, Reason.INSUFFICIENT_ACCESS, 'read', 'write'))
        self.assertEqual(ctx.query_path(self.secret, Access.READ).reason, Reason.PATH_NOT_GRANTED)
        self.assertTrue(ctx.query_network().allowed)
        why = self.caps().explain(self.secret, Operation.READ)
        self.assertFalse(why.allowed)
        self.assertIn('--read-file', why.suggested_flag)

    def test_entries_and_modes(self):
        caps = self.caps(Access.READ_WRITE)
        entry = caps.entries[0]
        self.assertEqual((entry.resolved, entry.access, entry.is_file, entry.source, entry.group),
                         (self.granted, Access.READ_WRITE, False, nono.Source.USER, None))
        caps.set_proxy_port(3128)
        caps.set_network_mode(Network.PROXY_ONLY)
        self.assertEqual((caps.network_mode, caps.proxy_port), (Network.PROXY_ONLY, 3128))
        self.assertIn(self.granted, caps.summary)
        self.assertEqual(caps.notes, [])

    def test_errors(self):
        caps = CapabilitySet()
        with self.assertRaises(NonoError) as raised:
            caps.allow_path('/no/such/path', Access.READ)
        self.assertEqual(raised.exception.code, ErrorCode.PATH_NOT_FOUND)
        self.assertIn('/no/such/path', str(raised.exception))
        with self.assertRaises(NonoError) as raised:
            caps.allow_path(self.secret, Access.READ)
        self.assertEqual(raised.exception.code, ErrorCode.EXPECTED_DIRECTORY)
        self.assertTrue(raised.exception.remediation['is_file'])
        with self.assertRaises(NonoError) as raised:
            nono.apply(caps)
        self.assertEqual(raised.exception.code, ErrorCode.NO_CAPABILITIES)
        with self.assertRaises(NonoError):
            SandboxState.from_json('{}')
        with self.assertRaises(ValueError):
            caps.allow_path('/tmp\0/x', Access.READ)
        caps.close()
        caps.close()
        with self.assertRaises(ValueError):
            caps.allow_path(self.granted, Access.READ)

    def test_state(self):
        caps = self.caps(Access.READ_WRITE)
        caps.set_network_mode(Network.BLOCKED)
        text = SandboxState.from_caps(caps).to_json()
        state = SandboxState.from_json(text)
        self.assertEqual(state.to_json(), text)
        back = state.to_caps()
        self.assertEqual(back.network_mode, Network.BLOCKED)
        self.assertEqual([e.resolved for e in back.entries], [self.granted])

    def test_reports(self):
        report = nono.session_report(1, [{'path': '/x', 'access': 'Read', 'reason': 'PolicyBlocked'}])
        self.assertEqual(report['diagnostics'][-1]['remediation'], {'kind': 'check_policy'})
        self.assertEqual(nono.merge_report(report)['session'], report)
        with self.assertRaises(NonoError):
            nono.session_report(1, [{'path': '/x'}])

    def in_child(self, work):
        """What work returns in a forked child: 0, or the errno that it ended with."""
        pid = os.fork()
        if pid == 0:
            code = 99
            try:
                code = work()
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    @staticmethod
    def try_open(path):
        try:
            with open(path, encoding='utf-8') as f:
                return 0 if f.read() == 'text' else 98
        except OSError as e:
            return e.errno

    def test_apply(self):
        caps = self.caps()
        allowed = os.path.join(self.granted, 'file')
        self.assertEqual(self.in_child(lambda: self.try_open(self.secret)), 0)

        def confined(path):
            nono.apply(caps)
            return self.try_open(path)

        self.assertEqual(self.in_child(lambda: confined(self.secret)), 13)
        self.assertEqual(self.in_child(lambda: confined(allowed)), 0)

    def test_apply_with_threads(self):
        caps = self.caps()

        def confined(path):
            go, answer = threading.Event(), []
            thread = threading.Thread(target=lambda: (go.wait(), answer.append(self.try_open(path))))
            thread.start()
            nono.apply(caps)
            go.set()
            thread.join()
            return answer[0]

        self.assertEqual(self.in_child(lambda: confined(self.secret)), 13)
        self.assertEqual(self.in_child(lambda: confined(os.path.join(self.granted, 'file'))), 0)

    def test_run(self):
        caps = CapabilitySet()
        for path in NEEDED:
            caps.allow_path(path, Access.READ)
        read_end, write_end = os.pipe()
        env = {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C'}
        result = nono.run(caps, ['cat', self.secret], env=env, stderr=write_end)
        os.close(write_end)
        with os.fdopen(read_end) as f:
            self.assertIn('Permission denied', f.read())
        self.assertEqual(result.exit_code, 1)
        self.assertEqual(result.report['denials'][0]['path'], self.secret)
        self.assertEqual(nono.run(caps, ['sh', '-c', 'exit 5'], env=env).exit_code, 5)
        with self.assertRaises(NonoError) as raised:
            nono.run(caps, ['no-such-command'], env=env)
        self.assertEqual(raised.exception.code, ErrorCode.PATH_NOT_FOUND)

    def test_run_that_is_ended(self):
        caps = CapabilitySet()
        for path in NEEDED:
            caps.allow_path(path, Access.READ)
        slow, env = ['sh', '-c', 'exec sleep 100'], {'PATH': '/usr/bin:/bin'}
        late = nono.run(caps, slow, env=env, timeout=0.1)
        self.assertEqual((late.exit_code, late.signal, late.stop), (143, 15, nono.Stop.TIMEOUT))
        late = nono.run(caps, slow, env=env, timeout=0, grace=0, own_group=True)
        self.assertEqual((late.signal, late.stop), (9, nono.Stop.TIMEOUT))
        self.assertEqual(nono.run(caps, ['sh', '-c', 'exit 4'], env=env, timeout=50).stop, nono.Stop.NONE)
        read_end, write_end = os.pipe()
        try:
            timer = threading.Timer(0.1, os.write, [write_end, bytes([2])])
            timer.start()
            told = nono.run(caps, slow, env=env, signal_fd=read_end)
            timer.join()
        finally:
            os.close(read_end)
            os.close(write_end)
        self.assertEqual((told.signal, told.stop), (2, nono.Stop.SIGNAL))
        with self.assertRaises(ValueError):
            nono.run(caps, slow, env=env, timeout=-1)

    def test_profile(self):
        os.makedirs(os.path.join(self.dir, '.ssh'))
        caps = nono.load_profile(None, home=self.dir, workdir=self.granted, share_workdir=True)
        self.assertTrue(caps.explain(os.path.join(self.granted, 'file'), Operation.READ).allowed)
        why = caps.explain(os.path.join(self.dir, '.ssh'), Operation.READ)
        self.assertEqual((why.allowed, why.source), (False, 'group:deny_credentials'))
        self.assertTrue(any(e.group for e in caps.entries))
        with self.assertRaises(NonoError) as raised:
            nono.load_profile('no-such-profile', home=self.dir, workdir=self.granted)
        self.assertEqual(raised.exception.code, ErrorCode.PATH_NOT_FOUND)


if __name__ == '__main__':
    unittest.main()
