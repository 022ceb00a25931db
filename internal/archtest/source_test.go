package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	root   = "../.." // from this package to the module
	module = "github.com/mayfly-id/mayfly/"
)

// file is one source file of the module.
type file struct {
	name      string // from the module's root, with slashes
	pkg       string // its folder
	lines     int
	generated bool
	test      bool
	set       *token.FileSet
	tree      *ast.File
}

// files parses every Go file of this module. Folders with their own go.mod are other modules.
func files(t *testing.T) []*file {
	t.Helper()
	var all []*file
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); p != root && (strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" || exists(filepath.Join(p, "go.mod"))) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		f, err := parse(p)
		all = append(all, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 200 {
		t.Fatalf("only %d files were found", len(all))
	}
	return all
}

func exists(p string) bool {
	_, err := os.Stat(p)
	return err == nil
}

func parse(p string) (*file, error) {
	src, err := os.ReadFile(p)
	if err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(root, p)
	if err != nil {
		return nil, err
	}
	f := &file{name: filepath.ToSlash(rel), lines: strings.Count(string(src), "\n"), set: token.NewFileSet()}
	f.pkg, f.test = path.Dir(f.name), strings.HasSuffix(p, "_test.go")
	if f.tree, err = parser.ParseFile(f.set, p, src, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return nil, err
	}
	f.generated = ast.IsGenerated(f.tree)
	return f, nil
}

// at names a place.
func (f *file) at(n ast.Node) string {
	return f.name + ":" + strconv.Itoa(f.set.Position(n.Pos()).Line)
}

// imports lists the paths a file imports.
func (f *file) imports() []string {
	var out []string
	for _, i := range f.tree.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err == nil {
			out = append(out, p)
		}
	}
	return out
}

// production gives the files that are no tests.
func production(all []*file) []*file {
	return slices.DeleteFunc(slices.Clone(all), func(f *file) bool { return f.test })
}

// within reports whether a package is one of these or below one.
func within(pkg string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return pkg == f || strings.HasPrefix(pkg, f+"/") })
}

// standard reports whether an import path is the standard library's.
func standard(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".")
}
