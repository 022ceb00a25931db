// Package totp computes time-based one-time codes as authenticator apps show them (RFC 6238): HOTP (RFC 4226) with SHA-1, six digits and steps of
// 30 seconds.
//
// It is arithmetic alone. It refuses to know whose seed it is, what time it is and which codes were used: whoever asks keeps the last step that counted,
// and takes only later ones.
package totp
