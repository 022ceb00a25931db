package protection

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/mayfly-id/mayfly/internal/directory"
)

// Bounds of what a client may say about itself, in bytes.
const (
	maxEncoded = 16 << 10
	maxClaim   = 256
)

// traits are by what one attempt is told from others.
type traits struct {
	IP       string   `json:"ip,omitempty"`
	Network  string   `json:"network,omitempty"` // the /24 of an IPv4 address, the /48 of an IPv6 address
	Devices  []string `json:"devices,omitempty"` // hashes of the names that the device goes by
	Agent    string   `json:"agent,omitempty"`   // device as its user knows it
	Timezone string   `json:"timezone,omitempty"`
}

// traitsOf reads an attempt.
func traitsOf(a *directory.Attempt) traits {
	t := traits{Agent: claim(a.UserAgent)}
	if ip := a.IP.Unmap().WithZone(""); ip.IsValid() {
		t.IP, t.Network = ip.String(), network(ip)
	}
	c := decodeContext(a.Encoded)
	t.Timezone = c["ClientTimezone"]
	for _, name := range []string{"DeviceName", "UserAgent"} {
		if t.Agent == "" {
			t.Agent = c[name]
		}
	}
	for _, id := range [][2]string{{"key", a.DeviceKey}, {"id", c["DeviceId"]}, {"fingerprint", c["DeviceFingerprint"]}} {
		if id[1] != "" {
			t.Devices = append(t.Devices, fingerprint(id[0], id[1]))
		}
	}
	if len(t.Devices) == 0 && t.Agent != "" {
		t.Devices = []string{fingerprint("agent", t.Agent)}
	}
	return t
}

// network is the part of an address that tends to stay when a connection is made anew.
func network(ip netip.Addr) string {
	bits := 48
	if ip.Is4() {
		bits = 24
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return ip.String()
	}
	return p.String()
}

// fingerprint names a device without keeping what it said of itself.
func fingerprint(kind, value string) string {
	h := sha256.Sum256([]byte(kind + "\x00" + value))
	return hex.EncodeToString(h[:12])
}

// decodeContext reads the EncodedData that Cognito's libraries make: base64 of {"payload": text, ...}, where the text is {"contextData": {name: value}}.
// It gives the values that are texts. What it cannot read says nothing; the signature is made with public values, and proves nothing.
func decodeContext(encoded string) map[string]string {
	if encoded == "" || len(encoded) > maxEncoded {
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil
	}
	var outer, inner map[string]any
	if json.Unmarshal(raw, &outer) != nil {
		return nil
	}
	payload, _ := outer["payload"].(string)
	if json.Unmarshal([]byte(payload), &inner) != nil {
		return nil
	}
	data, _ := inner["contextData"].(map[string]any)
	out := map[string]string{}
	for _, name := range []string{"DeviceId", "DeviceFingerprint", "DeviceName", "UserAgent", "ClientTimezone"} {
		if v, ok := data[name].(string); ok && claim(v) != "" {
			out[name] = claim(v)
		}
	}
	return out
}

// claim bounds a value of a client, and leaves out what has no place in a line of text.
func claim(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s[:min(len(s), 4*maxClaim)])
	if len(s) > maxClaim {
		s = s[:maxClaim]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	return strings.TrimSpace(s)
}
