package main

import (
	"fmt"
	"io"
	"time"
)

// table prints rows as they are measured.
type table struct{ w io.Writer }

func (t *table) title(text string) { fmt.Fprintf(t.w, "\n%s\n", text) }

func (t *table) row(name, format string, args ...any) {
	fmt.Fprintf(t.w, "  %-44s %s\n", name, fmt.Sprintf(format, args...))
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
