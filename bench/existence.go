package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// namesTried is how many names of each sort are tried: each once, since a second failure may meet another state.
const namesTried = 400

// measureExistence compares what a stranger can time: the first wrong password for users that exist and for names that do not, in turns, and the
// first step of SRP for both. The t statistic is Welch's, without each side's slowest tenth.
func (b *bench) measureExistence() error {
	if !b.wants("existence") {
		return nil
	}
	root := credentials{AccessKeyID: b.AccessKeyID, SecretAccessKey: b.SecretAccessKey}
	conn, err := b.dial()
	if err != nil {
		return err
	}
	defer conn.c.Close()
	for i := range namesTried {
		for _, c := range []struct{ op, body string }{
			{"AdminCreateUser", fmt.Sprintf(`{"UserPoolId":%q,"Username":"known-%d","MessageAction":"SUPPRESS"}`, b.UserPoolID, i)},
			{"AdminSetUserPassword", fmt.Sprintf(`{"UserPoolId":%q,"Username":"known-%d","Password":"A-password-of-1-user","Permanent":true}`, b.UserPoolID, i)},
		} {
			if _, err := conn.do(b.prepare(root, "cognito-idp", "AWSCognitoIdentityProviderService."+c.op, c.body)); err != nil {
				return err
			}
		}
	}
	b.t.title("Time of an answer to a stranger (wall, medians), first try of each name")
	for _, m := range []struct{ name, body string }{
		{"existence, wrong password", `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":%q,"AuthParameters":{"USERNAME":"%s-%d","PASSWORD":"wrong"}}`},
		{"existence, first step of SRP", `{"AuthFlow":"USER_SRP_AUTH","ClientId":%q,"AuthParameters":{"USERNAME":"%s-%d","SRP_A":"abcdef0123456789"}}`},
	} {
		var times [2][]time.Duration
		for i := range 2 * namesTried {
			side, name := i%2, [2]string{"known", "other"}[i%2]
			c := b.prepare(credentials{}, "", "AWSCognitoIdentityProviderService.InitiateAuth", fmt.Sprintf(m.body, b.ClientID, name, i/2))
			began := time.Now()
			_, _ = conn.do(c) // a wrong password is refused
			times[side] = append(times[side], time.Since(began))
		}
		known, other := trimmed(times[0]), trimmed(times[1])
		b.t.row(m.name, "known %8.1f µs, unknown %8.1f µs, t = %.1f", micros(known[len(known)/2]), micros(other[len(other)/2]), welch(known, other))
	}
	return nil
}

// trimmed sorts and leaves the slowest tenth out.
func trimmed(d []time.Duration) []time.Duration {
	slices.Sort(d)
	return d[:len(d)*9/10]
}

func welch(a, b []time.Duration) float64 {
	ma, va := moments(a)
	mb, vb := moments(b)
	return (ma - mb) / math.Sqrt(va/float64(len(a))+vb/float64(len(b)))
}

func moments(d []time.Duration) (mean, variance float64) {
	for _, x := range d {
		mean += float64(x)
	}
	mean /= float64(len(d))
	for _, x := range d {
		variance += (float64(x) - mean) * (float64(x) - mean)
	}
	return mean, variance / float64(len(d)-1)
}
