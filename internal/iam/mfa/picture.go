package mfa

import (
	"fmt"
	"net/url"

	"rsc.io/qr"

	"github.com/mayfly-id/mayfly/internal/totp"
)

// issuer is under which heading apps show a device; it is AWS's, so that tools which look for it keep working.
const issuer = "Amazon Web Services"

// link is the URL that apps read a seed from (https://docs.aws.amazon.com/IAM/latest/APIReference/API_VirtualMFADevice.html).
func link(name, label string, seed []byte) string {
	heading := url.PathEscape(issuer)
	return "otpauth://totp/" + heading + ":" + url.PathEscape(name) + "@" + url.PathEscape(label) + "?secret=" + totp.Text(seed) + "&issuer=" + heading
}

// picture draws the link as a QR code in PNG. An error never holds the link, for the seed is in it.
func picture(name, label string, seed []byte) ([]byte, error) {
	code, err := qr.Encode(link(name, label, seed), qr.M)
	if err != nil {
		return nil, fmt.Errorf("iam: drawing a QR code: %w", err)
	}
	return code.PNG(), nil
}
