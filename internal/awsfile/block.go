package awsfile

import (
	"errors"
	"slices"
	"strings"
)

// ErrBlock is a marked block that does not begin and end once.
var ErrBlock = errors.New("awsfile: the marks of the block are not one beginning and one end")

const (
	beginMark = "# begin mayfly"
	endMark   = "# end mayfly"
)

// mark gives "begin NAME" or "end NAME" for a line that marks a block, and "" for every other.
func mark(text string) string {
	for _, m := range []string{beginMark, endMark} {
		if rest, ok := strings.CutPrefix(strings.TrimRight(text, " \t"), m); ok && (rest == "" || rest[0] == ' ') {
			return strings.TrimPrefix(m, "# ")[:len(m)-len("# ")-len(" mayfly")] + " " + strings.TrimSpace(rest)
		}
	}
	return ""
}

// span finds a block: its first and its last line. ok is false when there is none.
func (f *File) span(name string) (first, last int, ok bool, err error) {
	first, last = -1, -1
	for i, l := range f.lines {
		switch m := mark(body(l)); {
		case m == "":
		case m == "begin "+name && first < 0:
			first = i
		case m == "begin "+name:
			return 0, 0, false, ErrBlock
		case strings.HasPrefix(m, "end ") && first >= 0 && last < 0 && (m == "end "+name || m == "end "):
			last = i
		case m == "end "+name, first >= 0 && last < 0: // an end without a beginning, or another block inside
			return 0, 0, false, ErrBlock
		}
	}
	if first >= 0 && last < 0 {
		return 0, 0, false, ErrBlock
	}
	return first, last, first >= 0, nil
}

// Blocks lists the names of the blocks in the order in which they begin.
func (f *File) Blocks() []string {
	var out []string
	for _, l := range f.lines {
		if name, ok := strings.CutPrefix(mark(body(l)), "begin "); ok && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// Block gives what is between the lines "# begin mayfly NAME" and "# end mayfly NAME".
func (f *File) Block(name string) (text string, ok bool, err error) {
	first, last, ok, err := f.span(name)
	if !ok || err != nil {
		return "", false, err
	}
	return strings.Join(f.lines[first+1:last], ""), true, nil
}

// SetBlock replaces a block as a whole, or puts a new one at the end of the file. The text begins with the header of a section, so that nothing of it goes to
// the section before. An empty text takes the block out. Sections that follow are not to begin within the block, nor keys after it belong to one of its sections.
func (f *File) SetBlock(name, text string) error {
	if !goodKey(name) {
		return ErrText
	}
	lines, err := f.blockLines(name, text)
	if err != nil {
		return err
	}
	first, last, ok, err := f.span(name)
	if err != nil {
		return err
	}
	before := slices.Clone(f.lines)
	f.closeLast()
	switch {
	case !ok && text == "":
		f.lines = before
		return nil
	case !ok:
		f.gap()
		f.lines = append(f.lines, lines...)
	case f.runsOn(last):
		f.lines = before
		return ErrEntangled
	case text == "":
		if first > 0 && strings.TrimSpace(f.lines[first-1]) == "" && (last+1 == len(f.lines) || strings.TrimSpace(f.lines[last+1]) == "") {
			first-- // the blank line that came with the block
		}
		f.lines = slices.Delete(f.lines, first, last+1)
	default:
		f.lines = slices.Replace(f.lines, first, last+1, lines...)
	}
	f.scan()
	return nil
}

// blockLines are the lines of a block with its marks.
func (f *File) blockLines(name, text string) ([]string, error) {
	in := Parse([]byte(strings.ReplaceAll(text, "\r\n", "\n")))
	headed := false
	out := []string{beginMark + " " + name + f.eol()}
	for _, l := range in.lines {
		t := body(l)
		if _, ok := header(t); ok {
			headed = true
		}
		if mark(t) != "" || !headed && strings.TrimSpace(t) != "" && !comment(t) {
			return nil, ErrText
		}
		out = append(out, t+f.eol())
	}
	return append(out, endMark+" "+name+f.eol()), nil
}

// runsOn says whether a section of a block goes on after its end.
func (f *File) runsOn(last int) bool {
	for _, l := range f.lines[last+1:] {
		t := body(l)
		if strings.TrimSpace(t) == "" || comment(t) {
			continue
		}
		_, ok := header(t)
		return !ok
	}
	return false
}
