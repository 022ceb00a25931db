package archtest

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// banned lists calls that no code of ours makes, tests aside, with the reason.
func banned() map[string]string {
	return map[string]string{
		"strings.EqualFold":  "security decisions fold ASCII letters only",
		"bytes.EqualFold":    "security decisions fold ASCII letters only",
		"http.DefaultClient": "outbound calls go through one guarded dialer",
		"http.Get":           "outbound calls go through one guarded dialer",
		"http.Post":          "outbound calls go through one guarded dialer",
		"time.Sleep":         "time is a parameter; waiting ends with a context",
		"os.Exit":            "only main ends the process",
		"log.Fatal":          "only main ends the process",
	}
}

func excusedCalls() map[string]string {
	return map[string]string{
		"cmd/mayfly os.Exit":   "main",
		"cmd/modelgen os.Exit": "main",
		"bench os.Exit":        "main",
		"bench time.Sleep":     "it measures the start of a process that it does not control",
	}
}

// TestBannedCalls looks for what banned lists.
func TestBannedCalls(t *testing.T) {
	for _, f := range production(files(t)) {
		names := importNames(f)
		ast.Inspect(f.tree, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := s.X.(*ast.Ident)
			if !ok || names[x.Name] == "" {
				return true
			}
			call := names[x.Name] + "." + s.Sel.Name
			if reason, ok := banned()[call]; ok && excusedCalls()[f.pkg+" "+call] == "" && excusedCalls()[top(f.pkg)+" "+call] == "" {
				t.Errorf("%s: %s is banned: %s", f.at(s), call, reason)
			}
			return true
		})
	}
}

func top(pkg string) string {
	first, _, _ := strings.Cut(pkg, "/")
	return first
}

// importNames maps the name of each import in a file to the last part of its path.
func importNames(f *file) map[string]string {
	out := map[string]string{}
	paths := f.imports()
	for i, spec := range f.tree.Imports {
		last := paths[i][strings.LastIndexByte(paths[i], '/')+1:]
		name := last
		if spec.Name != nil {
			name = spec.Name.Name
		}
		out[name] = last
	}
	return out
}

// TestClockAndRandomness: time and randomness are parameters. Only wiring, commands and what measures may reach for the real ones.
func TestClockAndRandomness(t *testing.T) {
	mayKnow := []string{"internal/app", "cmd", "bench", "internal/store/storetest", "internal/store/postgres/pgtest", "internal/iam/iamtest"}
	reasons := map[string]string{
		"internal/chain/defaults.go":        "the defaults of what is not given",
		"internal/vault/defaults.go":        "the defaults of what is not given",
		"credentials/defaults.go":           "the defaults of what is not given",
		"credentials/keep/renewal.go":       "draws who renews when, where there is no source that is given",
		"mayflytest/server.go":              "the clock of a server whose test does not stop it",
		"internal/store/db.go":              "the default of a clock that is not given",
		"internal/store/postgres/engine.go": "the name of a node among those that share a database",
		"internal/store/postgres/feed.go":   "waits for a real server",
		"internal/store/postgres/tx.go":     "waits for a real server",
	}
	for _, f := range production(files(t)) {
		if within(f.pkg, mayKnow...) || reasons[f.name] != "" {
			continue
		}
		names := importNames(f)
		ast.Inspect(f.tree, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok {
				switch names[x.Name] + "." + s.Sel.Name {
				case "time.Now", "time.Since", "time.Until", "rand.Reader", "rand.Read", "rand.Text":
					t.Errorf("%s: %s.%s: time and randomness are parameters", f.at(s), x.Name, s.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestNoInit: nothing happens before main.
func TestNoInit(t *testing.T) {
	for _, f := range production(files(t)) {
		for _, d := range f.tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: no init functions", f.at(fn))
			}
		}
	}
}

// TestNoGlobalsThatChange looks for assignments to package variables, to their elements and to their fields. It does not follow pointers.
func TestNoGlobalsThatChange(t *testing.T) {
	all := production(files(t))
	globals := map[string]map[string]bool{}
	for _, f := range all {
		for _, d := range f.tree.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				for _, name := range s.(*ast.ValueSpec).Names {
					if globals[f.pkg] == nil {
						globals[f.pkg] = map[string]bool{}
					}
					globals[f.pkg][name.Name] = name.Name != "_"
				}
			}
		}
	}
	for _, f := range all {
		for _, d := range f.tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				checkAssignments(t, f, fn, globals[f.pkg])
			}
		}
	}
}

func checkAssignments(t *testing.T, f *file, fn *ast.FuncDecl, globals map[string]bool) {
	t.Helper()
	local := locals(fn)
	check := func(n ast.Node, e ast.Expr) {
		if name := rootOf(e); globals[name] && !local[name] {
			t.Errorf("%s: package variable %s is changed", f.at(n), name)
		}
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.AssignStmt:
			if x.Tok != token.DEFINE {
				for _, e := range x.Lhs {
					check(x, e)
				}
			}
		case *ast.IncDecStmt:
			check(x, x.X)
		case *ast.CallExpr:
			if id, ok := x.Fun.(*ast.Ident); ok && (id.Name == "delete" || id.Name == "clear") && len(x.Args) > 0 {
				check(x, x.Args[0])
			}
		}
		return true
	})
}

// locals lists the names that a function declares itself: they hide package variables.
func locals(fn *ast.FuncDecl) map[string]bool {
	out := map[string]bool{}
	add := func(e ast.Expr) {
		if id, ok := e.(*ast.Ident); ok {
			out[id.Name] = true
		}
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Field:
			for _, name := range x.Names {
				out[name.Name] = true
			}
		case *ast.AssignStmt:
			if x.Tok == token.DEFINE {
				for _, e := range x.Lhs {
					add(e)
				}
			}
		case *ast.RangeStmt:
			if x.Tok == token.DEFINE {
				add(x.Key)
				add(x.Value)
			}
		case *ast.ValueSpec:
			for _, name := range x.Names {
				out[name.Name] = true
			}
		}
		return true
	})
	return out
}

// rootOf gives the variable at the bottom of an expression that is assigned to.
func rootOf(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x.Name
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return ""
		}
	}
}
