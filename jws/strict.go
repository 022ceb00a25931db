package jws

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"
)

const (
	// MaxObject is the longest text StrictObject reads, in bytes.
	MaxObject = 1 << 20
	// MaxDepth is how deep objects and arrays may be nested in it.
	MaxDepth = 32
)

// StrictObject decodes data, which must be exactly one JSON object in UTF-8, into v (a pointer, as for
// json.Unmarshal). Members v has no field for are ignored, but nothing can be read in two ways: no object in
// data, at any depth, has a member name twice, and no name matches a field of v in another case, which
// json.Unmarshal would take. Errors wrap ErrMalformed and do not repeat the input.
//
// A type with its own UnmarshalJSON is responsible for the cases of what is inside it.
func StrictObject(data []byte, v any) error {
	if len(data) > MaxObject {
		return malformed("JSON longer than 1 MiB")
	}
	if !utf8.Valid(data) || !json.Valid(data) {
		return malformed("not JSON")
	}
	data = bytes.TrimLeft(data, " \t\r\n")
	if data[0] != '{' {
		return malformed("not a JSON object")
	}
	s := scanner{data: data}
	if err := s.value(reflect.TypeOf(v), 0); err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return malformed("JSON does not fit")
	}
	return nil
}

// scanner walks JSON that is known to be valid, along the type it will be decoded into.
type scanner struct {
	data []byte
	at   int
}

// skip moves over blanks and over any of the given punctuation.
func (s *scanner) skip(punctuation string) {
	for s.at < len(s.data) && strings.IndexByte(" \t\r\n"+punctuation, s.data[s.at]) >= 0 {
		s.at++
	}
}

func (s *scanner) value(t reflect.Type, depth int) error {
	s.skip("")
	switch s.data[s.at] {
	case '{':
		return s.object(shape(t), depth+1)
	case '[':
		return s.array(shape(t), depth+1)
	case '"':
		s.text()
	default: // number, true, false, null
		for s.at < len(s.data) && strings.IndexByte(",]} \t\r\n", s.data[s.at]) < 0 {
			s.at++
		}
	}
	return nil
}

// text moves over a string and returns it with its quotes.
func (s *scanner) text() []byte {
	start := s.at
	for s.at++; s.data[s.at] != '"'; s.at++ {
		if s.data[s.at] == '\\' {
			s.at++
		}
	}
	s.at++
	return s.data[start:s.at]
}

func (s *scanner) object(t reflect.Type, depth int) error {
	if depth > MaxDepth {
		return malformed("JSON nested too deeply")
	}
	known, element := members(t)
	var names nameSet
	for s.at++; ; {
		s.skip(",")
		if s.data[s.at] == '}' {
			s.at++
			return nil
		}
		name, err := unquote(s.text())
		if err != nil {
			return err
		}
		if !names.add(name) {
			return malformed("JSON member given twice")
		}
		inner, err := match(known, name)
		if err != nil {
			return err
		}
		if inner == nil {
			inner = element
		}
		s.skip(":")
		if err := s.value(inner, depth); err != nil {
			return err
		}
	}
}

func (s *scanner) array(t reflect.Type, depth int) error {
	if depth > MaxDepth {
		return malformed("JSON nested too deeply")
	}
	var element reflect.Type
	if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
		element = t.Elem()
	}
	for s.at++; ; {
		s.skip(",")
		if s.data[s.at] == ']' {
			s.at++
			return nil
		}
		if err := s.value(element, depth); err != nil {
			return err
		}
	}
}

func unquote(quoted []byte) (string, error) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1]), nil
	}
	var name string
	if err := json.Unmarshal(quoted, &name); err != nil {
		return "", malformed("not JSON")
	}
	return name, nil
}

// nameSet remembers the names of one object: a list while it is short, then a map, so that an object of many
// members does not cost quadratic time.
type nameSet struct {
	list []string
	set  map[string]bool
}

func (n *nameSet) add(name string) bool {
	if n.set == nil {
		for _, old := range n.list {
			if old == name {
				return false
			}
		}
		if n.list = append(n.list, name); len(n.list) < 24 {
			return true
		}
		n.set = make(map[string]bool, 2*len(n.list))
		for _, old := range n.list {
			n.set[old] = true
		}
		return true
	}
	if n.set[name] {
		return false
	}
	n.set[name] = true
	return true
}
