package archtest

import (
	"go/ast"
	"strings"
	"testing"
)

// ownJSON lists who reads with encoding/json what the program itself wrote, where member names cannot come in another case from outside. Everyone
// else reads JSON strictly: encoding/json takes "PASSWORD" for "password" and the last of two members.
func ownJSON() map[string]string {
	return map[string]string{
		"cmd/modelgen":            "the pinned models, at build time",
		"bench":                   "answers of the server under measurement",
		"internal/store":          "documents that the store wrote",
		"internal/notify":         "the outbox file that it wrote",
		"internal/protection":     "what a device says of itself, into maps, whose names are compared exactly",
		"internal/trigger":        "a response that it has just written; the file of functions is read strictly beside it",
		"jws":                     "after its own strict scan, which refuses doubled names and names of another case",
		"internal/awsfile":        "caches that other programs write, read as they read them",
		"credentials/keep":        "what it has stored",
		"credentials":             "answers of any server, in whose further members nothing is decided",
		"internal/chain":          "answers of other programs and endpoints, read as the SDKs read them",
		"internal/cli":            "claims that it lists, and keys as other programs export them",
		"internal/decode":         "texts that it explains, and in which it decides nothing",
		"internal/login":          "what it has sealed",
		"mayflytest":              "answers of its own server",
		"iampolicy":               "one token after the other: it compares the names itself",
		"internal/store/postgres": "changes that the store wrote",
	}
}

// TestStrictJSON looks for json.Unmarshal and json.NewDecoder outside of those.
func TestStrictJSON(t *testing.T) {
	needed := map[string]bool{}
	for _, f := range production(files(t)) {
		names := importNames(f)
		ast.Inspect(f.tree, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && names[x.Name] == "json" && (s.Sel.Name == "Unmarshal" || s.Sel.Name == "NewDecoder") {
					if needed[f.pkg] = true; ownJSON()[f.pkg] != "" {
						return true
					}
					t.Errorf("%s: json.%s folds the case of names: use wire's or jws's strict reader, or list the package", f.at(s), s.Sel.Name)
				}
			}
			return true
		})
	}
	for pkg := range ownJSON() {
		if !needed[pkg] {
			t.Errorf("%s is listed, and reads no JSON", pkg)
		}
	}
}

// TestTextSpeaksOfTheProject: source, documents and stories hold no path of the machine they were written on.
func TestTextSpeaksOfTheProject(t *testing.T) {
	for _, f := range files(t) {
		for _, c := range f.tree.Comments {
			for _, word := range []string{"TODO", "FIXME", "XXX", "HACK", "/home/"} {
				if strings.Contains(c.Text(), word) && f.pkg != "internal/archtest" {
					t.Errorf("%s: a comment says %s", f.at(c), word)
				}
			}
		}
	}
}
