package trigger

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/sigv4"
)

const (
	fooARN     = "arn:aws:lambda:us-east-1:000000000000:function:foo"
	longSecret = "0123456789abcdef"
)

// readSecret stands for the operator's files.
func readSecret(path string) (string, error) {
	switch path {
	case "/long":
		return longSecret, nil
	case "/short":
		return "short", nil
	}
	return "", errors.New("no such file")
}

func TestParseFunctions(t *testing.T) {
	got, err := ParseFunctions([]byte(`{
		"`+fooARN+`": {"url": "http://127.0.0.1:9000/foo?x=1", "secretFile": "/long"},
		"`+fooARN+`:$LATEST": {"url": "https://lambda.example", "lambda": true, "accessKeyId": "AKIA", "secretFile": "/short"},
		"*": {"url": "http://127.0.0.1:9001/", "lambda": true, "function": "function"}
	}`), readSecret)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Target{
		fooARN:              {URL: "http://127.0.0.1:9000/foo?x=1", Secret: longSecret},
		fooARN + ":$LATEST": {URL: "https://lambda.example", Lambda: true, Credentials: &sigv4.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "short"}},
		"*":                 {URL: "http://127.0.0.1:9001/", Lambda: true, Function: "function"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestParseFunctionsRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty":               ``,
		"a list":              `[]`,
		"more behind":         `{} {}`,
		"a function twice":    `{"*": {"url": "http://a"}, "*": {"url": "http://b"}}`,
		"a member twice":      `{"*": {"url": "http://a", "url": "http://b"}}`,
		"unknown member":      `{"*": {"url": "http://a", "verify": false}}`,
		"another case":        `{"*": {"URL": "http://a"}}`,
		"no URL":              `{"*": {}}`,
		"no host":             `{"*": {"url": "http://"}}`,
		"a user":              `{"*": {"url": "http://u:hunter2@a"}}`,
		"a file":              `{"*": {"url": "file:///etc/passwd"}}`,
		"a fragment":          `{"*": {"url": "http://a#b"}}`,
		"no ARN":              `{"foo": {"url": "http://a"}}`,
		"an ARN of a bucket":  `{"arn:aws:s3:::foo": {"url": "http://a"}}`,
		"an ARN of a layer":   `{"arn:aws:lambda:us-east-1:000000000000:layer:foo": {"url": "http://a"}}`,
		"a wild ARN":          `{"arn:aws:lambda:us-east-1:000000000000:function:*": {"url": "http://a"}}`,
		"an odd alias":        `{"` + fooARN + `:a:b": {"url": "http://a"}}`,
		"short secret":        `{"*": {"url": "http://a", "secretFile": "/short"}}`,
		"missing secret":      `{"*": {"url": "http://a", "secretFile": "/nowhere"}}`,
		"key without secret":  `{"*": {"url": "http://a", "lambda": true, "accessKeyId": "AKIA"}}`,
		"secret without key":  `{"*": {"url": "http://a", "lambda": true, "secretFile": "/long"}}`,
		"key of a plain one":  `{"*": {"url": "http://a", "accessKeyId": "AKIA", "secretFile": "/long"}}`,
		"name of a plain one": `{"*": {"url": "http://a", "function": "f"}}`,
		"odd name":            `{"*": {"url": "http://a", "lambda": true, "function": "../f"}}`,
		"query and Lambda":    `{"*": {"url": "http://a?b", "lambda": true}}`,
	} {
		got, err := ParseFunctions([]byte(text), readSecret)
		if err == nil || got != nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), longSecret) {
			t.Errorf("%s: the error holds a secret: %v", name, err)
		}
	}
}

func TestSecretsPrintRedacted(t *testing.T) {
	target := Target{Secret: longSecret, Credentials: &sigv4.Credentials{AccessKeyID: "AKIA", SecretAccessKey: longSecret}}
	b, err := json.Marshal(target)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(target), fmt.Sprintf("%+v %#v %x", target, target, target.Secret), string(b)} {
		if strings.Contains(text, longSecret) || strings.Contains(text, fmt.Sprintf("%x", longSecret)) {
			t.Error("a secret shows: ", text)
		}
	}
}

// FuzzParseFunctions checks that whatever is accepted can be called: an http(s) URL, and a key that names a function.
func FuzzParseFunctions(f *testing.F) {
	f.Add([]byte(`{"*": {"url": "http://a", "lambda": true, "function": "f"}}`))
	f.Add([]byte(`{"` + fooARN + `": {"url": "https://a/b", "secretFile": "/long"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := ParseFunctions(text, readSecret)
		if err != nil {
			return
		}
		for name, target := range got {
			if _, _, _, err := splitFunction(name); err != nil && name != anyFunction {
				t.Errorf("%q names no function", name)
			}
			if !strings.HasPrefix(strings.ToLower(target.URL), "http") {
				t.Errorf("%q", target.URL)
			}
			if target.Lambda && target.Secret != "" || !target.Lambda && target.Credentials != nil {
				t.Errorf("%q has a secret that it does not use", name)
			}
		}
	})
}
