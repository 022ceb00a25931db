package script

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// A request's members are written NAME=TEXT, NAME:=JSON, or NAME=@FILE. In a JSON body a name with dots goes into objects: AuthParameters.USERNAME=x.

// jsonInput builds the body of an awsJson request.
func jsonInput(ts *testscript.TestScript, args []string) ([]byte, error) {
	root := map[string]any{}
	for _, arg := range args {
		name, text, raw, err := member(ts, arg)
		if err != nil {
			return nil, err
		}
		var value any = text
		if raw {
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				return nil, fmt.Errorf("%s: %w", arg, err)
			}
		}
		parts := strings.Split(name, ".")
		into := root
		for _, p := range parts[:len(parts)-1] {
			next, ok := into[p].(map[string]any)
			if !ok {
				next = map[string]any{}
				into[p] = next
			}
			into = next
		}
		into[parts[len(parts)-1]] = value
	}
	return json.Marshal(root)
}

// queryInput builds the form of an awsQuery request.
func queryInput(ts *testscript.TestScript, action, version string, args []string) ([]byte, error) {
	form := url.Values{"Action": {action}, "Version": {version}}
	for _, arg := range args {
		name, text, _, err := member(ts, arg)
		if err != nil {
			return nil, err
		}
		form.Add(name, text)
	}
	return []byte(form.Encode()), nil
}

func member(ts *testscript.TestScript, arg string) (name, text string, raw bool, err error) {
	name, text, ok := strings.Cut(arg, "=")
	if !ok {
		return "", "", false, fmt.Errorf("%q is not NAME=TEXT", arg)
	}
	name, raw = strings.CutSuffix(name, ":")
	if file, ok := strings.CutPrefix(text, "@"); ok {
		text = filled(ts, file)
	}
	return name, text, raw, nil
}
