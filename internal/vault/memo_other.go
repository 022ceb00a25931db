//go:build !linux

package vault

// Kernel gives the memo of the operating system, which has none: macOS and Windows ask their keyring each time.
func Kernel() Memo { return nil }
