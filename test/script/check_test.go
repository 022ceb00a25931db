package script

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdGet puts a part of the last answer into a variable: get VAR PATH.
func cmdGet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: get VAR PATH")
	}
	text, ok := worldOf(ts).last.text(args[1])
	if !ok || text == "" {
		ts.Fatalf("there is no %s in\n%s", args[1], worldOf(ts).last)
	}
	ts.Setenv(args[0], text)
}

// cmdIs compares a part of the last answer: is PATH TEXT.
func cmdIs(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: is PATH TEXT")
	}
	text, ok := worldOf(ts).last.text(args[0])
	if !ok {
		ts.Fatalf("there is no %s in\n%s", args[0], worldOf(ts).last)
	}
	if (text == args[1]) == neg {
		ts.Fatalf("%s is %q", args[0], text)
	}
}

// cmdHas asks whether a part is there and matches an expression: has PATH [EXPRESSION].
func cmdHas(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: has PATH [EXPRESSION]")
	}
	text, ok := worldOf(ts).last.text(args[0])
	if len(args) == 2 && ok {
		ok = regexp.MustCompile(args[1]).MatchString(text)
	}
	if ok == neg {
		ts.Fatalf("has %q is %t in\n%s", args, ok, worldOf(ts).last)
	}
}

// cmdMatch holds a text against an expression: match TEXT EXPRESSION.
func cmdMatch(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: match TEXT EXPRESSION")
	}
	if regexp.MustCompile(args[1]).MatchString(args[0]) == neg {
		ts.Fatalf("%q matches %q: %t", args[0], args[1], !neg)
	}
}

// cmdStatus holds the last answer to have this status: status 403. It is for doors that speak no AWS protocol.
func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: status CODE")
	}
	if a := worldOf(ts).last; strconv.Itoa(a.status) != args[0] {
		ts.Fatalf("want status %s:\n%s", args[0], a)
	}
}

// cmdRefused holds the last answer to be this error, in the shape of its protocol: refused STATUS CODE [EXPRESSION of the message].
func cmdRefused(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: refused STATUS CODE [MESSAGE]")
	}
	a := worldOf(ts).last
	code, message, err := a.refusal()
	if err != nil {
		ts.Fatalf("%v:\n%s", err, a)
	}
	if strconv.Itoa(a.status) != args[0] || code != args[1] {
		ts.Fatalf("want %s %s, got\n%s", args[0], args[1], a)
	}
	if len(args) == 3 && !regexp.MustCompile(args[2]).MatchString(message) {
		ts.Fatalf("the message %q does not match %q", message, args[2])
	}
}

// refusal reads an error, and finds fault with a shape that stock clients could not read.
func (a *answer) refusal() (code, message string, err error) {
	id := a.header.Get("X-Amzn-Requestid")
	if id == "" {
		return "", "", errors.New("the refusal has no request id")
	}
	if !a.isXML {
		code, _ = a.text("__type")
		if message, _ = a.text("message"); message == "" {
			message, _ = a.text("Message")
		}
		if code == "" || code != a.header.Get("X-Amzn-Errortype") {
			return "", "", fmt.Errorf("__type %q is not the header's %q", code, a.header.Get("X-Amzn-Errortype"))
		}
		return code, message, nil
	}
	root, _ := a.doc.(map[string]any)["ErrorResponse"].(map[string]any)
	e, _ := root["Error"].(map[string]any)
	if e == nil || root["RequestId"] != id {
		return "", "", errors.New("the refusal is no ErrorResponse with its request id")
	}
	code, _ = e["Code"].(string)
	message, _ = e["Message"].(string)
	if want := map[bool]string{true: "Sender", false: "Receiver"}[a.status < 500]; e["Type"] != want {
		return "", "", fmt.Errorf("the refusal's Type is not %s", want)
	}
	return code, message, nil
}

// cmdHeader puts a header of the last answer into a variable: header VAR NAME.
func cmdHeader(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: header VAR NAME")
	}
	text := worldOf(ts).last.header.Get(args[1])
	if (text == "") != neg {
		ts.Fatalf("header %s is %q in\n%s", args[1], text, worldOf(ts).last)
	}
	ts.Setenv(args[0], text)
}

// cmdSession names the credentials in the last answer: session NAME.
func cmdSession(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: session NAME")
	}
	last := worldOf(ts).last
	id, _ := last.text("Credentials.AccessKeyId")
	secret, _ := last.text("Credentials.SecretAccessKey")
	token, _ := last.text("Credentials.SessionToken")
	if id == "" || secret == "" || token == "" {
		ts.Fatalf("there are no credentials in\n%s", last)
	}
	cmdUse(ts, false, []string{args[0], id, secret, token})
}

// cmdDecoded makes a part of the last answer that is JSON, as it is or URL-encoded, the last answer: decoded PATH.
func cmdDecoded(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: decoded PATH")
	}
	w := worldOf(ts)
	text, ok := w.last.text(args[0])
	if !ok {
		ts.Fatalf("there is no %s in\n%s", args[0], w.last)
	}
	if strings.HasPrefix(text, "%") {
		var err error
		text, err = url.PathUnescape(text)
		ts.Check(err)
	}
	w.last = &answer{status: http.StatusOK, body: []byte(text)}
	ts.Check(w.last.parseJSON())
}

// cmdBase64 puts the text behind a blob into a variable: base64 VAR BLOB.
func cmdBase64(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: base64 VAR BLOB")
	}
	b, err := base64.StdEncoding.DecodeString(args[1])
	ts.Check(err)
	ts.Setenv(args[0], string(b))
}
