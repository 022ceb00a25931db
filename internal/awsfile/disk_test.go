package awsfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func contents(t *testing.T, path string) string {
	t.Helper()
	b, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func writeFile(path string, b []byte) error {
	return write(path, b, false, func(string) error { return nil })
}

func TestWrite(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes and links are those of unix")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "new", ".aws", "config")
	if err := writeFile(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if mode(t, path) != 0o600 || mode(t, filepath.Dir(path)) != 0o700 || contents(t, path) != "one" {
		t.Error(mode(t, path), mode(t, filepath.Dir(path)))
	}
	for _, m := range []fs.FileMode{0o400, 0o640, 0o600} {
		if err := os.Chmod(path, m); err != nil {
			t.Fatal(err)
		}
		if err := writeFile(path, []byte(m.String())); err != nil || mode(t, path) != m || contents(t, path) != m.String() {
			t.Error(m, err, mode(t, path))
		}
	}
	link, far := filepath.Join(dir, "link"), filepath.Join(dir, "far")
	for name, to := range map[string]string{link: "far", far: filepath.Join("new", "target")} { // the target is not there yet
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeFile(link, []byte("two")); err != nil || contents(t, filepath.Join(dir, "new", "target")) != "two" {
		t.Error(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Error("the link is gone:", err)
	}
	if err := os.Symlink("round", filepath.Join(dir, "round")); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(filepath.Join(dir, "round"), nil); err == nil {
		t.Error("a link to itself")
	}
	if err := writeFile(dir, nil); err == nil {
		t.Error("a folder is replaced")
	}
	if err := writeFile(filepath.Join(path, "x"), nil); err == nil {
		t.Error("a file as a folder")
	}
	if left, err := filepath.Glob(filepath.Join(dir, "new", ".aws", ".*")); err != nil || len(left) != 0 {
		t.Error("left behind:", left, err)
	}
}

func TestReadFileIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "big")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int64]error{mostBytes: nil, mostBytes + 1: ErrSize} {
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadFile(path); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestEdit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	before, after, err := Edit(path, func(f *File) error { return f.Set("default", "region", "x") })
	if err != nil || len(before) != 0 || string(after) != "[default]\nregion = x\n" || contents(t, path) != string(after) {
		t.Fatalf("%q %q %v", before, after, err)
	}
	_, _, err = Edit(path, func(f *File) error {
		if err := writeFile(path, []byte("[other]\n")); err != nil {
			return err
		}
		return f.Set("default", "region", "y")
	})
	if !errors.Is(err, ErrChanged) || contents(t, path) != "[other]\n" {
		t.Errorf("%v: %q", err, contents(t, path))
	}
	if _, _, err = Edit(path, func(f *File) error { return errors.Join(f.Set("default", "region", "z"), ErrText) }); !errors.Is(err, ErrText) || contents(t, path) != "[other]\n" {
		t.Errorf("%v: %q", err, contents(t, path))
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); err != nil || len(left) != 0 {
		t.Error("left behind:", left, err)
	}
}

func TestDiff(t *testing.T) {
	old := "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n"
	for _, c := range []struct{ name, from, to, want string }{
		{"nothing", old, old, ""},
		{"one line", old, strings.Replace(old, "f\n", "F\n", 1), "--- o\n+++ n\n@@ -3,7 +3,7 @@\n c\n d\n e\n-f\n+F\n g\n h\n i\n"},
		{"two hunks", old, strings.Replace("0\n"+old, "l\n", "", 1), "--- o\n+++ n\n@@ -1,3 +1,4 @@\n+0\n a\n b\n c\n@@ -9,4 +10,3 @@\n i\n j\n k\n-l\n"},
		{"a new file", "", "a\n", "--- o\n+++ n\n@@ -0,0 +1,1 @@\n+a\n"},
		{"a file that goes", "a\n", "", "--- o\n+++ n\n@@ -1,1 +0,0 @@\n-a\n"},
		{"no end", "a\n", "a", "--- o\n+++ n\n@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n"},
		{
			"secrets", "aws_secret_access_key = s3cr3t\n# aws_session_token=s3cr3t\nregion = x\n", "aws_secret_access_key = n3w\n# aws_session_token=s3cr3t\nregion = y\n",
			"--- o\n+++ n\n@@ -1,3 +1,3 @@\n-aws_secret_access_key = [redacted]\n+aws_secret_access_key = [redacted]\n # aws_session_token= [redacted]\n-region = x\n+region = y\n",
		},
	} {
		if d := cmp.Diff(c.want, Diff("o", "n", []byte(c.from), []byte(c.to))); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// FuzzDiff takes the way of a script from one file to the other.
func FuzzDiff(f *testing.F) {
	f.Add("a\nb\nc\n", "b\nc\nd")
	f.Fuzz(func(t *testing.T, from, to string) {
		if len(from)+len(to) > 4096 {
			return
		}
		a, b := Parse([]byte(from)).lines, Parse([]byte(to)).lines
		var old, now strings.Builder
		for _, s := range script(a, b) {
			if s.kind != '+' {
				old.WriteString(s.text)
			}
			if s.kind != '-' {
				now.WriteString(s.text)
			}
		}
		if old.String() != from || now.String() != to {
			t.Fatal("the script is not the way from one to the other")
		}
	})
}
