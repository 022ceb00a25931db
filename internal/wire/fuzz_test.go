package wire_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"testing"

	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// FuzzDecodeJSON: what is accepted is JSON for the standard library too, and its re-encoding decodes to the same.
func FuzzDecodeJSON(f *testing.F) {
	f.Add([]byte(`{"UserPoolId":"us-east-1_a","Username":"u","UserAttributes":[{"Name":"email","Value":"a@b"}],"ForceAliasCreation":true}`))
	f.Add([]byte(`{"ClientMetadata":{"a":"\ud83d\ude00"},"x":[null,1e9]}`))
	e := entry(f, "cognitoidp", "AdminCreateUser")
	f.Fuzz(func(t *testing.T, body []byte) {
		in, missing, err := e.DecodeJSON(body)
		if err != nil {
			return
		}
		if len(bytes.TrimSpace(body)) > 0 && !json.Valid(body) {
			t.Fatalf("accepted what is no JSON: %q", body)
		}
		_ = e.Validate(in, missing)
		req := in.(*cognitoidpapi.AdminCreateUserRequest)
		again, err := json.Marshal(map[string]any{"UserPoolId": req.UserPoolId, "Username": req.Username, "ClientMetadata": req.ClientMetadata})
		if err != nil {
			t.Fatal(err)
		}
		in2, _, err := e.DecodeJSON(again)
		if err != nil {
			t.Fatalf("%q: %v", again, err)
		}
		if r2 := in2.(*cognitoidpapi.AdminCreateUserRequest); r2.Username != req.Username || len(r2.ClientMetadata) != len(req.ClientMetadata) {
			t.Fatalf("%+v became %+v", req, r2)
		}
	})
}

// FuzzParseForm: agrees with net/url on what it accepts.
func FuzzParseForm(f *testing.F) {
	f.Add("Action=AssumeRole&Tags.member.1.Key=a%20b+c")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := wire.ParseForm(body)
		if err != nil {
			return
		}
		want, err := url.ParseQuery(body)
		if err != nil {
			t.Fatalf("accepted what net/url refuses: %q", body)
		}
		if len(form) != len(want) {
			t.Fatalf("%q: %d parameters, net/url has %d", body, len(form), len(want))
		}
		for _, p := range form {
			if v := want[p.Name]; len(v) != 1 || v[0] != p.Value {
				t.Fatalf("%q: %q is %q, net/url has %q", body, p.Name, p.Value, v)
			}
		}
	})
}

// FuzzDecodeQuery: never fails but with a syntax error, and validation answers.
func FuzzDecodeQuery(f *testing.F) {
	f.Add("RoleArn=a&RoleSessionName=b&Tags.member.1.Key=k&PolicyArns.member.2.arn=x")
	e := entry(f, "sts", "AssumeRole")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := wire.ParseForm(body)
		if err != nil {
			return
		}
		in, missing, err := e.DecodeQuery(form)
		if err != nil {
			if _, ok := err.(*wire.SyntaxError); !ok {
				t.Fatal(err)
			}
			return
		}
		if n := len(in.(*stsapi.AssumeRoleRequest).Tags); n > len(form) {
			t.Fatalf("%d tags from %d parameters", n, len(form))
		}
		_ = e.Validate(in, missing)
	})
}

// FuzzXMLText: any text comes out of an XML parser as it went in, but for what XML cannot hold.
func FuzzXMLText(f *testing.F) {
	f.Add("a<b>&\"'\r\n\t\x00\uFFFE")
	f.Fuzz(func(t *testing.T, s string) {
		var v struct {
			Text string `xml:",chardata"`
		}
		b := append(wire.AppendXMLText([]byte("<x>"), s), "</x>"...)
		if err := xml.Unmarshal(b, &v); err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if len([]rune(v.Text)) != len([]rune(s)) {
			t.Fatalf("%q became %q", s, v.Text)
		}
	})
}
