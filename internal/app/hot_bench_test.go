package app_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/sigv4"
)

// BenchmarkCallerIdentity is a signed GetCallerIdentity through the whole pipeline, without a network.
func BenchmarkCallerIdentity(b *testing.B) {
	a, run := open(b)
	h := a.Handler()
	body := []byte("Action=GetCallerIdentity&Version=2011-06-15")
	signed := &sigv4.Request{Method: "POST", RequestURI: "/", Host: "127.0.0.1:8480", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: body}
	sigv4.Sign(signed, sigv4.Credentials{AccessKeyID: run.AccessKeyID, SecretAccessKey: run.SecretAccessKey}, run.Region, "sts", time.Now())
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		r.Host, r.Header, r.RequestURI = signed.Host, signed.Header, "/"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}
