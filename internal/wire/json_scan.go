package wire

import (
	"unicode/utf16"
	"unicode/utf8"
)

// jsonScanner reads the tokens of RFC 8259, and nothing beyond: no comments, no trailing commas, no invalid UTF-8.
type jsonScanner struct {
	data  []byte
	pos   int
	depth int
}

func (s *jsonScanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

func (s *jsonScanner) peek() byte {
	s.space()
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// enter reads the opening bracket of an object or a list.
func (s *jsonScanner) enter(open byte, what string) error {
	if s.peek() != open {
		return s.mismatch(what)
	}
	if s.depth++; s.depth > maxDepth {
		return syntax("nested too deeply")
	}
	s.pos++
	return nil
}

// mismatch tells what was found and what the model asks for, without the value.
func (s *jsonScanner) mismatch(want string) error {
	found := "an unexpected token"
	switch c := s.peek(); {
	case c == '"':
		found = "a string"
	case c == '{':
		found = "an object"
	case c == '[':
		found = "a list"
	case c == 't' || c == 'f':
		found = "a boolean"
	case c == '-' || c >= '0' && c <= '9':
		found = "a number"
	case s.pos >= len(s.data):
		found = "the end of the body"
	}
	return syntax(found + " cannot be converted to " + want)
}

// member reads `"name":` of the next member of an object, or its end.
func (s *jsonScanner) member(first bool) (name []byte, more bool, err error) {
	more, err = s.next('}', first)
	if err != nil || !more {
		return nil, false, err
	}
	if s.peek() != '"' {
		return nil, false, syntax("an object member has no name")
	}
	if name, err = s.str(); err != nil {
		return nil, false, err
	}
	if s.peek() != ':' {
		return nil, false, syntax("an object member has no value")
	}
	s.pos++
	return name, true, nil
}

// item moves to the next member of a list, or past its end.
func (s *jsonScanner) item(first bool) (more bool, err error) { return s.next(']', first) }

func (s *jsonScanner) next(end byte, first bool) (more bool, err error) {
	switch c := s.peek(); {
	case c == end:
		s.pos++
		s.depth--
		return false, nil
	case first:
		return true, nil
	case c == ',':
		s.pos++
		if s.peek() == end {
			return false, syntax("a comma has nothing after it")
		}
		return true, nil
	}
	return false, syntax("unexpected token between members")
}

func (s *jsonScanner) null() bool { return s.literal("null") }

func (s *jsonScanner) literal(word string) bool {
	s.space()
	end := s.pos + len(word)
	if end <= len(s.data) && string(s.data[s.pos:end]) == word {
		s.pos = end
		return true
	}
	return false
}

func (s *jsonScanner) text() (string, error) {
	if s.peek() != '"' {
		return "", s.mismatch("a string")
	}
	b, err := s.str()
	return string(b), err
}

// str reads a string. The result is valid until the scanner's data changes.
func (s *jsonScanner) str() ([]byte, error) {
	s.pos++ // the quote, seen by the caller
	start, plain := s.pos, true
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '"':
			raw := s.data[start:s.pos]
			s.pos++
			if !utf8.Valid(raw) {
				return nil, syntax("a string is not valid UTF-8")
			}
			if plain {
				return raw, nil
			}
			return unescape(raw)
		case c == '\\':
			plain = false
			s.pos += 2
		case c < 0x20:
			return nil, syntax("a string holds a control character")
		default:
			s.pos++
		}
	}
	return nil, syntax("a string does not end")
}

func unescape(raw []byte) ([]byte, error) {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			out = append(out, raw[i])
			continue
		}
		i++ // str has seen to it that a character follows
		switch raw[i] {
		case '"', '\\', '/':
			out = append(out, raw[i])
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, n := hexRune(raw[i+1:])
			if n == 0 {
				return nil, syntax("a string holds a bad \\u escape")
			}
			out = utf8.AppendRune(out, r)
			i += n
		default:
			return nil, syntax("a string holds an unknown escape")
		}
	}
	return out, nil
}

// hexRune reads what follows \u, with the second half of a surrogate pair; n is 0 when it is no character.
func hexRune(b []byte) (r rune, n int) {
	r, ok := hex4(b)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 4
	}
	if len(b) < 10 || b[4] != '\\' || b[5] != 'u' {
		return 0, 0
	}
	low, ok := hex4(b[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 10
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// number reads a number token of RFC 8259 section 6.
func (s *jsonScanner) number() ([]byte, error) {
	s.space()
	start := s.pos
	s.accept('-')
	switch {
	case s.accept('0'):
	case !s.digits():
		s.pos = start
		return nil, s.mismatch("a number")
	}
	if s.accept('.') && !s.digits() {
		return nil, syntax("a number ends in a point")
	}
	if s.accept('e') || s.accept('E') {
		_ = s.accept('+') || s.accept('-')
		if !s.digits() {
			return nil, syntax("a number has no exponent")
		}
	}
	return s.data[start:s.pos], nil
}

func (s *jsonScanner) accept(c byte) bool {
	if s.pos < len(s.data) && s.data[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

func (s *jsonScanner) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos] >= '0' && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > start
}

// skip reads any value and gives its text.
func (s *jsonScanner) skip() ([]byte, error) {
	c := s.peek()
	start := s.pos
	var err error
	switch {
	case c == '"':
		_, err = s.str()
	case c == '{':
		err = s.skipObject()
	case c == '[':
		err = s.skipList()
	case s.literal("true"), s.literal("false"), s.null():
	default:
		_, err = s.number()
	}
	return s.data[start:s.pos], err
}

func (s *jsonScanner) skipObject() error {
	if err := s.enter('{', "an object"); err != nil {
		return err
	}
	for first := true; ; first = false {
		_, more, err := s.member(first)
		if err != nil || !more {
			return err
		}
		if _, err := s.skip(); err != nil {
			return err
		}
	}
}

func (s *jsonScanner) skipList() error {
	if err := s.enter('[', "a list"); err != nil {
		return err
	}
	for first := true; ; first = false {
		more, err := s.item(first)
		if err != nil || !more {
			return err
		}
		if _, err := s.skip(); err != nil {
			return err
		}
	}
}
