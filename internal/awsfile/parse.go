package awsfile

import (
	"fmt"
	"io"
	"strings"
)

// File is a file of the AWS dialect of INI, byte for byte. It is not safe for concurrent use.
type File struct {
	lines    []string // each with its end, so that joined they are the file
	sections []*section
}

// section is everything under one name, whichever number of headers it has.
type section struct {
	name  string
	heads []int // lines of its headers
	last  int   // line of the last thing in it
	keys  []*property
}

// property is a key of a section with all places that give it a value. The last one counts.
type property struct {
	key  string
	defs []definition
}

// definition is one place that gives a key a value.
type definition struct {
	line  int
	more  []int // lines that continue the value, or are its nested block
	value string
	sub   []subkey
}

type subkey struct {
	key, value string
	line       int
}

// Parse reads a file. There is no wrong one: what is neither a header nor a key is kept, and means nothing.
func Parse(b []byte) *File {
	f := &File{}
	if len(b) > 0 {
		f.lines = strings.SplitAfter(string(b), "\n")
		if f.lines[len(f.lines)-1] == "" {
			f.lines = f.lines[:len(f.lines)-1]
		}
	}
	f.scan()
	return f
}

// Bytes gives the file as it is to be written.
func (f *File) Bytes() []byte { return []byte(strings.Join(f.lines, "")) }

// Format keeps what the file says out of everything that package fmt prints.
func (File) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// scanner is the state between two lines.
type scanner struct {
	file *File
	in   *section
	key  *property // which a continuation belongs to
}

func (f *File) scan() {
	f.sections = nil
	s := &scanner{file: f}
	for i, text := range f.lines {
		s.line(i, body(text))
	}
}

// body is a line without its end.
func body(text string) string {
	return strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
}

func (s *scanner) line(i int, text string) {
	if strings.TrimSpace(text) == "" || comment(text) {
		return
	}
	if name, ok := header(text); ok {
		s.open(i, name)
		return
	}
	if s.in == nil {
		return
	}
	s.in.last = i
	if !space(text[0]) {
		if key, value, ok := split(trimComment(text)); ok {
			s.define(i, key, unquote(value))
		}
		return
	}
	if key, value, ok := split(text); ok { // a comment belongs to the value here
		s.nested(i, key, unquote(value))
	} else {
		s.more(i, strings.TrimSpace(text))
	}
}

// open begins a section, or goes on with it.
func (s *scanner) open(i int, name string) {
	s.in, s.key = nil, nil
	if name == "" {
		return
	}
	if s.in = s.file.find(name); s.in == nil {
		s.in = &section{name: name}
		s.file.sections = append(s.file.sections, s.in)
	}
	s.in.heads = append(s.in.heads, i)
	s.in.last = i
}

func (s *scanner) define(i int, key, value string) {
	p := s.in.find(key)
	if p == nil {
		p = &property{key: key}
		s.in.keys = append(s.in.keys, p)
	}
	p.defs = append(p.defs, definition{line: i, value: value})
	s.key = p
}

// nested is an indented key: of a block, when the key before has no value of its own, or else a key as the others.
func (s *scanner) nested(i int, key, value string) {
	if s.key == nil || s.key.now().value != "" {
		s.define(i, key, strings.TrimSpace(trimComment(value)))
		return
	}
	d := s.key.now()
	d.more = append(d.more, i)
	d.sub = append(d.sub, subkey{key: key, value: value, line: i})
}

// more is an indented line without a key. It continues a value that has begun.
func (s *scanner) more(i int, text string) {
	if s.key == nil {
		return
	}
	d := s.key.now()
	d.more = append(d.more, i)
	if d.value != "" && d.sub == nil {
		d.value += "\n" + text
	}
}

func (p *property) now() *definition { return &p.defs[len(p.defs)-1] }

func (f *File) find(name string) *section {
	for _, s := range f.sections {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (s *section) find(key string) *property {
	for _, p := range s.keys {
		if p.key == key {
			return p
		}
	}
	return nil
}
