package main

import (
	"path/filepath"
	"slices"
	"time"
)

// measureStart starts a server on an existing store several times.
func measureStart(t *table, binary, dir string) error {
	data := filepath.Join(dir, "start")
	var ups []time.Duration
	var memory float64
	for i := range 12 {
		s, err := start(binary, "--data", data, "--listen", "127.0.0.1:0")
		if err != nil {
			return err
		}
		if i > 1 { // the first makes the store, the second finds the page cache cold
			ups = append(ups, s.up)
		}
		if i == 11 {
			time.Sleep(3 * time.Second) // signing keys are made ahead after a start
			memory = s.memory()
		}
		if err := s.stop(); err != nil {
			return err
		}
	}
	slices.Sort(ups)
	t.title("Start and memory (embedded store that exists, one processor)")
	t.row("start to first answered connection", "%6.1f ms median, %.1f ms least   (goal 50)", float64(ups[len(ups)/2].Microseconds())/1000, float64(ups[0].Microseconds())/1000)
	t.row("idle memory", "%6.1f MB   (goal 35)", memory)
	return nil
}
