// nono_test.go - the Go binding.  SPDX-License-Identifier: Apache-2.0

package nono

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// world makes a directory with a granted part and a secret beside it.
func world(t *testing.T) (granted, secret string) {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "nono-go-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	granted, secret = filepath.Join(dir, "granted"), filepath.Join(dir, "secret")
	if os.Mkdir(granted, 0o700) != nil || os.WriteFile(secret, []byte("text"), 0o600) != nil ||
		os.WriteFile(filepath.Join(granted, "file"), []byte("text"), 0o600) != nil {
		t.Fatal("cannot make a world")
	}
	return granted, secret
}

func capsFor(t *testing.T, dir string, access Access) *CapabilitySet {
	t.Helper()
	c := New()
	if err := c.AllowPath(dir, access); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAbout(t *testing.T) {
	platform, details := SupportInfo()
	if Version() == "" || platform != "linux" || !strings.Contains(details, "Landlock") {
		t.Error(Version(), platform, details)
	}
}

func TestQuestions(t *testing.T) {
	granted, secret := world(t)
	c := capsFor(t, granted, Read)
	q, err := NewQueryContext(c)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	if r, err := q.QueryPath(granted+"/new", Read); err != nil || !r.Allowed || r.GrantedPath != granted || r.Access != "read" {
		t.Error(r, err)
	}
	if r, err := q.QueryPath(granted, Write); err != nil || r.Allowed || r.Reason != InsufficientAccess || r.Requested != "write" {
		t.Error(r, err)
	}
	if r, err := q.QueryPath(secret, Read); err != nil || r.Allowed || r.Reason != PathNotGranted {
		t.Error(r, err)
	}
	if r, err := q.QueryNetwork(); err != nil || !r.Allowed {
		t.Error(r, err)
	}
	if e, err := c.Explain(secret, OpRead); err != nil || e.Allowed || !strings.Contains(e.SuggestedFlag, "--read-file") {
		t.Error(e, err)
	}
}

func TestErrors(t *testing.T) {
	granted, secret := world(t)
	c := New()
	err := c.AllowPath("/no/such/path", Read)
	if !errors.Is(err, &Error{Code: PathNotFound}) || !strings.Contains(err.Error(), "/no/such/path") {
		t.Error(err)
	}
	var e *Error
	if err := c.AllowPath(secret, Read); !errors.As(err, &e) || e.Code != ExpectedDirectory ||
		!strings.Contains(e.Remediation, "grant_path") {
		t.Error(err)
	}
	if err := Apply(c); !errors.Is(err, &Error{Code: NoCapabilities}) {
		t.Error(err)
	}
	if err := c.AllowPath("/tmp\x00/x", Read); !errors.Is(err, &Error{Code: InvalidArg}) {
		t.Error(err)
	}
	if _, err := FromStateJSON("{}"); err == nil {
		t.Error("a state without keys was accepted")
	}
	c.Close()
	if c.Close() != nil || c.AllowPath(granted, Read) == nil || Apply(nil) == nil {
		t.Error("a closed set was used")
	}
}

func TestErrorsAreAThreadsOwn(t *testing.T) {
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		path := "/no/" + string(rune('a'+i))
		wg.Add(1)
		go func() {
			defer wg.Done()
			c := New()
			defer c.Close()
			for n := 0; n < 100; n++ {
				if err := c.AllowPath(path, Read); err == nil || !strings.Contains(err.Error(), path+" ") {
					t.Error(path, err)
				}
			}
		}()
	}
	wg.Wait()
}

func TestState(t *testing.T) {
	granted, _ := world(t)
	c := capsFor(t, granted, ReadWrite)
	if err := c.SetProxyPort(3128); err != nil {
		t.Fatal(err)
	}
	if err := c.SetNetworkMode(NetworkProxyOnly); err != nil {
		t.Fatal(err)
	}
	text, err := StateJSON(c)
	if err != nil {
		t.Fatal(err)
	}
	back, err := FromStateJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := StateJSON(back)
	entries := back.Entries()
	if err != nil || again != text || back.NetworkMode() != NetworkProxyOnly || back.ProxyPort() != 3128 ||
		len(entries) != 1 || entries[0].Resolved != granted || entries[0].Access != ReadWrite || entries[0].Group != "" {
		t.Error(err, again, entries)
	}
}

func TestRun(t *testing.T) {
	_, secret := world(t)
	c := New()
	for _, dir := range []string{"/usr", "/bin", "/lib", "/lib64", "/etc"} {
		if _, err := os.Stat(dir); err == nil {
			if err := c.AllowPath(dir, Read); err != nil {
				t.Fatal(err)
			}
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	o := RunOptions{Env: []string{"PATH=/usr/bin:/bin"}, Stderr: int(w.Fd())}
	if r, err := Run(c, []string{"cat", secret}, o); err != nil || r.ExitCode != 1 || !strings.Contains(r.Report, secret) {
		t.Error(r, err)
	}
	if r, err := Run(c, []string{"sh", "-c", "exit 5"}, o); err != nil || r.ExitCode != 5 {
		t.Error(r, err)
	}
	slow := []string{"sh", "-c", "exec sleep 100"}
	late := o
	late.Timeout, late.OwnGroup = 100*time.Millisecond, true
	if r, err := Run(c, slow, late); err != nil || r.ExitCode != 143 || r.Signal != 15 || r.Stop != StopTimeout {
		t.Fatal(r, err)
	}
	late.Grace = -1
	if r, err := Run(c, slow, late); err != nil || r.Signal != 9 || r.Stop != StopTimeout {
		t.Fatal(r, err)
	}
	told, teller, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer told.Close()
	defer teller.Close()
	if _, err := teller.Write([]byte{2}); err != nil {
		t.Fatal(err)
	}
	byHand := o
	byHand.SignalFd = int(told.Fd())
	if r, err := Run(c, slow, byHand); err != nil || r.Signal != 2 || r.Stop != StopSignal {
		t.Fatal(r, err)
	}
	if _, err := Run(c, []string{"no-such-command"}, o); !errors.Is(err, &Error{Code: PathNotFound}) {
		t.Error(err)
	}
}

func TestProfile(t *testing.T) {
	granted, _ := world(t)
	home := filepath.Dir(granted)
	if err := os.Mkdir(home+"/.ssh", 0o700); err != nil {
		t.Fatal(err)
	}
	c, err := LoadProfile("", ProfileOptions{Home: home, Workdir: granted, ShareWorkdir: true})
	if err != nil {
		t.Fatal(err)
	}
	if e, err := c.Explain(home+"/.ssh", OpRead); err != nil || e.Allowed || e.Source != "group:deny_credentials" {
		t.Error(e, err)
	}
	if e, err := c.Explain(granted, OpRead); err != nil || !e.Allowed {
		t.Error(e, err)
	}
	if _, err := LoadProfile("no-such-profile", ProfileOptions{Home: home, Workdir: granted}); !errors.Is(err, &Error{Code: PathNotFound}) {
		t.Error(err)
	}
}

// confined is what the child does: it confines itself, and then no thread of it may read the secret.
func confined(granted, secret string) string {
	c := New()
	if _, err := os.ReadFile(secret); err != nil {
		return err.Error()
	}
	ready, ask, answers := make(chan bool), make(chan bool), make(chan error)
	for i := 0; i < 8; i++ {
		go func() {
			// Each in a system call of its own, so that the runtime has as many threads.
			f, err := os.Open(secret)
			if err == nil {
				f.Close()
			}
			time.Sleep(10 * time.Millisecond)
			ready <- true
			<-ask
			_, err = os.ReadFile(secret)
			answers <- err
		}()
	}
	for i := 0; i < 8; i++ {
		<-ready
	}
	if err := c.AllowPath(granted, Read); err != nil {
		return err.Error()
	}
	if err := Apply(c); err != nil {
		return err.Error()
	}
	close(ask)
	for i := 0; i < 8; i++ {
		if err := <-answers; !errors.Is(err, syscall.EACCES) {
			return "a goroutine could read the secret"
		}
	}
	if text, err := os.ReadFile(granted + "/file"); err != nil || string(text) != "text" {
		return "what is granted cannot be read"
	}
	return "confined"
}

func TestApply(t *testing.T) {
	if secret := os.Getenv("NONO_TEST_SECRET"); secret != "" {
		os.Stdout.WriteString(confined(os.Getenv("NONO_TEST_GRANTED"), secret))
		os.Exit(0)
	}
	granted, secret := world(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestApply$")
	cmd.Env = append(os.Environ(), "NONO_TEST_SECRET="+secret, "NONO_TEST_GRANTED="+granted)
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "confined" {
		t.Errorf("%v: %s", err, out)
	}
}
