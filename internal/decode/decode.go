package decode

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// Decoded is what is known of a text. The members are those of the JSON form.
type Decoded struct {
	What    string          `json:"what"`
	Names   string          `json:"names,omitempty"`   // whom
	Issuer  string          `json:"issuer,omitempty"`  // of a JWT
	Ends    *time.Time      `json:"ends,omitempty"`    // when it ends, or has ended
	Ended   bool            `json:"ended,omitempty"`   // by this machine's clock
	Header  json.RawMessage `json:"header,omitempty"`  // of a JWT
	Claims  json.RawMessage `json:"claims,omitempty"`  // of a JWT; nothing of it is verified
	Message json.RawMessage `json:"message,omitempty"` // of an authorization message that STS has decoded

	Sealed string `json:"-"` // the text that its issuer alone can open
}

// Explain finds out what a text is, by its form alone. now is the time against which an end is held.
func Explain(text string, now time.Time) *Decoded {
	text = strings.TrimSpace(text)
	if scheme, rest, ok := strings.Cut(text, " "); ok && strings.ToLower(scheme) == "bearer" { // as it stands in Authorization
		text = strings.TrimSpace(rest)
	}
	if parts := strings.Split(text, "."); len(parts) == 3 {
		if d := jwt(parts, now); d != nil {
			return d
		}
	}
	if d := message(text); d != nil {
		return d
	}
	if len(text) < leastSealed {
		return &Decoded{What: unknown}
	}
	if _, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "=")); err == nil {
		return &Decoded{Sealed: text, What: "sealed by its issuer: a session token, an encoded authorization message or a refresh token. Only the server that made it can open it: " +
			"name a session or a profile of it"}
	}
	if _, err := base64.StdEncoding.DecodeString(text); err == nil {
		return &Decoded{Sealed: text, What: "a session token of AWS, or another sealed text. Only AWS can open it: name a session or a profile of it"}
	}
	return &Decoded{What: unknown}
}

const (
	unknown = "nothing that is known here"
	// leastSealed is how long a sealed text is at least. Every short word is base64.
	leastSealed = 16
)

// message reads what STS has decoded, bare or as DecodeAuthorizationMessage answers it; nil when it is none.
func message(text string) *Decoded {
	var m struct {
		Allowed *bool `json:"allowed"`
		Context *struct {
			Principal json.RawMessage `json:"principal"`
		} `json:"context"`
		Decoded string `json:"DecodedMessage"`
	}
	switch {
	case json.Unmarshal([]byte(text), &m) != nil:
		return nil
	case m.Decoded != "" && m.Decoded != text:
		return message(m.Decoded)
	case m.Allowed == nil || m.Context == nil:
		return nil
	}
	var principal struct {
		ARN string `json:"arn"`
	}
	_ = json.Unmarshal(m.Context.Principal, &principal) // "" where it is another thing
	return &Decoded{What: "decoded authorization message", Names: principal.ARN, Message: json.RawMessage(text)}
}

func jwt(parts []string, now time.Time) *Decoded {
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil || !json.Valid(header) {
		return nil
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims map[string]json.RawMessage
	if json.Unmarshal(body, &claims) != nil || claims == nil {
		return nil
	}
	text := func(name string) string { // "" for what is no string
		var t string
		_ = json.Unmarshal(claims[name], &t)
		return t
	}
	d := &Decoded{What: "JWT, not verified", Issuer: text("iss"), Header: header, Claims: body}
	if use := text("token_use"); use != "" {
		d.What = use + " token (JWT), not verified"
	}
	for _, name := range []string{"cognito:username", "username", "sub"} {
		if d.Names == "" {
			d.Names = text(name)
		}
	}
	var end float64
	if json.Unmarshal(claims["exp"], &end) == nil && claims["exp"] != nil && end >= 0 && end <= lastSecond {
		ends := time.Unix(int64(end), 0).UTC()
		d.Ends, d.Ended = &ends, !now.Before(ends)
	}
	return d
}

// lastSecond is the end of the year 9999, beyond which no time can be written.
const lastSecond = 253402300799
