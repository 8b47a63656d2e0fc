// error.go - errors of the library.  SPDX-License-Identifier: Apache-2.0

package nono

/*
#cgo pkg-config: nono
#include <nono.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

// Code is what kind of failure a call ended with.
type Code int

// The codes of nono.h.
const (
	PathNotFound         Code = C.NONO_ERROR_CODE_ERR_PATH_NOT_FOUND
	ExpectedDirectory    Code = C.NONO_ERROR_CODE_ERR_EXPECTED_DIRECTORY
	ExpectedFile         Code = C.NONO_ERROR_CODE_ERR_EXPECTED_FILE
	PathCanonicalization Code = C.NONO_ERROR_CODE_ERR_PATH_CANONICALIZATION
	NoCapabilities       Code = C.NONO_ERROR_CODE_ERR_NO_CAPABILITIES
	SandboxInit          Code = C.NONO_ERROR_CODE_ERR_SANDBOX_INIT
	UnsupportedPlatform  Code = C.NONO_ERROR_CODE_ERR_UNSUPPORTED_PLATFORM
	BlockedCommand       Code = C.NONO_ERROR_CODE_ERR_BLOCKED_COMMAND
	ConfigParse          Code = C.NONO_ERROR_CODE_ERR_CONFIG_PARSE
	ProfileParse         Code = C.NONO_ERROR_CODE_ERR_PROFILE_PARSE
	IO                   Code = C.NONO_ERROR_CODE_ERR_IO
	InvalidArg           Code = C.NONO_ERROR_CODE_ERR_INVALID_ARG
	TrustVerification    Code = C.NONO_ERROR_CODE_ERR_TRUST_VERIFICATION
	Unknown              Code = C.NONO_ERROR_CODE_ERR_UNKNOWN
)

// Error is a call that failed. Two of the same Code match with errors.Is.
type Error struct {
	Code        Code
	Message     string
	Diagnostic  int    // a NonoDiagnosticCode
	Remediation string // JSON, or ""
}

func (e *Error) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("nono error %d", int(e.Code))
	}
	return e.Message
}

// Is reports whether target is an Error of the same Code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

var errClosed = errors.New("nono: closed")

// takeString copies and frees what the library returned; "" for NULL.
func takeString(s *C.char) string {
	defer C.nono_string_free(s)
	return C.GoString(s)
}

// call runs one call of the library. The last error is a thread's own, so the goroutine stays on its thread.
func call(f func() C.NonoErrorCode) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if code := f(); code != C.NONO_ERROR_CODE_OK {
		return lastError(Code(code))
	}
	return nil
}

// callFor is the same for a call that says by false that it failed.
func callFor(f func() bool) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if !f() {
		return lastError(Unknown)
	}
	return nil
}

func lastError(code Code) error {
	e := &Error{
		Code:        code,
		Message:     takeString(C.nono_last_error()),
		Diagnostic:  int(C.nono_last_diagnostic_code()),
		Remediation: takeString(C.nono_last_remediation_json()),
	}
	C.nono_clear_error()
	return e
}

// checkNUL refuses what C would see the beginning of only.
func checkNUL(texts ...string) error {
	for _, s := range texts {
		if strings.IndexByte(s, 0) >= 0 {
			return &Error{Code: InvalidArg, Message: "a string has a NUL byte"}
		}
	}
	return nil
}
