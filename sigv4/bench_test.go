package sigv4

import (
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"
)

func hexKey(k Key) string { return hex.EncodeToString(k[:]) }

// stsRequest looks like what the official SDKs send to STS.
func stsRequest() *Request {
	r := &Request{Method: "POST", RequestURI: "/", Host: "sts.eu-west-1.example.org:8443",
		Header: http.Header{
			"Content-Type":          {"application/x-www-form-urlencoded; charset=utf-8"},
			"User-Agent":            {"aws-sdk-go-v2/1.40.0 ua/2.1 os/linux lang/go#1.26.8 md/GOOS#linux"},
			"Amz-Sdk-Invocation-Id": {"7b1f5d52-5f0e-4a1c-9c2f-2b9a1b3a4c5d"},
			"Amz-Sdk-Request":       {"attempt=1; max=3"},
			"Accept-Encoding":       {"gzip"},
		},
		Body: []byte("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdeploy&RoleSessionName=build-42&DurationSeconds=900")}
	Sign(r, Credentials{suiteKeyID, suiteSecret, suiteToken}, "eu-west-1", "sts", suiteTime)
	return r
}

func BenchmarkVerify(b *testing.B) {
	for _, size := range []int{0, 1 << 10, 16 << 10} {
		r := stsRequest()
		if size > 0 {
			r.Body = []byte(strings.Repeat("x", size))
			Sign(r, Credentials{suiteKeyID, suiteSecret, suiteToken}, "eu-west-1", "sts", suiteTime)
		}
		key := DeriveKey(suiteSecret, Scope{"20150830", "eu-west-1", "sts"})
		name := map[int]string{0: "sts", 1 << 10: "1KiB", 16 << 10: "16KiB"}[size]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s, err := Parse(r)
				if err != nil {
					b.Fatal(err)
				}
				if err := s.Verify(r, key, suiteTime); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerifyPresigned(b *testing.B) {
	r := &Request{Method: "GET", RequestURI: "/?Action=GetCallerIdentity&Version=2011-06-15", Host: "sts.example.org"}
	Presign(r, Credentials{suiteKeyID, suiteSecret, suiteToken}, "eu-west-1", "sts", time.Minute, suiteTime)
	key := DeriveKey(suiteSecret, Scope{"20150830", "eu-west-1", "sts"})
	b.ReportAllocs()
	for b.Loop() {
		s, err := Parse(r)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Verify(r, key, suiteTime); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDeriveKey(b *testing.B) {
	for b.Loop() {
		DeriveKey(suiteSecret, Scope{"20150830", "eu-west-1", "sts"})
	}
}

func BenchmarkSign(b *testing.B) {
	r := stsRequest()
	b.ReportAllocs()
	for b.Loop() {
		Sign(r, Credentials{suiteKeyID, suiteSecret, suiteToken}, "eu-west-1", "sts", suiteTime)
	}
}
