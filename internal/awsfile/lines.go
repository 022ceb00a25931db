package awsfile

import (
	"maps"
	"slices"
	"strings"
)

// said is what a key says, without the place.
type said struct {
	text string
	sub  [][2]string
}

func (a said) equal(b said) bool { return a.text == b.text && slices.Equal(a.sub, b.sub) }

// model is what a file says, by section and key.
type model map[string]map[string]said

func (m model) section(name string) map[string]said {
	if m[name] == nil {
		m[name] = map[string]said{}
	}
	return m[name]
}

func (f *File) model() model {
	m := model{}
	for _, s := range f.sections {
		in := m.section(s.name)
		for _, p := range s.keys {
			d := p.now()
			v := said{text: d.value}
			for _, sub := range d.sub { // of doubled ones the last counts, so it alone is compared
				v.sub = slices.DeleteFunc(v.sub, func(p [2]string) bool { return p[0] == sub.key })
				v.sub = append(v.sub, [2]string{sub.key, sub.value})
			}
			in[p.key] = v
		}
	}
	return m
}

// sorted brings nested keys into one order, for their order says nothing.
func (m model) sorted() model {
	for _, in := range m {
		for k, v := range in {
			v.sub = slices.Clone(v.sub)
			slices.SortFunc(v.sub, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
			in[k] = v
		}
	}
	return m
}

func (m model) equal(other model) bool {
	return maps.EqualFunc(m.sorted(), other.sorted(), func(a, b map[string]said) bool { return maps.EqualFunc(a, b, said.equal) })
}

// edit changes the lines, and takes the change back unless the file then says what is wanted and nothing else.
func (f *File) edit(change func(want model), do func() error) error {
	want := f.model()
	change(want)
	before := slices.Clone(f.lines)
	err := do()
	f.scan()
	if err == nil && !f.model().equal(want) {
		err = ErrEntangled
	}
	if err != nil {
		f.lines = before
		f.scan()
	}
	return err
}

// eol is how lines of the file end.
func (f *File) eol() string {
	if len(f.lines) > 0 && strings.HasSuffix(f.lines[0], "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// insert puts lines in front of line i.
func (f *File) insert(i int, texts ...string) {
	f.closeLast()
	for k, t := range texts {
		texts[k] = t + f.eol()
	}
	f.lines = slices.Insert(f.lines, i, texts...)
}

// closeLast ends the last line, when it has no end.
func (f *File) closeLast() {
	if n := len(f.lines); n > 0 && !strings.HasSuffix(f.lines[n-1], "\n") {
		f.lines[n-1] += f.eol()
	}
}

// add puts a new section at the end, after a blank line.
func (f *File) add(name string, texts ...string) error {
	if !goodName(name) {
		return ErrText
	}
	f.gap()
	f.insert(len(f.lines), append([]string{"[" + name + "]"}, texts...)...)
	return nil
}

// gap ends the file with a blank line, unless it is empty.
func (f *File) gap() {
	if n := len(f.lines); n > 0 && strings.TrimSpace(f.lines[n-1]) != "" {
		f.insert(n, "")
	}
}

// drop takes lines out.
func (f *File) drop(gone []int) {
	slices.Sort(gone)
	for k := len(gone) - 1; k >= 0; k-- {
		f.lines = slices.Delete(f.lines, gone[k], gone[k]+1)
	}
}

// replaceValue puts a value in the place of the one in a line, and leaves the rest of the line. In a nested block a comment belongs to the value.
func (f *File) replaceValue(i int, value string, nested bool) {
	text := body(f.lines[i])
	end := f.lines[i][len(text):]
	at := strings.IndexAny(text, "=:") + 1
	old := text[at:]
	if !nested {
		old = trimComment(old)
	}
	tail := text[at+len(old):]
	blanks := old[:len(old)-len(strings.TrimLeft(old, " \t"))]
	if strings.TrimSpace(old) == "" {
		blanks = " "
	} else {
		tail = old[len(strings.TrimRight(old, " \t")):] + tail
	}
	f.lines[i] = text[:at] + blanks + value + tail + end
}

// goodKey accepts keys as AWS has them.
func goodKey(key string) bool {
	return key != "" && strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == ""
}

// goodValue accepts values that the SDK for Go and botocore read alike in all places.
func goodValue(v string) bool {
	return v != "" && v == strings.TrimSpace(v) && trimComment(v) == v && !quoted(v) && !strings.HasPrefix(v, "#") && !strings.HasPrefix(v, ";") && printable(v)
}

// goodName accepts the names of sections that can be written so that all SDKs find them: those without white space, quotes and marks of comments.
func goodName(name string) bool {
	kind, rest, two := strings.Cut(name, " ")
	if !two {
		kind, rest = "", name
	}
	return rest != "" && !strings.ContainsAny(kind+rest, " \t\"'\\[]#;") && printable(rest)
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == 0xFFFD || r == 0x85 || r == 0x2028 || r == 0x2029
	}) < 0
}
