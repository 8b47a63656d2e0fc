// sandbox.go - confining, running, profiles, states.  SPDX-License-Identifier: Apache-2.0

package nono

/*
#include <nono.h>
#include <stdlib.h>
*/
import "C"

import (
	"math"
	"runtime"
	"time"
	"unsafe"
)

// Version is the library's.
func Version() string {
	return takeString(C.nono_version())
}

// IsSupported tells whether this system can confine anything.
func IsSupported() bool {
	return bool(C.nono_sandbox_is_supported())
}

// SupportInfo tells the platform, and in a text for people what it can do.
func SupportInfo() (platform, details string) {
	info := C.nono_sandbox_support_info()
	return takeString(info.platform), takeString(info.details)
}

// Apply confines this process, every thread of it, for good.
func Apply(c *CapabilitySet) error {
	return c.with("", func(*C.char) C.NonoErrorCode { return C.nono_sandbox_apply(c.ptr) })
}

// cStrings makes a NULL-terminated array in C's memory; nil for nil.
func cStrings(texts []string) (**C.char, func()) {
	if texts == nil {
		return nil, func() {}
	}
	array := (**C.char)(C.calloc(C.size_t(len(texts)+1), C.size_t(unsafe.Sizeof((*C.char)(nil)))))
	items := unsafe.Slice(array, len(texts)+1)
	for i, s := range texts {
		items[i] = C.CString(s)
	}
	return array, func() {
		for _, s := range items {
			C.free(unsafe.Pointer(s))
		}
		C.free(unsafe.Pointer(array))
	}
}

// optional makes a C string, or NULL of "".
func optional(text string) *C.char {
	if text == "" {
		return nil
	}
	return C.CString(text)
}

// RunOptions says how a command is run.
type RunOptions struct {
	Env                   []string // NAME=value
	Dir                   string   // "": the current directory
	Stdin, Stdout, Stderr int      // descriptors; 0: this process's own

	Timeout  time.Duration // then it gets SIGTERM; 0: no limit
	Grace    time.Duration // from there to SIGKILL; 0: two seconds, below 0: SIGKILL at once
	SignalFd int           // each byte read from it is the number of a signal for the command; 0: none
	OwnGroup bool          // it leads a process group, and all of that is meant
}

// Stop says whether a run was ended from outside.
type Stop int

// What ended it.
const (
	StopNone    Stop = C.NONO_RUN_STOP_NONE
	StopTimeout Stop = C.NONO_RUN_STOP_TIMEOUT
	StopSignal  Stop = C.NONO_RUN_STOP_SIGNAL
)

// RunResult says how a command ended.
type RunResult struct {
	ExitCode, Signal int
	Stop             Stop
	Report           string // JSON: what was refused
}

func descriptor(fd int) C.int {
	if fd == 0 {
		return -1
	}
	return C.int(fd)
}

// milliseconds is at least one, for 0 is no limit.
func milliseconds(d time.Duration) C.uint32_t {
	if ms := d.Milliseconds(); ms < 1 {
		return 1
	} else if ms < math.MaxUint32 {
		return C.uint32_t(ms)
	}
	return math.MaxUint32
}

func control(o RunOptions) C.NonoRunControl {
	c := C.NonoRunControl{size: C.size_t(unsafe.Sizeof(C.NonoRunControl{})), grace_ms: 2000,
		signal_fd: descriptor(o.SignalFd), own_group: C.bool(o.OwnGroup)}
	if o.Timeout > 0 {
		c.timeout_ms = milliseconds(o.Timeout)
	}
	if o.Grace > 0 {
		c.grace_ms = milliseconds(o.Grace)
	} else if o.Grace < 0 {
		c.grace_ms = 0
	}
	return c
}

// Run runs one command in the sandbox and waits for its end.
func Run(c *CapabilitySet, argv []string, o RunOptions) (RunResult, error) {
	if err := checkNUL(append(append([]string{o.Dir}, argv...), o.Env...)...); err != nil {
		return RunResult{}, err
	}
	words, freeWords := cStrings(argv)
	defer freeWords()
	env, freeEnv := cStrings(o.Env)
	defer freeEnv()
	dir := optional(o.Dir)
	defer C.free(unsafe.Pointer(dir))
	opts := (*C.NonoRunOptions)(C.calloc(1, C.size_t(unsafe.Sizeof(C.NonoRunOptions{}))))
	defer C.free(unsafe.Pointer(opts))
	opts.size = C.size_t(unsafe.Sizeof(*opts))
	opts.env = env
	opts.workdir = dir
	opts.stdin_fd, opts.stdout_fd, opts.stderr_fd = descriptor(o.Stdin), descriptor(o.Stdout), descriptor(o.Stderr)
	var r C.NonoRunResult
	var stop C.NonoRunStop
	how := control(o)
	if err := c.with("", func(*C.char) C.NonoErrorCode {
		return C.nono_run_command_controlled(c.ptr, words, opts, &how, &r, &stop)
	}); err != nil {
		return RunResult{}, err
	}
	return RunResult{int(r.exit_code), int(r.signal), Stop(stop), takeString(r.report_json)}, nil
}

// ProfileOptions says what a profile is composed with. Nothing is read from the environment.
type ProfileOptions struct {
	Home, Workdir               string // absolute; needed
	ConfigDir                   string
	Env                         []string
	ShareWorkdir, CreateMissing bool
}

// LoadProfile makes a set of the built-in groups and a profile; "" is the groups alone.
func LoadProfile(nameOrPath string, o ProfileOptions) (*CapabilitySet, error) {
	if err := checkNUL(append([]string{nameOrPath, o.Home, o.Workdir, o.ConfigDir}, o.Env...)...); err != nil {
		return nil, err
	}
	env, freeEnv := cStrings(o.Env)
	defer freeEnv()
	texts := []*C.char{optional(nameOrPath), optional(o.Home), optional(o.Workdir), optional(o.ConfigDir)}
	for _, s := range texts {
		defer C.free(unsafe.Pointer(s))
	}
	opts := (*C.NonoProfileOptions)(C.calloc(1, C.size_t(unsafe.Sizeof(C.NonoProfileOptions{}))))
	defer C.free(unsafe.Pointer(opts))
	opts.size = C.size_t(unsafe.Sizeof(*opts))
	opts.home, opts.workdir, opts.config_dir, opts.env = texts[1], texts[2], texts[3], env
	opts.share_workdir, opts.create_missing = C.bool(o.ShareWorkdir), C.bool(o.CreateMissing)
	var ptr *C.NonoCapabilitySet
	if err := call(func() C.NonoErrorCode { return C.nono_profile_load_caps(texts[0], opts, &ptr) }); err != nil {
		return nil, err
	}
	return own(ptr), nil
}

// StateJSON writes a set down.
func StateJSON(c *CapabilitySet) (text string, err error) {
	if c == nil || c.ptr == nil {
		return "", errClosed
	}
	err = callFor(func() bool {
		state := C.nono_sandbox_state_from_caps(c.ptr)
		defer C.nono_sandbox_state_free(state)
		if state == nil {
			return false
		}
		text = takeString(C.nono_sandbox_state_to_json(state))
		return text != ""
	})
	runtime.KeepAlive(c)
	return text, err
}

// FromStateJSON makes a set of what was written down.
func FromStateJSON(text string) (*CapabilitySet, error) {
	if err := checkNUL(text); err != nil {
		return nil, err
	}
	s := C.CString(text)
	defer C.free(unsafe.Pointer(s))
	var ptr *C.NonoCapabilitySet
	if err := callFor(func() bool {
		state := C.nono_sandbox_state_from_json(s)
		defer C.nono_sandbox_state_free(state)
		if state != nil {
			ptr = C.nono_sandbox_state_to_caps(state)
		}
		return ptr != nil
	}); err != nil {
		return nil, err
	}
	return own(ptr), nil
}
