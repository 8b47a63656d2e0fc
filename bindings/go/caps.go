// caps.go - capability sets.  SPDX-License-Identifier: Apache-2.0

// Package nono is a capability sandbox: what a process may do, asked and enforced. See nono.h for what each call
// promises.
package nono

/*
#include <nono.h>
#include <stdlib.h>
*/
import "C"

import (
	"runtime"
	"unsafe"
)

// Access to a path.
type Access uint32

// What may be granted and asked for.
const (
	Read      Access = C.NONO_ACCESS_MODE_READ
	Write     Access = C.NONO_ACCESS_MODE_WRITE
	ReadWrite Access = C.NONO_ACCESS_MODE_READ_WRITE
)

// Network is what of the network may be used.
type Network uint32

// The modes of nono.h.
const (
	NetworkBlocked   Network = C.NONO_NETWORK_MODE_BLOCKED
	NetworkAllowAll  Network = C.NONO_NETWORK_MODE_ALLOW_ALL
	NetworkProxyOnly Network = C.NONO_NETWORK_MODE_PROXY_ONLY
)

// Source is who put an entry into a set.
type Source int

// The sources of nono.h.
const (
	SourceUser    Source = C.NONO_CAPABILITY_SOURCE_TAG_USER
	SourceGroup   Source = C.NONO_CAPABILITY_SOURCE_TAG_GROUP
	SourceSystem  Source = C.NONO_CAPABILITY_SOURCE_TAG_SYSTEM
	SourceProfile Source = C.NONO_CAPABILITY_SOURCE_TAG_PROFILE
)

// Entry is one granted path.
type Entry struct {
	Original, Resolved string
	Access             Access
	IsFile             bool
	Source             Source
	Group              string
}

// CapabilitySet says what a process may do. Close frees it; so does the garbage collector.
type CapabilitySet struct {
	ptr *C.NonoCapabilitySet
}

// New makes an empty set: no file, and an open network.
func New() *CapabilitySet {
	ptr := C.nono_capability_set_new()
	if ptr == nil {
		panic("nono: out of memory")
	}
	return own(ptr)
}

func own(ptr *C.NonoCapabilitySet) *CapabilitySet {
	c := &CapabilitySet{ptr}
	runtime.SetFinalizer(c, (*CapabilitySet).Close)
	return c
}

// Close frees the set. A second one does nothing.
func (c *CapabilitySet) Close() error {
	C.nono_capability_set_free(c.ptr)
	c.ptr = nil
	runtime.SetFinalizer(c, nil)
	return nil
}

// with makes a call that takes one text.
func (c *CapabilitySet) with(text string, f func(*C.char) C.NonoErrorCode) error {
	if c == nil || c.ptr == nil {
		return errClosed
	}
	if err := checkNUL(text); err != nil {
		return err
	}
	s := C.CString(text)
	defer C.free(unsafe.Pointer(s))
	defer runtime.KeepAlive(c)
	return call(func() C.NonoErrorCode { return f(s) })
}

// AllowPath grants a directory and all that is below it.
func (c *CapabilitySet) AllowPath(path string, access Access) error {
	return c.with(path, func(s *C.char) C.NonoErrorCode {
		return C.nono_capability_set_allow_path(c.ptr, s, C.uint32_t(access))
	})
}

// AllowFile grants one file.
func (c *CapabilitySet) AllowFile(path string, access Access) error {
	return c.with(path, func(s *C.char) C.NonoErrorCode {
		return C.nono_capability_set_allow_file(c.ptr, s, C.uint32_t(access))
	})
}

// AllowCommand lets Run start a command although a rule blocks it.
func (c *CapabilitySet) AllowCommand(name string) error {
	return c.with(name, func(s *C.char) C.NonoErrorCode { return C.nono_capability_set_allow_command(c.ptr, s) })
}

// BlockCommand lets Run refuse to start a command.
func (c *CapabilitySet) BlockCommand(name string) error {
	return c.with(name, func(s *C.char) C.NonoErrorCode { return C.nono_capability_set_block_command(c.ptr, s) })
}

// AddPlatformRule adds a rule of another system's sandbox; on Linux it is checked and changes nothing.
func (c *CapabilitySet) AddPlatformRule(rule string) error {
	return c.with(rule, func(s *C.char) C.NonoErrorCode { return C.nono_capability_set_add_platform_rule(c.ptr, s) })
}

// SetNetworkMode says what of the network may be used.
func (c *CapabilitySet) SetNetworkMode(mode Network) error {
	return c.with("", func(*C.char) C.NonoErrorCode {
		return C.nono_capability_set_set_network_mode(c.ptr, C.uint32_t(mode))
	})
}

// SetProxyPort sets the port of NetworkProxyOnly.
func (c *CapabilitySet) SetProxyPort(port uint16) error {
	return c.with("", func(*C.char) C.NonoErrorCode {
		return C.nono_capability_set_set_proxy_port(c.ptr, C.uint16_t(port))
	})
}

// NetworkMode returns the mode; NetworkBlocked for a closed set.
func (c *CapabilitySet) NetworkMode() Network {
	defer runtime.KeepAlive(c)
	return Network(C.nono_capability_set_network_mode(c.ptr))
}

// ProxyPort returns the port of NetworkProxyOnly, 0 in other modes.
func (c *CapabilitySet) ProxyPort() uint16 {
	defer runtime.KeepAlive(c)
	return uint16(C.nono_capability_set_proxy_port(c.ptr))
}

// Deduplicate joins entries of one object.
func (c *CapabilitySet) Deduplicate() {
	C.nono_capability_set_deduplicate(c.ptr)
	runtime.KeepAlive(c)
}

// PathCovered tells whether a path is a granted one or below one.
func (c *CapabilitySet) PathCovered(path string) (covered bool, err error) {
	err = c.with(path, func(s *C.char) C.NonoErrorCode {
		covered = bool(C.nono_capability_set_path_covered(c.ptr, s))
		return C.NONO_ERROR_CODE_OK
	})
	return covered, err
}

// Summary is the set in a few lines for people.
func (c *CapabilitySet) Summary() string {
	defer runtime.KeepAlive(c)
	return takeString(C.nono_capability_set_summary(c.ptr))
}

// Notes are what a person should know of how the set was composed, one a line.
func (c *CapabilitySet) Notes() string {
	defer runtime.KeepAlive(c)
	return takeString(C.nono_capability_set_notes(c.ptr))
}

// Entries lists what is granted.
func (c *CapabilitySet) Entries() []Entry {
	defer runtime.KeepAlive(c)
	entries := make([]Entry, int(C.nono_capability_set_fs_count(c.ptr)))
	for i := range entries {
		at := C.uintptr_t(i)
		entries[i] = Entry{
			Original: takeString(C.nono_capability_set_fs_original(c.ptr, at)),
			Resolved: takeString(C.nono_capability_set_fs_resolved(c.ptr, at)),
			Access:   Access(C.nono_capability_set_fs_access(c.ptr, at)),
			IsFile:   bool(C.nono_capability_set_fs_is_file(c.ptr, at)),
			Source:   Source(C.nono_capability_set_fs_source_tag(c.ptr, at)),
			Group:    takeString(C.nono_capability_set_fs_source_group_name(c.ptr, at)),
		}
	}
	return entries
}
