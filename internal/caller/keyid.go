package caller

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
)

// keyIDEncoding is how access key ids spell their 80 bits.
var keyIDEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// accountShift is where the account number stands in the first six bytes of a key id: bits 7 to 46, as in AWS's own ids.
const accountShift = 7

// NewAccessKeyID draws an access key id, AKIA… or ASIA…, of 20 characters. Like AWS's own it spells the account number, so that tools which read
// the account out of a key id keep working and GetAccessKeyInfo needs no record of temporary keys; the other 40 bits are random.
func NewAccessKeyID(random io.Reader, prefix, account string) (string, error) {
	n, err := strconv.ParseUint(account, 10, 40)
	if err != nil || len(account) != 12 {
		return "", fmt.Errorf("account %q is not a number of 12 digits", account)
	}
	var b [10]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("randomness: %w", err)
	}
	var head [8]byte
	copy(head[2:], b[:6])
	mask := uint64(1)<<40 - 1
	word := binary.BigEndian.Uint64(head[:])
	word = word&^(mask<<accountShift) | n<<accountShift | 1<<47
	binary.BigEndian.PutUint64(head[:], word)
	copy(b[:6], head[2:])
	return prefix + keyIDEncoding.EncodeToString(b[:]), nil
}

// AccountOfKeyID reads the account number out of an access key id; ok is false when the id is not of that form.
func AccountOfKeyID(id string) (account string, ok bool) {
	if len(id) != 20 || (id[:4] != "AKIA" && id[:4] != "ASIA") {
		return "", false
	}
	b, err := keyIDEncoding.DecodeString(id[4:])
	if err != nil || len(b) != 10 || b[0]&0x80 == 0 { // the decoder passes over line ends; older ids do not carry the account
		return "", false
	}
	var head [8]byte
	copy(head[2:], b[:6])
	n := binary.BigEndian.Uint64(head[:]) >> accountShift & (1<<40 - 1)
	return fmt.Sprintf("%012d", n), n < 1_000_000_000_000
}
