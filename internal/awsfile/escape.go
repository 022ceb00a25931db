package awsfile

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// escape writes a character as JSON has it, beyond the first plane as a pair.
func escape(b *strings.Builder, r rune) {
	if r > 0xFFFF {
		high, low := utf16.EncodeRune(r)
		fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
		return
	}
	fmt.Fprintf(b, `\u%04x`, r)
}
