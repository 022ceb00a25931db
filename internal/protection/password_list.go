package protection

import (
	"bufio"
	"bytes"
	"crypto/sha1" // #nosec G505 -- the format of public lists of passwords; nothing is protected by it
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
)

// PasswordList is a list of passwords that others know.
type PasswordList interface {
	// Contains tells whether a password is in the list, as it is spelled. An error means that it cannot be told.
	Contains(password string) (bool, error)
}

// Lists is several lists as one.
type Lists []PasswordList

// Contains tells whether a password is in one of the lists.
func (l Lists) Contains(password string) (bool, error) {
	for _, list := range l {
		if in, err := list.Contains(password); in || err != nil {
			return in, err
		}
	}
	return false, nil
}

type digest = [sha1.Size]byte

// Words is a list that is held in memory: 20 bytes a password.
type Words struct{ sums []digest }

// Bounds of a list of words.
const (
	maxWords = 1_000_000
	maxWord  = 256 // bytes: more than Cognito takes for a password
)

// ReadWords reads a list of one password a line, of at most 1,000,000 lines of at most 256 bytes. Ends of lines are "\n" or "\r\n"; empty lines count for
// nothing.
func ReadWords(r io.Reader) (*Words, error) {
	w := &Words{}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, maxWord+3), maxWord+3)
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		if len(lines.Bytes()) > maxWord {
			return nil, fmt.Errorf("list of passwords: line %d: %w", len(w.sums)+1, bufio.ErrTooLong)
		}
		if len(w.sums) == maxWords {
			return nil, errors.New("the list of passwords has more than 1,000,000 lines; use the form of sorted hashes")
		}
		w.sums = append(w.sums, sha1.Sum(lines.Bytes())) // #nosec G401 -- see the import
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("list of passwords: line %d: %w", len(w.sums)+1, err)
	}
	w.sort()
	return w, nil
}

func (w *Words) sort() {
	slices.SortFunc(w.sums, func(a, b digest) int { return bytes.Compare(a[:], b[:]) })
}

// Contains implements PasswordList. It gives no error.
func (w *Words) Contains(password string) (bool, error) {
	sum := sha1.Sum([]byte(password)) // #nosec G401 -- see the import
	_, found := slices.BinarySearchFunc(w.sums, sum, func(a, b digest) int { return bytes.Compare(a[:], b[:]) })
	return found, nil
}

// Hashes is a file of SHA-1 hashes in the form in which Have I Been Pwned gives them, ordered by hash: lines of 40 upper-case hexadecimal digits, which
// ":" and a count may follow. It is searched where it lies and never read whole. It is safe for concurrent use.
type Hashes struct {
	r    io.ReaderAt
	size int64
}

// maxHashLine is the longest line of a file of hashes, with its end.
const maxHashLine = 64

var errHashes = errors.New("the file of password hashes is not of lines of 40 upper-case hexadecimal digits in ascending order")

// OpenHashes takes a file of size bytes. It looks at the first and the last line, so that a file of another form is found at the start; a bad line between is
// an error of the search that meets it.
func OpenHashes(r io.ReaderAt, size int64) (*Hashes, error) {
	h := &Hashes{r, size}
	first, _, err := h.lineAt(0)
	if err != nil {
		return nil, err
	}
	last := first
	for at := max(0, size-2*maxHashLine); at < size; {
		from := at
		if at > 0 {
			if from, err = h.after(at - 1); err != nil || from >= size {
				break
			}
		}
		if last, at, err = h.lineAt(from); err != nil {
			break
		}
	}
	if err == nil && bytes.Compare(first[:], last[:]) > 0 {
		err = errHashes
	}
	return h, err
}

// Contains implements PasswordList.
func (h *Hashes) Contains(password string) (bool, error) {
	want := sha1.Sum([]byte(password)) // #nosec G401 -- see the import
	low, high := int64(0), h.size      // where the line begins that is looked for: low is the beginning of a line, or the end
	for low < high {
		at, err := h.after(low + (high-low)/2 - 1)
		if err != nil {
			return false, err
		}
		if at >= high { // no line begins in the upper half
			at = low
		}
		sum, next, err := h.lineAt(at)
		if err != nil {
			return false, err
		}
		switch bytes.Compare(sum[:], want[:]) {
		case 0:
			return true, nil
		case -1:
			low = next
		default:
			high = at
		}
	}
	return false, nil
}

// after gives the beginning of the first line that begins after the byte at an offset; the size when there is none. Before the first byte is -1.
func (h *Hashes) after(at int64) (int64, error) {
	if at < 0 {
		return 0, nil
	}
	buf, err := h.read(at)
	if err != nil {
		return 0, err
	}
	end := bytes.IndexByte(buf, '\n')
	if end < 0 {
		if at+int64(len(buf)) < h.size {
			return 0, errHashes
		}
		return h.size, nil
	}
	return at + int64(end) + 1, nil
}

// lineAt reads the line that begins at an offset, and tells where the next one begins.
func (h *Hashes) lineAt(at int64) (sum digest, next int64, err error) {
	buf, err := h.read(at)
	if err != nil {
		return sum, 0, err
	}
	next = h.size
	if end := bytes.IndexByte(buf, '\n'); end >= 0 {
		buf, next = buf[:end], at+int64(end)+1
	} else if at+int64(len(buf)) < h.size {
		return sum, 0, errHashes
	}
	buf = bytes.TrimSuffix(buf, []byte("\r"))
	const digits = 2 * sha1.Size
	if len(buf) < digits || len(buf) > digits && buf[digits] != ':' || bytes.ContainsAny(buf[:digits], "abcdef") {
		return sum, 0, errHashes
	}
	if _, err := hex.Decode(sum[:], buf[:digits]); err != nil {
		return sum, 0, errHashes
	}
	return sum, next, nil
}

// read gives up to maxHashLine bytes.
func (h *Hashes) read(at int64) ([]byte, error) {
	buf := make([]byte, max(0, min(maxHashLine, h.size-at)))
	n, err := h.r.ReadAt(buf, at)
	if n < len(buf) {
		return nil, errors.Join(errHashes, err)
	}
	return buf, nil
}
