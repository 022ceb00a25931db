package jws

import (
	"crypto/rand"
	"testing"
)

const benchClaims = `{"sub":"3f1c1e1a-8a3f-4b0e-9f7e-0d8f6a3f0a11","cognito:groups":["admins","developers"],"email_verified":true,"iss":"https://cognito-idp.eu-west-1.example.org/eu-west-1_AbCdEfGhI","cognito:username":"jane","origin_jti":"0a1b2c3d-1111-2222-3333-444455556666","aud":"1h57kf5cpq17m0eml12EXAMPLE","event_id":"9e1c3f1a-0000-4b0e-9f7e-0d8f6a3f0a11","token_use":"id","auth_time":1767225600,"exp":1767229200,"iat":1767225600,"jti":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","email":"jane@example.org"}`

func BenchmarkJWS(b *testing.B) {
	for _, alg := range []Algorithm{RS256, ES256, ES384} {
		k, err := GenerateKey(rand.Reader, alg)
		if err != nil {
			b.Fatal(err)
		}
		s, err := NewSigner("kid", k)
		if err != nil {
			b.Fatal(err)
		}
		token, err := Encode(rand.Reader, s, []byte(benchClaims))
		if err != nil {
			b.Fatal(err)
		}
		keys := KeySet{s.Public()}
		b.Run(string(alg)+"/sign", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Encode(rand.Reader, s, []byte(benchClaims)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(string(alg)+"/verify", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Verify(token, keys); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkStrictObject(b *testing.B) {
	var v struct {
		Sub      string   `json:"sub"`
		Iss      string   `json:"iss"`
		Aud      string   `json:"aud"`
		TokenUse string   `json:"token_use"`
		Groups   []string `json:"cognito:groups"`
		Exp      int64    `json:"exp"`
		Iat      int64    `json:"iat"`
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := StrictObject([]byte(benchClaims), &v); err != nil {
			b.Fatal(err)
		}
	}
}
