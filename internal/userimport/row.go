package userimport

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// Bounds of a file (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool.html).
const (
	maxFile = 100 << 20
	maxRows = 500_000
	maxRow  = 16_000 // characters
)

var (
	errRowLong  = errors.New("the row is longer than 16000 characters")
	errRowText  = errors.New("the row is not UTF-8 text")
	errRowQuote = errors.New("a quotation mark is not closed, or stands in the midst of a value")
)

// lines reads a file row by row: a row is a line, which ends with LF or CR LF.
type lines struct {
	r *bufio.Reader
}

func newLines(r io.Reader) *lines { return &lines{bufio.NewReaderSize(r, maxRow*utf8.UTFMax+3)} }

// next gives a line without its end, and how many bytes of the file it takes. A line that is too long is read over; its text is empty. io.EOF after the
// last.
func (l *lines) next() (text string, size int64, err error) {
	b, err := l.r.ReadSlice('\n')
	size = int64(len(b))
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			b, err = l.r.ReadSlice('\n')
			size += int64(len(b))
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return "", size, err
		}
		return "", size, errRowLong
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(b) == 0) {
		return "", size, err
	}
	text = strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	switch {
	case utf8.RuneCountInString(text) > maxRow:
		return "", size, errRowLong
	case !utf8.ValidString(text):
		return "", size, errRowText
	}
	return text, size, nil
}

// fields splits a row at its commas. A value may stand in quotation marks, in which a doubled one is itself (RFC 4180 section 2); elsewhere a backslash
// takes the next character as it is, which is how Cognito's own files hold commas.
func fields(row string) ([]string, error) {
	var out []string
	for {
		value, rest, more, err := field(row)
		if err != nil {
			return nil, err
		}
		out = append(out, value)
		if !more {
			return out, nil
		}
		row = rest
	}
}

// field takes the first value of a row; more tells that a comma follows it.
func field(row string) (value, rest string, more bool, err error) {
	if strings.HasPrefix(row, `"`) {
		return quoted(row[1:])
	}
	var b strings.Builder
	for i := 0; i < len(row); i++ {
		switch c := row[i]; {
		case c == ',':
			return b.String(), row[i+1:], true, nil
		case c == '\\' && i+1 < len(row):
			i++
			b.WriteByte(row[i])
		case c == '"':
			return "", "", false, errRowQuote
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), "", false, nil
}

// quoted takes a value whose opening quotation mark has been read.
func quoted(row string) (value, rest string, more bool, err error) {
	var b strings.Builder
	for {
		i := strings.IndexByte(row, '"')
		if i < 0 {
			return "", "", false, errRowQuote
		}
		b.WriteString(row[:i])
		row = row[i+1:]
		switch {
		case row == "":
			return b.String(), "", false, nil
		case row[0] == ',':
			return b.String(), row[1:], true, nil
		case row[0] != '"':
			return "", "", false, errRowQuote
		}
		b.WriteByte('"')
		row = row[1:]
	}
}
