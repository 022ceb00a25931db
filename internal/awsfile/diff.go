package awsfile

import (
	"fmt"
	"strings"
)

// around is how many lines that stay are shown around those that change.
const around = 3

// Diff gives the way from one file to another as a unified diff, for people: values of keys that hold secrets are redacted. Equal files give "".
func Diff(oldName, newName string, old, to []byte) string {
	a, b := Parse(old).lines, Parse(to).lines
	steps := script(a, b)
	var out strings.Builder
	for i := 0; i < len(steps); {
		if steps[i].kind == ' ' {
			i++
			continue
		}
		if out.Len() == 0 {
			fmt.Fprintf(&out, "--- %s\n+++ %s\n", oldName, newName)
		}
		from := max(0, i-around)
		end := hunkEnd(steps, i)
		hunk(&out, steps[from:end])
		i = end
	}
	return out.String()
}

// step is a line of the way: ' ' stays, '-' goes, '+' comes.
type step struct {
	kind byte
	a, b int // lines of both files before it
	text string
}

// hunkEnd is where a hunk that begins with a change at i ends: when enough lines stay.
func hunkEnd(steps []step, i int) int {
	last := i
	for j := i; j < len(steps) && j-last <= 2*around; j++ {
		if steps[j].kind != ' ' {
			last = j
		}
	}
	return min(len(steps), last+1+around)
}

func hunk(out *strings.Builder, steps []step) {
	olds, news := 0, 0
	for _, s := range steps {
		if s.kind != '+' {
			olds++
		}
		if s.kind != '-' {
			news++
		}
	}
	fmt.Fprintf(out, "@@ -%s +%s @@\n", lineRange(steps[0].a, olds), lineRange(steps[0].b, news))
	for _, s := range steps {
		text := body(s.text)
		fmt.Fprintf(out, "%c%s\n", s.kind, mask(text))
		if !strings.HasSuffix(s.text, "\n") {
			out.WriteString("\\ No newline at end of file\n")
		}
	}
}

func lineRange(before, n int) string {
	if n == 0 {
		return fmt.Sprintf("%d,0", before)
	}
	return fmt.Sprintf("%d,%d", before+1, n)
}

// mask redacts the value of a key that holds a secret, in comments too.
func mask(text string) string {
	key, _, ok := split(strings.TrimLeft(text, " \t#;"))
	if !ok {
		return text
	}
	for _, word := range []string{"secret", "token", "password"} {
		if strings.Contains(key, word) && key != "web_identity_token_file" {
			return text[:strings.IndexAny(text, "=:")+1] + " " + redacted
		}
	}
	return text
}

// mostCells bounds the table of a comparison. Files beyond it are shown as replaced between what they begin and end with alike.
const mostCells = 1 << 22

// script finds a shortest way from a to b, line by line.
func script(a, b []string) []step {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	w := &way{a: a, b: b}
	for range head {
		w.keep()
	}
	w.middle(a[head:len(a)-tail], b[head:len(b)-tail])
	for range tail {
		w.keep()
	}
	return w.steps
}

// way is how far a script has come.
type way struct {
	a, b  []string
	i, j  int
	steps []step
}

func (w *way) keep() {
	w.steps = append(w.steps, step{' ', w.i, w.j, w.a[w.i]})
	w.i++
	w.j++
}

func (w *way) remove() {
	w.steps = append(w.steps, step{'-', w.i, w.j, w.a[w.i]})
	w.i++
}

func (w *way) insert() {
	w.steps = append(w.steps, step{'+', w.i, w.j, w.b[w.j]})
	w.j++
}

// middle goes through the part that differs, along a longest common subsequence.
func (w *way) middle(a, b []string) {
	n, m := len(a), len(b)
	var length []int32 // of the longest common subsequence of a[i:] and b[j:], at i*(m+1)+j
	if (n+1)*(m+1) <= mostCells {
		length = make([]int32, (n+1)*(m+1))
		for i := n - 1; i >= 0; i-- {
			for j := m - 1; j >= 0; j-- {
				if a[i] == b[j] {
					length[i*(m+1)+j] = length[(i+1)*(m+1)+j+1] + 1
				} else {
					length[i*(m+1)+j] = max(length[(i+1)*(m+1)+j], length[i*(m+1)+j+1])
				}
			}
		}
	}
	for i, j := 0, 0; i < n || j < m; {
		switch {
		case i < n && j < m && a[i] == b[j] && length != nil:
			w.keep()
			i++
			j++
		case j == m || i < n && (length == nil || length[(i+1)*(m+1)+j] >= length[i*(m+1)+j+1]):
			w.remove()
			i++
		default:
			w.insert()
			j++
		}
	}
}
