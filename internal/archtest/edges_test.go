package archtest

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// pure are the rooms that anyone may import: no I/O, no clock, nothing but the standard library, golang.org/x/crypto and one another.
func pure() []string { return []string{"arn", "iampolicy", "jws", "seal", "sigv4", "srp"} }

// edges says which packages of ours each package may import besides the pure rooms; a "/" at the end allows everything below.
// No service stands in another service's list: what one needs of another is an interface that it declares itself, and that app fills.
func edges() map[string][]string {
	iam := func(own ...string) []string { // the areas of IAM share the records and the edge of their one service
		return append(own, "internal/awsapi/iamapi", "internal/caller", "internal/iam/edge", "internal/iam/record", "internal/store", "internal/wire")
	}
	return map[string][]string{
		// The description of services. A binding hands the caller's asks through, so wire knows their type and no more of them.
		"internal/caller": {},
		"internal/wire":   {"internal/caller"},
		"internal/audit":  {"internal/wire"}, // strict JSON for what is written

		// The pipeline receives tables; it imports no service.
		"internal/access": {"internal/audit", "internal/caller"},
		"internal/front":  {"internal/access", "internal/caller", "internal/wire"},

		// Another door, for an operator's own API: authenticate, then answer. Like front it knows how a refused authentication looks.
		"internal/gateway": {"internal/access", "internal/caller"},

		// What several services stand on.
		"internal/store":      {},
		"internal/keys":       {"internal/store"},
		"internal/directory":  {"internal/store"},     // records of user pools: userpool administers them, signin and idtoken read them
		"internal/hook":       {"internal/directory"}, // the events of triggers: those who call them share it with trigger, which reaches the functions
		"internal/session":    {"internal/caller", "internal/draw"},
		"internal/discovery":  {},
		"internal/config":     {},
		"internal/draw":       {},
		"internal/bounded":    {},
		"internal/wellknown":  {},
		"internal/totp":       {},
		"internal/signingkey": {}, // rings of keys that sign tokens: identitypool's and webtoken's

		// What reaches others, or a file of the operator.
		"internal/outbound": {},
		"internal/trigger":  {"internal/awsapi/cognitoidpapi", "internal/hook", "internal/wire"},
		"internal/notify":   {"internal/awsapi/cognitoidpapi", "internal/directory", "internal/hook"},
		"internal/federate": {"internal/store"},
		"internal/logsink":  {},

		// The services. account is what signin and profile share, pooledge what operations on one pool share.
		"internal/account":      {"internal/awsapi/cognitoidpapi", "internal/caller", "internal/directory", "internal/draw", "internal/hook", "internal/store", "internal/wire"},
		"internal/signin":       {"internal/account", "internal/awsapi/cognitoidpapi", "internal/caller", "internal/directory", "internal/hook", "internal/store", "internal/wire"},
		"internal/profile":      {"internal/account", "internal/awsapi/cognitoidpapi", "internal/directory", "internal/draw", "internal/hook", "internal/store", "internal/wire"},
		"internal/factor":       {"internal/awsapi/cognitoidpapi", "internal/caller", "internal/directory", "internal/draw", "internal/store", "internal/totp", "internal/wire"},
		"internal/pooledge":     {"internal/awsapi/cognitoidpapi", "internal/caller", "internal/directory", "internal/store", "internal/wire"},
		"internal/userpool":     {"internal/awsapi/cognitoidpapi", "internal/caller", "internal/directory", "internal/draw", "internal/pooledge", "internal/store", "internal/wire"},
		"internal/pooluser":     {"internal/awsapi/cognitoidpapi", "internal/directory", "internal/draw", "internal/hook", "internal/pooledge", "internal/store", "internal/wire"},
		"internal/hosted":       {"internal/awsapi/cognitoidpapi", "internal/directory", "internal/pooledge", "internal/store", "internal/wire"},
		"internal/branding":     {"internal/awsapi/cognitoidpapi", "internal/directory", "internal/draw", "internal/pooledge", "internal/store", "internal/wire"},
		"internal/protection":   {"internal/awsapi/cognitoidpapi", "internal/directory", "internal/pooledge", "internal/store", "internal/wire"},
		"internal/userimport":   {"internal/awsapi/cognitoidpapi", "internal/caller", "internal/directory", "internal/draw", "internal/pooledge", "internal/store", "internal/wire"},
		"internal/idtoken":      {"internal/awsapi/cognitoidpapi", "internal/directory", "internal/draw", "internal/hook", "internal/store", "internal/wire", "internal/wellknown"},
		"internal/identitypool": {"internal/awsapi/cognitoidentityapi", "internal/caller", "internal/draw", "internal/signingkey", "internal/store", "internal/wire", "internal/wellknown"},
		"internal/sts":          {"internal/awsapi/stsapi", "internal/caller", "internal/wire"},
		"internal/webtoken":     {"internal/draw", "internal/signingkey", "internal/store", "internal/wellknown"},
		"internal/organization": {"internal/awsapi/organizationsapi", "internal/bounded", "internal/caller", "internal/draw", "internal/store", "internal/wire"},

		// IAM is one service in areas: record holds its tables, edge its answers and paging; identity, policy and credential do not know each other.
		"internal/iam/record":        {"internal/caller", "internal/draw", "internal/store"}, // of caller: the spelling of key ids, the folding of names
		"internal/iam/edge":          {"internal/awsapi/iamapi", "internal/caller", "internal/iam/record", "internal/store", "internal/wire"},
		"internal/iam/identity":      iam(),
		"internal/iam/policy":        iam(),
		"internal/iam/credential":    iam("internal/draw"),
		"internal/iam/provider":      iam("internal/draw"),
		"internal/iam/mfa":           iam("internal/draw", "internal/totp"),
		"internal/iam/password":      iam(),
		"internal/iam/certificate":   iam(),
		"internal/iam/instance":      iam(),
		"internal/iam/servicelinked": iam("internal/draw"),
		"internal/iam/account":       iam(),
		"internal/iam/advisor":       iam("internal/draw"),
		"internal/iam/simulate":      iam(),
		"internal/iam/delegation":    iam("internal/draw"),
		"internal/iam/principal":     {"internal/bounded", "internal/caller", "internal/iam/record", "internal/store"},
		"internal/iam/iamtest":       {"internal/caller", "internal/iam/record", "internal/keys", "internal/store", "internal/store/sqlite", "internal/wire"}, // a store for tests

		// Engines, and the suite that both pass.
		"internal/store/sqlite":          {"internal/store"},
		"internal/store/postgres":        {"internal/store"},
		"internal/store/postgres/pgtest": {},
		"internal/store/storetest":       {"internal/store", "internal/store/sqlite"},

		// The values that conditions compare.
		"iampolicy": {"iampolicy/scalar"},

		// The linter on the command line: which actions there are is in the tables of the services.
		"iampolicy/lint":   {"iampolicy"},
		"internal/lintcmd": {"internal/awsapi/", "internal/wire"},

		// Rooms for other programs that do I/O: they reach a server by its public protocols alone. mayflytest starts one.
		"credentials/keep": {},
		"credentials":      {"credentials/keep", "internal/dpop", "internal/partition"},

		// The client: the user's files, endpoints of its own, the commands. It knows nothing of the server's inside.
		"internal/awsfile":    {"credentials"},
		"internal/localcreds": {"credentials"},
		"internal/runas":      {"credentials"},
		"internal/vault":      {"credentials"},
		"internal/shellenv":   {"credentials"},
		"internal/chain":      {"credentials", "internal/awsfile"},
		"internal/partition":  {},
		"internal/dpop":       {},
		"internal/doctor":     {"internal/awsfile", "internal/chain", "internal/partition", "internal/vault"},
		"internal/desktop":    {"credentials"},
		"internal/decode":     {},
		"internal/login":      {"credentials", "internal/awsfile", "internal/chain", "internal/partition", "internal/vault"},
		"internal/cli": {
			"credentials", "internal/awsfile", "internal/decode", "internal/desktop", "internal/doctor", "internal/localcreds", "internal/login", "internal/runas",
			"internal/shellenv", "internal/vault",
		},
		"mayflytest": {"credentials", "internal/app", "internal/config"},

		// Wiring knows everything, and only the command knows it.
		"internal/app": {"internal/"},
		"cmd/mayfly":   {"internal/app", "internal/cli", "internal/config", "internal/desktop", "internal/lintcmd", "internal/login"},
		"cmd/modelgen": {},

		// Measurements reach into what they measure.
		"bench": {"internal/access", "internal/caller", "internal/directory", "internal/iam/principal", "internal/iam/record", "internal/store", "internal/store/sqlite"},
	}
}

// TestEdges fails on an edge that is not in the table.
func TestEdges(t *testing.T) {
	allowed := edges()
	used := map[[2]string]bool{}
	for _, f := range production(files(t)) {
		for _, p := range f.imports() {
			to, ours := strings.CutPrefix(p, module)
			if !ours || within(to, pure()...) && !within(f.pkg, pure()...) {
				continue
			}
			used[[2]string{f.pkg, to}] = true
			if !allows(allowed, f.pkg, to) {
				t.Errorf("%s: %s may not import %s", f.name, f.pkg, to)
			}
		}
	}
	for from, list := range allowed {
		for _, to := range list {
			if !strings.HasSuffix(to, "/") && !used[[2]string{from, to}] {
				t.Errorf("%s may import %s, and does not: the table is to list what is needed", from, to)
			}
		}
	}
}

func allows(allowed map[string][]string, from, to string) bool {
	if within(from, "internal/awsapi") {
		return to == "internal/wire"
	}
	return slices.ContainsFunc(allowed[from], func(a string) bool { return a == to || strings.HasSuffix(a, "/") && strings.HasPrefix(to, a) })
}

// TestPureRooms holds the pure rooms to the standard library without its I/O, x/crypto, and rooms further down. io is allowed for its interfaces.
func TestPureRooms(t *testing.T) {
	downwards := map[string][]string{"iampolicy": {"arn", "iampolicy/scalar"}, "iampolicy/lint": {"iampolicy"}}
	forbidden := []string{"os", "net", "syscall", "log", "math/rand", "database", "unsafe", "plugin", "embed", "runtime"}
	allowed := []string{"net/netip", "net/http", "net/url", "net/textproto"} // values alone; of net/http, sigv4 uses the Header type
	for _, f := range production(files(t)) {
		if !within(f.pkg, pure()...) {
			continue
		}
		for _, p := range f.imports() {
			to, ours := strings.CutPrefix(p, module)
			switch {
			case ours && slices.Contains(downwards[f.pkg], to), strings.HasPrefix(p, "golang.org/x/crypto/"):
			case !standard(p):
				t.Errorf("%s: a pure room may not import %s", f.name, p)
			case within(p, forbidden...) && !slices.Contains(allowed, p):
				t.Errorf("%s: a pure room may not import %s", f.name, p)
			}
		}
	}
}

// TestServicesStayApart says the rule of the table once more, so that the table cannot be made to break it.
func TestServicesStayApart(t *testing.T) {
	services := []string{
		"internal/userpool", "internal/pooluser", "internal/signin", "internal/profile", "internal/factor", "internal/hosted", "internal/branding", "internal/protection",
		"internal/userimport", "internal/idtoken", "internal/identitypool", "internal/sts", "internal/iam", "internal/organization", "internal/webtoken", "internal/session", "internal/notify", "internal/trigger", "internal/federate",
	}
	behind := []string{"internal/access", "internal/front", "internal/app", "internal/keys"}
	for _, f := range production(files(t)) {
		if !within(f.pkg, services...) || f.pkg == "internal/iam/iamtest" {
			continue
		}
		own := f.pkg
		if within(f.pkg, "internal/iam") {
			own = "internal/iam"
		}
		for _, p := range f.imports() {
			to := strings.TrimPrefix(p, module)
			if within(to, services...) && !within(to, own) || within(to, behind...) {
				t.Errorf("%s: service %s may not know %s", f.name, f.pkg, to)
			}
		}
	}
}

// TestWhoImportsWhat keeps single doors single: SQL is the store's, the command line is the command's, and only app and tests know services.
func TestWhoImportsWhat(t *testing.T) {
	doors := []struct {
		what    []string
		allowed []string
	}{
		{[]string{"database/sql", "github.com/jackc/pgx/v5"}, []string{"internal/store/sqlite", "internal/store/postgres"}},
		{[]string{"modernc.org/sqlite"}, []string{"internal/store/sqlite"}},
		{[]string{"github.com/spf13/cobra"}, []string{"cmd", "internal/cli"}},
		{[]string{module + "internal/app"}, []string{"cmd/mayfly", "mayflytest"}},
		{[]string{"os/exec"}, []string{"internal/store/postgres/pgtest", "internal/runas", "internal/chain", "internal/desktop", "bench"}},
		{[]string{"plugin", "unsafe", "net/http/pprof", "expvar"}, []string{"bench"}},
		{[]string{"math/rand", "math/rand/v2"}, []string{"internal/store/postgres", "internal/iam/iamtest", "bench"}}, // jitter of retries; worlds of tests
		{[]string{"text/template", "html/template"}, []string{"internal/app", "internal/notify", "bench"}},
	}
	for _, f := range production(files(t)) {
		for _, p := range f.imports() {
			for _, d := range doors {
				if within(p, d.what...) && !within(f.pkg, d.allowed...) {
					t.Errorf("%s may not import %s", f.name, p)
				}
			}
		}
	}
}

// TestThirdParties lists what else the program is built of.
func TestThirdParties(t *testing.T) {
	known := map[string]bool{
		"github.com/jackc/pgx/v5": true, "github.com/spf13/cobra": true, "modernc.org/sqlite": true, "golang.org/x/crypto": true,
		"golang.org/x/sync": true, "golang.org/x/term": true,
		"github.com/go-webauthn/webauthn": true, "github.com/wneessen/go-mail": true,
		"github.com/beevik/etree": true, "github.com/russellhaering/goxmldsig": true, "github.com/mattermost/xml-roundtrip-validator": true, // SAML
		"github.com/aws/aws-sdk-go-v2":     true,                             // the type of a provider of credentials
		"github.com/zalando/go-keyring":    true,                             // the operating system's
		"golang.org/x/sys":                 true,                             // locks of files on Windows
		"rsc.io/qr":                        true,                             // pictures of TOTP seeds
		"github.com/cedar-policy/cedar-go": true,                             // beside which bench decides
		"github.com/google/go-cmp":         true, "pgregory.net/rapid": true, // in storetest, a suite that tests import
	}
	for _, f := range production(files(t)) {
		for _, p := range f.imports() {
			if standard(p) || strings.HasPrefix(p, module) || within(p, slices.Collect(maps.Keys(known))...) {
				continue
			}
			t.Errorf("%s: %s is not among the known dependencies", f.name, p)
		}
	}
}
