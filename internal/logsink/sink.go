package logsink

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"sync"
)

// Bounds of a log.
const (
	MaxLine     = 1 << 20  // bytes of a line
	DefaultSize = 64 << 20 // bytes of a file before it is turned over
	kept        = 4        // files that were turned over, for each destination
	nameLength  = 80       // characters of a destination that its file's name shows
)

var (
	errLine = errors.New("logsink: a line must be of 1 byte to 1 MiB without line breaks")
	errSize = errors.New("logsink: the bound of a file must be at least the size of a line")
)

// Sink appends lines to files. It is safe for concurrent use; no two Sinks may share a folder.
type Sink struct {
	mu   sync.Mutex
	root *os.Root
	size int64
}

// Open makes a Sink of a folder, which it creates with mode 0700. A file is turned over before it grows beyond size bytes; 0 is DefaultSize.
func Open(dir string, size int64) (*Sink, error) {
	if size == 0 {
		size = DefaultSize
	}
	if size < MaxLine+1 {
		return nil, errSize
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("logsink: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("logsink: %w", err)
	}
	return &Sink{root: root, size: size}, nil
}

// Close ends the Sink. Lines that come later are refused.
func (s *Sink) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.root.Close()
}

// Write appends one line, without its end, to the file of a destination: an ARN, or any other text.
func (s *Sink) Write(ctx context.Context, destination string, line []byte) error {
	if len(line) == 0 || len(line) > MaxLine || bytes.ContainsAny(line, "\r\n") {
		return errLine
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.append(FileName(destination), line); err != nil {
		return fmt.Errorf("logsink: %w", err)
	}
	return nil
}

func (s *Sink) append(name string, line []byte) (err error) {
	f, size, err := s.open(name)
	if err != nil {
		return err
	}
	if size > 0 && size+int64(len(line))+1 > s.size {
		if err := errors.Join(f.Close(), s.turnOver(name)); err != nil {
			return err
		}
		if f, size, err = s.open(name); err != nil {
			return err
		}
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	text := make([]byte, 0, len(line)+2)
	if size > 0 && !endsLine(f, size) {
		text = append(text, '\n') // what a power cut left of a line spoils no line but itself
	}
	_, err = f.Write(append(append(text, line...), '\n'))
	return err
}

// open opens a file for appending, and for reading its end.
func (s *Sink) open(name string) (*os.File, int64, error) {
	f, err := s.root.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrInvalid
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

func endsLine(f *os.File, size int64) bool {
	var last [1]byte
	_, err := f.ReadAt(last[:], size-1)
	return err == nil && last[0] == '\n'
}

// turnOver renames the files of a destination, the oldest first: the last name is taken over.
func (s *Sink) turnOver(name string) error {
	for i := kept; i > 0; i-- {
		from := name
		if i > 1 {
			from += "." + strconv.Itoa(i-1)
		}
		if err := s.root.Rename(from, name+"."+strconv.Itoa(i)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// FileName gives the name of a destination's file: its letters, digits, dots, hyphens and underscores, all else as "_", and 32 hexadecimal digits of
// its SHA-256, which keep alike destinations apart.
func FileName(destination string) string {
	sum := sha256.Sum256([]byte(destination))
	shown := make([]byte, 0, nameLength)
	for i := 0; i < len(destination) && i < nameLength; i++ {
		c := destination[i]
		safe := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' && i > 0
		if !safe {
			c = '_'
		}
		shown = append(shown, c)
	}
	return string(shown) + "-" + hex.EncodeToString(sum[:16]) + ".log"
}
