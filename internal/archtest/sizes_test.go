package archtest

import (
	"go/ast"
	"testing"
)

// The sizes of the house, in lines.
const (
	mostFile     = 500
	mostFunction = 100
	mostPackage  = 3000
)

// exceptions lists what may be longer, and why.
func exceptions() map[string]string {
	return map[string]string{}
}

func excused(t *testing.T, what string) bool {
	reason, ok := exceptions()[what]
	if ok {
		t.Logf("%s is excused: %s", what, reason)
	}
	return ok
}

// TestSizes measures files, functions and packages. Generated code is not read by anyone, and not measured.
func TestSizes(t *testing.T) {
	packages := map[string]int{}
	total := 0
	for _, f := range files(t) {
		if f.generated {
			continue
		}
		if f.lines > mostFile && !excused(t, f.name) {
			t.Errorf("%s has %d lines, more than %d", f.name, f.lines, mostFile)
		}
		if f.test {
			continue
		}
		packages[f.pkg] += f.lines
		total += f.lines
		for _, d := range f.tree.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			n := f.set.Position(fn.End()).Line - f.set.Position(fn.Pos()).Line + 1
			if name := f.name + " " + fn.Name.Name; n > mostFunction && !excused(t, name) {
				t.Errorf("%s: %s has %d lines, more than %d", f.at(fn), fn.Name.Name, n, mostFunction)
			}
		}
	}
	for pkg, n := range packages {
		if n > mostPackage && !excused(t, pkg) {
			t.Errorf("%s has %d lines, more than %d", pkg, n, mostPackage)
		}
		if n*100 > total*12 && !excused(t, pkg) {
			t.Errorf("%s has %d of %d lines, more than 12 %%", pkg, n, total)
		}
	}
}

// TestExceptionsAreNeeded fails on an exception whose reason has gone with its cause.
func TestExceptionsAreNeeded(t *testing.T) {
	known := map[string]bool{}
	for _, f := range files(t) {
		known[f.name], known[f.pkg] = true, true
	}
	for what, reason := range exceptions() {
		if reason == "" || !known[what] {
			t.Errorf("exception %q: reason %q", what, reason)
		}
	}
}

// TestEveryPackageSaysWhatItOwns asks for a doc.go of 2 to 25 lines whose comment begins as Go's do.
func TestEveryPackageSaysWhatItOwns(t *testing.T) {
	docs, packages := map[string]*file{}, map[string]bool{}
	for _, f := range production(files(t)) {
		if f.generated || f.tree.Name.Name == "main" {
			continue
		}
		packages[f.pkg] = true
		if f.tree.Doc != nil {
			docs[f.pkg] = f
		}
	}
	for pkg := range packages {
		d := docs[pkg]
		switch {
		case within(pkg, "internal/awsapi"):
		case d == nil:
			t.Errorf("%s has no package comment", pkg)
		case d.set.Position(d.tree.Doc.End()).Line > 25:
			t.Errorf("%s: the package comment is longer than 25 lines", d.name)
		}
	}
}
