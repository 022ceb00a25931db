package pooluser

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
)

func TestParseFilterRefusals(t *testing.T) {
	for text, message := range map[string]string{
		`username`:                    "Error while parsing filter",
		`username = `:                 "Error while parsing filter",
		`username = x`:                "Error while parsing filter",
		`username = "x`:               "Error while parsing filter",
		`username = x"`:               "Error while parsing filter",
		`username = "x" and sub = ""`: "Error while parsing filter",
		`username = "x""`:             "Error while parsing filter",
		`username = "\n"`:             "Error while parsing filter",
		`username = "x\`:              "Error while parsing filter",
		`username ^ = "x"`:            "Error while parsing filter",
		`username ^^= "x"`:            "Error while parsing filter",
		`username == "x"`:             "Error while parsing filter",
		`username != "x"`:             "Invalid search attribute: username !",
		`= "x"`:                       "Invalid search attribute: ",
		`" = "x"`:                     `Invalid search attribute: "`,
		`Username = "x"`:              "Invalid search attribute: Username",
		`custom:tenant = "x"`:         "Invalid search attribute: custom:tenant",
		`address = "x"`:               "Invalid search attribute: address",
	} {
		t.Run(text, func(t *testing.T) {
			_, err := parseFilter(text)
			wantError(t, err, api.InvalidParameterException, message)
		})
	}
}

// FuzzParseFilter: what is accepted names a searchable attribute, and says the same when it is written out again.
func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{``, ` `, `username = "x"`, `"cognito:user_status" ^= "C\"\\"`, `sub^="`, `name = "a" b`, "name=\"\xff\""} {
		f.Add(s)
	}
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseFilter(text)
		if err != nil || got == (filter{}) {
			return
		}
		if !slices.Contains(searchable(), got.attribute) {
			t.Fatalf("accepted attribute %q", got.attribute)
		}
		if len(got.value) > len(text) {
			t.Fatalf("value grew from %s to %s", strconv.Quote(text), strconv.Quote(got.value))
		}
		operator := "="
		if got.prefix {
			operator = "^="
		}
		again, err := parseFilter(got.attribute + operator + `"` + quote.Replace(got.value) + `"`)
		if err != nil || again != got {
			t.Fatalf("%q became %+v, then %+v (%v)", text, got, again, err)
		}
	})
}
