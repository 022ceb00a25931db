package doctor

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/credentials"
)

// TestNearest: the median of the times counts, one that is unlucky does not, and one that fails is no time.
func TestNearest(t *testing.T) {
	two := STS("eu-central-1")
	own, global := two[0].host(), two[1].host()
	many := func(d ...time.Duration) []time.Duration { return d }
	const ms = time.Millisecond
	for _, c := range []struct {
		name   string
		takes  map[string][]time.Duration // by host, one after the other; 0 fails
		legacy string
		state  State
		says   string
	}{
		{"the Region's", map[string][]time.Duration{own: many(20*ms, 900*ms, 21*ms, 22*ms, 19*ms), global: many(96*ms, 97*ms, 95*ms, 96*ms, 1*ms)}, "", OK,
			"sts.eu-central-1.amazonaws.com answers in 21ms, sts.amazonaws.com in 96ms: the Region's is nearer by 75ms"},
		{"legacy", map[string][]time.Duration{own: many(20*ms, 20*ms, 20*ms, 20*ms, 20*ms), global: many(96*ms, 96*ms, 96*ms, 96*ms, 96*ms)}, "AWS_STS_REGIONAL_ENDPOINTS", Warn,
			"AWS_STS_REGIONAL_ENDPOINTS takes the other"},
		{"the global one", map[string][]time.Duration{own: many(30*ms, 30*ms, 30*ms, 30*ms, 30*ms), global: many(10*ms, 10*ms, 10*ms, 10*ms, 10*ms)}, "x", OK, "the global one is nearer by 20ms"},
		{"equal", map[string][]time.Duration{own: many(30*ms, 30*ms, 30*ms, 30*ms, 30*ms), global: many(30*ms, 30*ms, 30*ms, 30*ms, 30*ms)}, "x", OK, "neither is nearer"},
		{"one alone", map[string][]time.Duration{own: many(30*ms, 0, 30*ms, 0, 30*ms), global: many(0, 10*ms, 0, 10*ms, 0)}, "x", OK, "sts.eu-central-1.amazonaws.com answers in 30ms"},
		{"none", map[string][]time.Duration{own: many(0, 0, 0, 0, 0), global: many(0, 0, 0, 0, 0)}, "", Skipped, "nothing to measure"},
	} {
		now := at("2026-01-02T03:04:05Z")
		w := web(roundTrip(func(r *http.Request) (*http.Response, error) {
			d := c.takes[r.URL.Host][0]
			c.takes[r.URL.Host] = c.takes[r.URL.Host][1:]
			if d == 0 {
				return nil, errors.New("none")
			}
			now = now.Add(d)
			return respond(302, "Location", "https://aws.amazon.com/iam"), nil
		}))
		w.Now = func() time.Time { return now }
		got := Nearest(t.Context(), w, two, c.legacy)
		wants(t, got, c.state, c.says)
		if len(got) != 1 || (got[0].Fix == "") != (c.state != Warn) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestEndpointsOfPartitions(t *testing.T) {
	urls := func(list []Target) (out []string) {
		for _, t := range list {
			out = append(out, t.URL)
		}
		return out
	}
	for region, want := range map[string][]string{
		"eu-west-1":       {"https://sts.eu-west-1.amazonaws.com", "https://sts.amazonaws.com"},
		"cn-north-1":      {"https://sts.cn-north-1.amazonaws.com.cn"},
		"us-gov-west-1":   {"https://sts.us-gov-west-1.amazonaws.com"},
		"eusc-de-east-1":  {"https://sts.eusc-de-east-1.amazonaws.eu"},
		"us-isof-south-1": {"https://sts.us-isof-south-1.csp.hci.ic.gov"},
		"eu-isoe-west-1":  {"https://sts.eu-isoe-west-1.cloud.adc-e.uk"},
		"us-iso-east-1":   {"https://sts.us-iso-east-1.c2s.ic.gov"},
		"us-isob-east-1":  {"https://sts.us-isob-east-1.sc2s.sgov.gov"},
	} {
		if d := cmp.Diff(want, urls(STS(region))); d != "" {
			t.Error(region, d)
		}
		if host := clientHost(t, region); "https://"+host != want[0] {
			t.Errorf("the client of %s goes to %s", region, host)
		}
	}
	if d := cmp.Diff([]string{"https://cognito-idp.eu-west-1.amazonaws.com", "https://oidc.eu-west-1.amazonaws.com"}, urls(Endpoints("eu-west-1", "cognito-idp", "oidc"))); d != "" {
		t.Error(d)
	}
}

// clientHost is where package credentials sends a request for STS.
func clientHost(t *testing.T, region string) (host string) {
	t.Helper()
	c := &credentials.Client{Region: region, HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		host = r.URL.Host
		return respond(403), nil
	})}}
	if _, err := c.WhoAmI(t.Context(), aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}); err == nil {
		t.Error("an answer without an identity is one")
	}
	return host
}

// TestNearestConnectsEachTime: a connection that is there already would hide what it costs to come by one.
func TestNearestConnectsEachTime(t *testing.T) {
	var made atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			made.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	w := web(nil)
	if resp, err := w.HTTP.Get(s.URL); err != nil || resp.Body.Close() != nil { // which leaves a connection behind
		t.Fatal(err)
	}
	wants(t, Nearest(t.Context(), w, []Target{{Service: "sts", URL: s.URL}}, ""), OK, "answers in")
	if n := made.Load(); n != 1+tries {
		t.Errorf("%d connections", n)
	}
}
