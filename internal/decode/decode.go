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
}

// Explain finds out what a text is, by its form alone. now is the time against which an end is held.
func Explain(text string, now time.Time) *Decoded {
	if parts := strings.Split(text, "."); len(parts) == 3 {
		if d := jwt(parts, now); d != nil {
			return d
		}
	}
	var message struct {
		Allowed *bool           `json:"allowed"`
		Context json.RawMessage `json:"context"`
	}
	if json.Unmarshal([]byte(text), &message) == nil && message.Allowed != nil && message.Context != nil {
		return &Decoded{What: "decoded authorization message", Message: json.RawMessage(text)}
	}
	if _, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "=")); err == nil {
		return &Decoded{What: "sealed by its issuer: a session token, an encoded authorization message or a refresh token. Only the server that made it can open it; " +
			"for an encoded authorization message: aws sts decode-authorization-message"}
	}
	if _, err := base64.StdEncoding.DecodeString(text); err == nil {
		return &Decoded{What: "a session token of AWS, or another sealed text. Only AWS can open it"}
	}
	return &Decoded{What: "nothing that is known here"}
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
	var claims struct {
		Iss      string   `json:"iss"`
		Sub      string   `json:"sub"`
		Use      string   `json:"token_use"`
		Username string   `json:"username"`
		Cognito  string   `json:"cognito:username"`
		Exp      *float64 `json:"exp"`
	}
	if json.Unmarshal(body, &claims) != nil {
		return nil
	}
	d := &Decoded{What: "JWT, not verified", Issuer: claims.Iss, Header: header, Claims: body}
	if claims.Use != "" {
		d.What = claims.Use + " token (JWT), not verified"
	}
	for _, name := range []string{claims.Cognito, claims.Username, claims.Sub} {
		if d.Names == "" {
			d.Names = name
		}
	}
	if claims.Exp != nil {
		ends := time.Unix(int64(*claims.Exp), 0).UTC()
		d.Ends, d.Ended = &ends, !now.Before(ends)
	}
	return d
}
