package protection

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// hashFile writes passwords as a file of hashes.
func hashFile(words []string, count, end string, lastEnd bool) []byte {
	var lines []string
	for _, w := range words {
		lines = append(lines, fmt.Sprintf("%X", sha1.Sum([]byte(w))))
	}
	slices.Sort(lines)
	text := ""
	for i, l := range slices.Compact(lines) {
		text += l
		if count != "" {
			text += fmt.Sprintf(":%d", i*i*i)
		}
		if lastEnd || i < len(lines)-1 {
			text += end
		}
	}
	return []byte(text)
}

// TestListsAgree: a list of words, and its file of hashes in every form, hold what they were made of and nothing else.
func TestListsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9]{1,8}`), 1, 60, rapid.ID).Draw(t, "words")
		file := hashFile(words, rapid.SampledFrom([]string{"", ":"}).Draw(t, "count"), rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end"), rapid.Bool().Draw(t, "last"))
		hashes, err := OpenHashes(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		list, err := ReadWords(strings.NewReader(strings.Join(words, "\r\n") + "\n\n"))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range append(words, rapid.SliceOfN(rapid.StringMatching(`[a-z0-9A-Z]{0,9}`), 0, 20).Draw(t, "others")...) {
			want := slices.Contains(words, w)
			for _, l := range []PasswordList{hashes, list, Lists{list, hashes}} {
				if got, err := l.Contains(w); err != nil || got != want {
					t.Fatalf("%T: %q is %v, %v", l, w, got, err)
				}
			}
		}
	})
}

func TestHashesRefuse(t *testing.T) {
	good := string(hashFile([]string{"a", "b", "c"}, ":", "\n", true))
	for name, text := range map[string]string{
		"empty": "", "words": "password\nletmein\n", "lower case": strings.ToLower(good), "short": good[:39] + "\n", "long": good[:40] + ":" + strings.Repeat("1", 99) + "\n",
		"descending": strings.Join([]string{good[84:124], good[:40]}, "\n"), "bad end": good + "x\n",
	} {
		if _, err := OpenHashes(strings.NewReader(text), int64(len(text))); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if _, err := OpenHashes(strings.NewReader(good), int64(len(good))+10); err == nil {
		t.Error("a file that is shorter than it was")
	}
	middle := strings.Repeat("0", 40) + "\n" + strings.Repeat("nonsense ", 500) + "\n" + strings.Repeat(strings.Repeat("F", 40)+"\n", 9)
	h, err := OpenHashes(strings.NewReader(middle), int64(len(middle)))
	if err != nil {
		t.Fatal(err)
	}
	if found, err := h.Contains("password"); err == nil || found {
		t.Error("a bad line between is no error")
	}
}

func TestWordsRefuse(t *testing.T) {
	for n, end := range map[int]string{maxWord + 1: "\n", maxWord + 2: "", maxWord * 99: "\n"} {
		if _, err := ReadWords(strings.NewReader(strings.Repeat("a", n) + end)); err == nil {
			t.Errorf("a line of %d bytes is taken", n)
		}
	}
	if w, err := ReadWords(strings.NewReader(strings.Repeat("a", maxWord) + "\r\nb")); err != nil || len(w.sums) != 2 {
		t.Error(err)
	}
	if _, err := ReadWords(strings.NewReader(strings.Repeat("a\n", maxWords+1))); err == nil {
		t.Error("a list without end is taken")
	}
	if w, err := ReadWords(strings.NewReader("\n\r\n")); err != nil {
		t.Error(err)
	} else if found, _ := w.Contains(""); found {
		t.Error("an empty line counts")
	}
}

func TestCommon(t *testing.T) {
	list := Common()
	for word, want := range map[string]bool{"password": true, "P@ssw0rd1": true, "123456": true, "qwerty": true, "Q1w2e3r4!": true, "!QAZ2wsx": true, "": false, "correct horse battery staple": false, "Pässword": false} {
		if got, err := list.Contains(word); got != want || err != nil {
			t.Errorf("%q: %v, %v", word, got, err)
		}
	}
}

// FuzzHashes: whatever the file, a search ends, and finds only what is there.
func FuzzHashes(f *testing.F) {
	f.Add(hashFile([]string{"a", "b", "c", "password"}, ":", "\r\n", true), "password")
	f.Add([]byte("nonsense"), "a")
	f.Fuzz(func(t *testing.T, file []byte, password string) {
		h, err := OpenHashes(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		found, err := h.Contains(password)
		if found && (err != nil || !bytes.Contains(file, fmt.Appendf(nil, "%X", sha1.Sum([]byte(password))))) {
			t.Errorf("%q is found: %v", password, err)
		}
	})
}
