package desktop

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

var sendsTo = regexp.MustCompile(`url=([^"]+)"`)

// TestHandoverIsOnce: of many who know the path, one gets the secret.
func TestHandoverIsOnce(t *testing.T) {
	got := 0
	h := &Handover{Random: strings.NewReader(strings.Repeat("r", 32)), Patience: time.Hour, Dir: t.TempDir()}
	h.Browse = func(ctx context.Context, page string) error {
		u, err := url.Parse(page)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(u.Path)
		if err != nil {
			return err
		}
		answers := make(chan int, 100)
		for range cap(answers) {
			go func() { answers <- status(ctx, sendsTo.FindStringSubmatch(string(b))[1]) }()
		}
		for range cap(answers) {
			if <-answers == http.StatusSeeOther {
				got++
			}
		}
		return nil
	}
	if err := h.Show(t.Context(), "https://x/"); err != nil || got != 1 {
		t.Errorf("%d got it, %v", got, err)
	}
}

// status is what a GET is answered with; 0 when there is no answer any more.
func status(ctx context.Context, target string) int {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return 0
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// TestHandoverEnds: a browser that cannot be opened, one that does not come, and a person who does not wait leave nothing behind.
func TestHandoverEnds(t *testing.T) {
	dir := t.TempDir()
	h := &Handover{Random: strings.NewReader(strings.Repeat("r", 96)), Dir: dir}
	var none *BrowserError
	h.Browse = func(context.Context, string) error { return errors.New("no such program") }
	if err := h.Show(t.Context(), "https://canary/"); !errors.As(err, &none) || !strings.Contains(err.Error(), "no such program") || strings.Contains(err.Error(), "canary") {
		t.Errorf("a browser that is not there: %v", err)
	}
	h.Browse = func(context.Context, string) error { return nil }
	if err := h.Show(t.Context(), "https://canary/"); !errors.As(err, &none) || strings.Contains(err.Error(), "canary") {
		t.Errorf("a browser that does not come: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	h.Patience, h.Browse = time.Hour, func(context.Context, string) error { cancel(); return nil }
	if err := h.Show(ended, "https://canary/"); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}

func TestFileURL(t *testing.T) {
	for path, want := range map[string]string{"/run/user/1000/a b?#%.html": "file:///run/user/1000/a%20b%3F%23%25.html", "C:/Temp/x.html": "file:///C:/Temp/x.html"} {
		if got := fileURL(path); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
