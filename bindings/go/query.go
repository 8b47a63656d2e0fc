// query.go - questions about a set.  SPDX-License-Identifier: Apache-2.0

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

// Reason is why something is allowed or denied.
type Reason int

// The reasons of nono.h.
const (
	GrantedPath        Reason = C.NONO_QUERY_REASON_GRANTED_PATH
	NetworkAllowed     Reason = C.NONO_QUERY_REASON_NETWORK_ALLOWED
	PathNotGranted     Reason = C.NONO_QUERY_REASON_PATH_NOT_GRANTED
	InsufficientAccess Reason = C.NONO_QUERY_REASON_INSUFFICIENT_ACCESS
	NetworkIsBlocked   Reason = C.NONO_QUERY_REASON_NETWORK_BLOCKED
)

// QueryResult is the answer to a question.
type QueryResult struct {
	Allowed                                 bool
	Reason                                  Reason
	GrantedPath, Access, Granted, Requested string
}

// QueryContext is a copy of a set, to ask questions of.
type QueryContext struct {
	ptr *C.NonoQueryContext
}

// NewQueryContext copies a set.
func NewQueryContext(c *CapabilitySet) (*QueryContext, error) {
	if c == nil || c.ptr == nil {
		return nil, errClosed
	}
	q := &QueryContext{}
	err := callFor(func() bool {
		q.ptr = C.nono_query_context_new(c.ptr)
		return q.ptr != nil
	})
	runtime.KeepAlive(c)
	if err != nil {
		return nil, err
	}
	runtime.SetFinalizer(q, (*QueryContext).Close)
	return q, nil
}

// Close frees the context. A second one does nothing.
func (q *QueryContext) Close() error {
	C.nono_query_context_free(q.ptr)
	q.ptr = nil
	runtime.SetFinalizer(q, nil)
	return nil
}

func takeResult(r *C.NonoQueryResult) QueryResult {
	return QueryResult{
		Allowed:     r.status == C.NONO_QUERY_STATUS_ALLOWED,
		Reason:      Reason(r.reason),
		GrantedPath: takeString(r.granted_path),
		Access:      takeString(r.access),
		Granted:     takeString(r.granted),
		Requested:   takeString(r.requested),
	}
}

// QueryPath asks whether a path may be opened.
func (q *QueryContext) QueryPath(path string, access Access) (QueryResult, error) {
	if q.ptr == nil {
		return QueryResult{}, errClosed
	}
	if err := checkNUL(path); err != nil {
		return QueryResult{}, err
	}
	s := C.CString(path)
	defer C.free(unsafe.Pointer(s))
	defer runtime.KeepAlive(q)
	var r C.NonoQueryResult
	if err := call(func() C.NonoErrorCode {
		return C.nono_query_context_query_path(q.ptr, s, C.uint32_t(access), &r)
	}); err != nil {
		return QueryResult{}, err
	}
	return takeResult(&r), nil
}

// QueryNetwork asks whether connections may be made.
func (q *QueryContext) QueryNetwork() (QueryResult, error) {
	if q.ptr == nil {
		return QueryResult{}, errClosed
	}
	defer runtime.KeepAlive(q)
	var r C.NonoQueryResult
	if err := call(func() C.NonoErrorCode { return C.nono_query_context_query_network(q.ptr, &r) }); err != nil {
		return QueryResult{}, err
	}
	return takeResult(&r), nil
}

// Operation is what may be done to a path.
type Operation uint32

// The operations of nono.h.
const (
	OpRead      Operation = C.NONO_OPERATION_READ
	OpWrite     Operation = C.NONO_OPERATION_WRITE
	OpReadWrite Operation = C.NONO_OPERATION_READ_WRITE
	OpCreate    Operation = C.NONO_OPERATION_CREATE
	OpUnlink    Operation = C.NONO_OPERATION_UNLINK
	OpExec      Operation = C.NONO_OPERATION_EXEC
)

// Explanation is why something is allowed or denied, and what would allow it.
type Explanation struct {
	Allowed                                                        bool
	Reason, Path, GrantedPath, Access, Source, Rule, SuggestedFlag string
}

// Explain asks by which rule something may be done to a path.
func (c *CapabilitySet) Explain(path string, op Operation) (Explanation, error) {
	var e C.NonoExplanation
	if err := c.with(path, func(s *C.char) C.NonoErrorCode {
		return C.nono_explain_path(c.ptr, s, C.uint32_t(op), &e)
	}); err != nil {
		return Explanation{}, err
	}
	defer C.nono_explanation_clear(&e)
	return Explanation{bool(e.allowed), C.GoString(e.reason), C.GoString(e.path), C.GoString(e.granted_path),
		C.GoString(e.access), C.GoString(e.source), C.GoString(e.rule), C.GoString(e.suggested_flag)}, nil
}
