package account

import "testing"

func TestMasks(t *testing.T) {
	for _, c := range [][3]string{
		{"email", "ada@example.org", "a***@e***"}, {"email", "@", "***@***"}, {"phone_number", "+15551234567", "+*******4567"},
		{"phone_number", "+12", "+12"}, {"phone_number", "", "+"},
	} {
		if got := Masked(c[0], c[1]); got != c[2] {
			t.Errorf("%s: %s, want %s", c[1], got, c[2])
		}
	}
}
