package trigger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/mayfly-id/mayfly/arn"
	"github.com/mayfly-id/mayfly/jws"
	"github.com/mayfly-id/mayfly/sigv4"
)

// anyFunction stands for every function that is not named.
const anyFunction = "*"

// minSecret is the least length of a secret that signs requests, in bytes.
const minSecret = 16

// Secret signs the requests to an endpoint. It prints redacted.
type Secret string

// Format prints a placeholder, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// MarshalText returns a placeholder, so that no encoder writes the secret.
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// Target is where a function is.
type Target struct {
	URL         string             // of the function; with Lambda the base of the API
	Secret      Secret             // signs requests to a plain endpoint; empty: unsigned
	Lambda      bool               // the endpoint speaks Lambda's Invoke operation
	Function    string             // with Lambda: the name to call; empty: the one of the ARN
	Credentials *sigv4.Credentials // with Lambda: sign requests; nil: unsigned
}

// entry is a function of the file.
type entry struct {
	URL         string `json:"url"`
	SecretFile  string `json:"secretFile"`
	Lambda      bool   `json:"lambda"`
	Function    string `json:"function"`
	AccessKeyID string `json:"accessKeyId"`
}

// ParseFunctions reads the operator's file of functions, a JSON object from the ARN of a function to where it is:
//
//	{
//	  "arn:aws:lambda:us-east-1:000000000000:function:sign-up": {"url": "http://127.0.0.1:9000/sign-up", "secretFile": "/etc/mayfly/sign-up.secret"},
//	  "arn:aws:lambda:us-east-1:000000000000:function:tokens":  {"url": "https://lambda.us-east-1.amazonaws.com", "lambda": true,
//	                                                             "accessKeyId": "AKIA…", "secretFile": "/etc/mayfly/tokens.key"},
//	  "*": {"url": "http://127.0.0.1:9001/", "lambda": true, "function": "function"}
//	}
//
// An ARN without version or alias stands for all of them, unless one is named itself; "*" stands for every other function. secretFile holds the
// secret that signs requests, 16 bytes at least, or with accessKeyId the secret access key; secret reads it. Unknown members, members given twice
// and anything after the object are errors, which name the function and never hold a secret.
func ParseFunctions(text []byte, secret func(path string) (string, error)) (map[string]Target, error) {
	var functions map[string]json.RawMessage
	if err := jws.StrictObject(text, &functions); err != nil {
		return nil, fmt.Errorf("trigger: functions: %w", err)
	}
	out := make(map[string]Target, len(functions))
	for name, raw := range functions {
		t, err := parseTarget(name, raw, secret)
		if err != nil {
			return nil, fmt.Errorf("trigger: function %q: %w", name, err)
		}
		out[name] = t
	}
	return out, nil
}

func parseTarget(name string, raw []byte, secret func(string) (string, error)) (Target, error) {
	if _, _, _, err := splitFunction(name); name != anyFunction && !isTopic(name) && err != nil {
		return Target{}, err
	}
	var e entry
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e); err != nil {
		return Target{}, err
	}
	if err := jws.StrictObject(raw, &e); err != nil { // names in another case, which the decoder takes
		return Target{}, err
	}
	u, err := url.Parse(e.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || e.Lambda && u.RawQuery != "" {
		return Target{}, errors.New("url: want an http(s) URL without a user")
	}
	if !e.Lambda && (e.Function != "" || e.AccessKeyID != "") {
		return Target{}, errors.New("function and accessKeyId are for Lambda endpoints")
	}
	if e.Lambda && isTopic(name) {
		return Target{}, errors.New("a topic has a plain endpoint")
	}
	if e.Lambda && (e.AccessKeyID == "") != (e.SecretFile == "") {
		return Target{}, errors.New("accessKeyId and secretFile go together")
	}
	if e.Function != "" && !validName(e.Function) {
		return Target{}, errors.New("function: want a function's name")
	}
	t := Target{URL: e.URL, Lambda: e.Lambda, Function: e.Function}
	if e.SecretFile == "" {
		return t, nil
	}
	text, err := secret(e.SecretFile)
	switch {
	case err != nil:
		return Target{}, fmt.Errorf("secretFile: %w", err)
	case e.Lambda:
		t.Credentials = &sigv4.Credentials{AccessKeyID: e.AccessKeyID, SecretAccessKey: text}
	case len(text) < minSecret:
		return Target{}, fmt.Errorf("secretFile: want %d bytes at least", minSecret)
	default:
		t.Secret = Secret(text)
	}
	return t, nil
}

// splitFunction takes the ARN of a function apart: arn:<partition>:lambda:<region>:<account>:function:<name>[:<version or alias>].
func splitFunction(text string) (region, name, qualifier string, err error) {
	a, err := arn.Parse(text)
	if err != nil {
		return "", "", "", errors.New("want the ARN of a function")
	}
	rest, ok := strings.CutPrefix(a.Resource, "function:")
	name, qualifier, qualified := strings.Cut(rest, ":")
	if !ok || a.Service != "lambda" || a.Region == "" || !validName(name) || qualified && !validName(strings.TrimPrefix(qualifier, "$")) {
		return "", "", "", errors.New("want the ARN of a function")
	}
	return a.Region, name, qualifier, nil
}

// validName tells whether a text may be the name of a function or an alias: letters, digits, hyphen and underscore, at most 140.
func validName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return s != "" && len(s) <= 140
}
