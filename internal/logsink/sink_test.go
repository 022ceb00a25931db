package logsink

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func open(t *testing.T) (*Sink, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "logs")
	s, err := Open(dir, MaxLine+1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, s *Sink, destination, line string) {
	t.Helper()
	if err := s.Write(t.Context(), destination, []byte(line)); err != nil {
		t.Fatal(err)
	}
}

func TestWriteAppendsLines(t *testing.T) {
	s, dir := open(t)
	write(t, s, "user-import/p", `{"a":1}`)
	write(t, s, "user-import/p", `{"a":2}`)
	write(t, s, "user-import_p", `{"a":3}`)
	path := filepath.Join(dir, FileName("user-import/p"))
	if got := read(t, path); got != "{\"a\":1}\n{\"a\":2}\n" {
		t.Errorf("%q", got)
	}
	if got := read(t, filepath.Join(dir, FileName("user-import_p"))); got != "{\"a\":3}\n" {
		t.Errorf("%q", got)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestWriteRefuses(t *testing.T) {
	s, dir := open(t)
	for name, line := range map[string]string{"empty": "", "two lines": "a\nb", "return": "a\rb", "long": strings.Repeat("a", MaxLine+1)} {
		if err := s.Write(t.Context(), "d", []byte(line)); !errors.Is(err, errLine) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Write(ended, "d", []byte("a")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Error(entries, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), "d", []byte("a")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed sink takes lines: %v", err)
	}
	if _, err := Open(t.TempDir(), MaxLine); !errors.Is(err, errSize) {
		t.Error(err)
	}
}

func TestWriteLeavesTheFolderToNoLink(t *testing.T) {
	s, dir := open(t)
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.Symlink(outside, filepath.Join(dir, FileName("d"))); err != nil {
		t.Skip(err)
	}
	if err := s.Write(t.Context(), "d", []byte("a")); err == nil {
		t.Error("a line went where a link points")
	}
	if _, err := os.Stat(outside); err == nil {
		t.Error("a file outside")
	}
}

func TestTurnOver(t *testing.T) {
	s, dir := open(t)
	name := filepath.Join(dir, FileName("d"))
	for _, c := range "abcdefg" {
		write(t, s, "d", strings.Repeat(string(c), MaxLine-1))
	}
	var got []string
	for _, suffix := range []string{"", ".1", ".2", ".3", ".4"} {
		got = append(got, read(t, name+suffix)[:1])
	}
	if d := cmp.Diff([]string{"g", "f", "e", "d", "c"}, got); d != "" {
		t.Error(d)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != kept+1 {
		t.Errorf("%d files, %v", len(entries), err)
	}
}

func TestHalfLineIsClosedOff(t *testing.T) {
	s, dir := open(t)
	path := filepath.Join(dir, FileName("d"))
	if err := os.WriteFile(path, []byte("whole\nha"), 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, s, "d", "next")
	if got := read(t, path); got != "whole\nha\nnext\n" {
		t.Errorf("%q", got)
	}
}

func TestParallelLinesStayWhole(t *testing.T) {
	s, dir := open(t)
	line := bytes.Repeat([]byte("x"), 500)
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for range 50 {
				if err := s.Write(t.Context(), "d", line); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	got := strings.Split(strings.TrimSuffix(read(t, filepath.Join(dir, FileName("d"))), "\n"), "\n")
	if len(got) != 400 {
		t.Fatalf("%d lines", len(got))
	}
	for _, l := range got {
		if l != string(line) {
			t.Fatalf("%q", l)
		}
	}
}

func TestFileNameIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		name := FileName(a)
		if !filepath.IsLocal(name) || filepath.Base(name) != name || len(name) > 200 || strings.HasPrefix(name, ".") || strings.ContainsAny(name, "/\\\x00: ") {
			t.Fatalf("%q", name)
		}
		if a != b && name == FileName(b) {
			t.Fatalf("%q and %q share %q", a, b, name)
		}
	})
}
