package userimport

import (
	"testing"

	"github.com/mayfly-id/mayfly/internal/directory"
)

// BenchmarkImport imports files of 5,000 users.
func BenchmarkImport(b *testing.B) {
	const n = 5000
	var rows []map[string]string
	for i := range n {
		rows = append(rows, person(i))
	}
	users := 0
	for b.Loop() {
		b.StopTimer()
		h := newHouse(b, directory.Pool{AliasAttributes: []string{"email"}})
		h.started(b, h.file(b, rows...))
		b.StartTimer()
		if err := h.work(h.ctx, "one"); err != nil {
			b.Fatal(err)
		}
		users += n
	}
	b.ReportMetric(float64(users)/b.Elapsed().Seconds(), "users/s")
}
