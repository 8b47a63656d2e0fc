// main.go - how existing Go clients use the library: its header alone, its older name, struct and enum tags.
// SPDX-License-Identifier: Apache-2.0

package main

/*
#cgo LDFLAGS: -lnono_ffi -ldl -lpthread -lm
#include "nono.h"
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"
)

type status int
type tag int

type set struct{ ptr *C.struct_NonoCapabilitySet }
type context struct{ ptr *C.struct_NonoQueryContext }
type state struct{ ptr *C.struct_NonoSandboxState }

func goString(s *C.char) string {
	if s == nil {
		return ""
	}
	defer C.nono_string_free(s)
	return C.GoString(s)
}

func check(ok bool, what string) {
	if !ok {
		fmt.Println("not ok -", what)
		os.Exit(1)
	}
	fmt.Println("ok -", what)
}

func main() {
	runtime.LockOSThread()
	s := set{C.nono_capability_set_new()}
	path := C.CString(os.Args[1])
	defer C.free(unsafe.Pointer(path))
	code := C.nono_capability_set_allow_path(s.ptr, path, C.uint32_t(C.NONO_ACCESS_MODE_READ_WRITE))
	check(C.int(code) == 0, "a grant")
	check(C.int(C.nono_capability_set_set_network_blocked(s.ptr, C.bool(true))) == 0, "a closed network")
	access := C.nono_capability_set_fs_access(s.ptr, C.uintptr_t(7))
	check(access == C.NONO_ACCESS_MODE_INVALID, "no seventh entry")
	check(int(C.nono_capability_set_fs_count(s.ptr)) == 1, "one entry")
	check(tag(C.nono_capability_set_fs_source_tag(s.ptr, 0)) == C.NONO_CAPABILITY_SOURCE_TAG_USER, "from the user")
	check(uint16(C.nono_capability_set_proxy_port(s.ptr)) == 0, "no proxy")

	q := context{C.nono_query_context_new(s.ptr)}
	var result C.NonoQueryResult
	code = C.nono_query_context_query_path(q.ptr, path, C.uint32_t(0), &result)
	check(C.int(code) == 0 && status(result.status) == C.NONO_QUERY_STATUS_ALLOWED, "an answer")
	check(goString(result.granted_path) == os.Args[1] && goString(result.access) != "", "with its grant")
	goString(result.granted)
	goString(result.requested)
	C.nono_query_context_free(q.ptr)

	w := state{C.nono_sandbox_state_from_caps(s.ptr)}
	json := C.nono_sandbox_state_to_json(w.ptr)
	again := state{C.nono_sandbox_state_from_json(json)}
	check(goString(C.nono_sandbox_state_to_json(again.ptr)) == goString(json), "the same text again")
	C.nono_sandbox_state_free(w.ptr)
	C.nono_sandbox_state_free(again.ptr)

	info := C.nono_sandbox_support_info()
	check(bool(C.nono_sandbox_is_supported()) == bool(info.is_supported), "support")
	check(goString(info.platform) != "" && goString(info.details) != "", "in words")
	code = C.nono_capability_set_set_network_mode(s.ptr, C.uint32_t(99))
	check(int(code) == int(C.NONO_ERROR_CODE_ERR_INVALID_ARG) && goString(C.nono_last_error()) != "", "an error")
	C.nono_clear_error()
	check(C.int(C.nono_sandbox_apply(s.ptr)) == 0, "confined")
	_, err := os.ReadDir("/etc")
	check(os.IsPermission(err), "indeed")
	C.nono_capability_set_free(s.ptr)
}
