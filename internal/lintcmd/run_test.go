package lintcmd_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy/lint"
	"github.com/mayfly-id/mayfly/internal/lintcmd"
)

const (
	good = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:GetUser","sts:TagSession","cognito-idp:AdminGetUser","s3:NoSuch"],"Resource":"*"}}`
	bad  = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:GetUsers","sts:Get*","sts:GetCallerIdentity"],"Resource":"*"}}`
)

func run(t *testing.T, asJSON bool, k lint.Kind, documents ...lintcmd.Document) (string, int) {
	t.Helper()
	var out bytes.Buffer
	n, err := lintcmd.Run(&out, documents, k, asJSON)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), n
}

func TestRun(t *testing.T) {
	text, n := run(t, false, lint.Identity, lintcmd.Document{"good.json", []byte(good)}, lintcmd.Document{"bad.json", []byte(bad)}, lintcmd.Document{"-", []byte("{")})
	want := `bad.json: Statement[0].Action[0]: error: no action of iam is called iam:GetUsers (INVALID_ACTION)
bad.json: Statement[0].Action[2]: suggestion: sts:GetCallerIdentity is part of sts:Get* (REDUNDANT_ACTION)
-: document: error: Syntax errors in policy. (the document is not JSON from line 1, column 1) (INVALID_POLICY)
`
	if diff := cmp.Diff(want, text); diff != "" || n != 2 {
		t.Errorf("%d errors: %s", n, diff)
	}
	text, n = run(t, true, lint.Identity, lintcmd.Document{"good.json", []byte(good)}, lintcmd.Document{"bad.json", []byte(bad[:len(bad)-1] + " }")})
	want = `[
  {
    "file": "good.json",
    "findings": []
  },
  {
    "file": "bad.json",
    "findings": [
      {
        "severity": "error",
        "code": "INVALID_ACTION",
        "path": "Statement[0].Action[0]",
        "message": "no action of iam is called iam:GetUsers"
      },
      {
        "severity": "suggestion",
        "code": "REDUNDANT_ACTION",
        "path": "Statement[0].Action[2]",
        "message": "sts:GetCallerIdentity is part of sts:Get*"
      }
    ]
  }
]
`
	if diff := cmp.Diff(want, text); diff != "" || n != 1 {
		t.Errorf("%d errors: %s", n, diff)
	}
	if _, n := run(t, false, lint.Trust, lintcmd.Document{"good.json", []byte(good)}); n != 1 {
		t.Errorf("%d errors in an identity policy that is to be a trust policy", n)
	}
}

func TestKindOf(t *testing.T) {
	for _, k := range lint.Kinds() {
		if got, err := lintcmd.KindOf(string(k)); got != k || err != nil {
			t.Errorf("%s is %s, %v", k, got, err)
		}
	}
	for _, name := range []string{"", "Trust", "all"} {
		if _, err := lintcmd.KindOf(name); err == nil {
			t.Errorf("%q is a kind", name)
		}
	}
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestRunTellsOfWriting(t *testing.T) {
	for _, asJSON := range []bool{true, false} {
		if _, err := lintcmd.Run(full{}, []lintcmd.Document{{"x", []byte("{")}}, lint.Identity, asJSON); !errors.Is(err, errFull) {
			t.Errorf("error is %v", err)
		}
	}
}
