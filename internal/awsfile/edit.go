package awsfile

import (
	"errors"
	"slices"
	"strings"
)

// What an edit is refused for.
var (
	// ErrText is a text that a file cannot hold so that all SDKs read the same.
	ErrText = errors.New("awsfile: a key, value or name has characters that not all SDKs read alike")
	// ErrEntangled is an edit that would change what another key says.
	ErrEntangled = errors.New("awsfile: the file is written so that this edit would change another key")
)

// Set gives a key a value. The line that says it now keeps its spelling, its spaces and its comment; a new key comes after the last one of its section; a new
// section comes to the end of the file. The value is a single line without quotes around it, without white space at its ends, and without what begins a comment.
func (f *File) Set(name, key, value string) error {
	name, key = canonical(name), strings.TrimSpace(key)
	if !goodKey(key) || !goodValue(value) {
		return ErrText
	}
	return f.edit(func(want model) {
		want.section(name)[lower(key)] = said{text: value}
	}, func() error {
		s := f.find(name)
		if s == nil {
			return f.add(name, key+" = "+value)
		}
		p := s.find(lower(key))
		if p == nil {
			f.insert(s.last+1, key+" = "+value)
			return nil
		}
		d := p.now()
		f.replaceValue(d.line, value, false)
		f.drop(d.more)
		return nil
	})
}

// SetIn gives a key of a nested block a value, as those of services sections have: SetIn("services local", "sts", "endpoint_url", "http://localhost:8080").
func (f *File) SetIn(name, block, key, value string) error {
	name, block, key = canonical(name), lower(block), lower(key)
	if !goodKey(block) || !goodKey(key) || !goodValue(value) {
		return ErrText
	}
	return f.edit(func(want model) {
		in := want.section(name)[block].sub
		in = slices.DeleteFunc(slices.Clone(in), func(p [2]string) bool { return p[0] == key })
		want.section(name)[block] = said{sub: append(in, [2]string{key, value})}
	}, func() error { return f.setIn(name, block, key, value) })
}

func (f *File) setIn(name, block, key, value string) error {
	s := f.find(name)
	if s == nil {
		return f.add(name, block+" =", "  "+key+" = "+value)
	}
	p := s.find(block)
	if p == nil {
		f.insert(s.last+1, block+" =", "  "+key+" = "+value)
		return nil
	}
	d := p.now()
	if d.value != "" {
		return ErrEntangled
	}
	for i := len(d.sub) - 1; i >= 0; i-- {
		if d.sub[i].key == key {
			f.replaceValue(d.sub[i].line, value, true)
			return nil
		}
	}
	at := d.line
	if len(d.more) > 0 {
		at = d.more[len(d.more)-1]
	}
	f.insert(at+1, "  "+key+" = "+value)
	return nil
}

// Unset takes a key out of a section, wherever it is said. It reports whether it was there.
func (f *File) Unset(name, key string) (bool, error) {
	name, key = canonical(name), lower(key)
	s := f.find(name)
	if s == nil || s.find(key) == nil {
		return false, nil
	}
	return true, f.edit(func(want model) { delete(want[name], key) }, func() error {
		var gone []int
		for _, d := range s.find(key).defs {
			gone = append(append(gone, d.line), d.more...)
		}
		f.drop(gone)
		return nil
	})
}

// Remove takes a section out, with all headers of that name and the comments between its keys. Comments in front of what follows stay, and so do marks of blocks.
func (f *File) Remove(name string) (bool, error) {
	name = canonical(name)
	s := f.find(name)
	if s == nil {
		return false, nil
	}
	return true, f.edit(func(want model) { delete(want, name) }, func() error {
		var gone []int
		for _, head := range s.heads {
			for i := head; i <= f.end(head); i++ {
				if mark(body(f.lines[i])) == "" {
					gone = append(gone, i)
				}
			}
		}
		f.drop(gone)
		return nil
	})
}

// end is the last line that belongs to a header: its keys, a comment that directly follows them when nothing does, and the blank lines after them.
func (f *File) end(head int) int {
	last := head
	i := head + 1
	for ; i < len(f.lines); i++ {
		text := body(f.lines[i])
		if _, ok := header(text); ok {
			break
		}
		if strings.TrimSpace(text) != "" && !comment(text) {
			last = i
		}
	}
	next := last + 1
	for next < i && comment(body(f.lines[next])) && mark(body(f.lines[next])) == "" {
		next++
	}
	if next == len(f.lines) || next < i && strings.TrimSpace(f.lines[next]) == "" {
		last = next - 1
	}
	for last+1 < i && strings.TrimSpace(f.lines[last+1]) == "" {
		last++
	}
	return last
}
