package awsfile

import (
	"fmt"
	"io"
)

// What has secrets and a pointer, within which package fmt asks nobody for verbs that do not fit, prints its name alone.

// Format implements fmt.Formatter.
func (SSOToken) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "awsfile.SSOToken") }

// Format implements fmt.Formatter.
func (Registration) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "awsfile.Registration") }

// Format implements fmt.Formatter.
func (RoleCredentials) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "awsfile.RoleCredentials")
}

// Format implements fmt.Formatter.
func (LoginToken) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "awsfile.LoginToken") }

// Format implements fmt.Formatter.
func (p Profile) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "awsfile.Profile "+p.Name) }
