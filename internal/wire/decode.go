package wire

import (
	"strconv"
	"strings"
)

// MaxElements bounds the members of all lists and maps of one request together, so that a small body cannot grow large in memory.
const MaxElements = 10_000

// maxDepth bounds the nesting of a request; the deepest model has 8 levels.
const maxDepth = 32

// Missing lists the paths of required members that a request does not have, in the words of a validation error.
type Missing []string

// pathStack is where in the input a decoder or a validation stands.
type pathStack []string

func (p *pathStack) push(s string)   { *p = append(*p, s) }
func (p *pathStack) pushIndex(i int) { *p = append(*p, strconv.Itoa(i+1), "member") }
func (p *pathStack) pop(n int)       { *p = (*p)[:len(*p)-n] }
func (p pathStack) String() string   { return strings.Join(p, ".") }
func (p pathStack) with(last string) string {
	if len(p) == 0 {
		return last
	}
	return p.String() + "." + last
}

// SyntaxError is a body that the protocol's grammar or the types of the model do not allow.
type SyntaxError struct{ Message string }

// Error implements error.
func (e *SyntaxError) Error() string { return e.Message }

func syntax(message string) error { return &SyntaxError{message} }
