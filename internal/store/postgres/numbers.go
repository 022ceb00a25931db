package postgres

import (
	"sync"
	"time"
)

// reuseFor is how long the number of a commit that failed is used again. It is
// far less than settled, by which a starting node tells old from undecided.
const reuseFor = time.Second

// numbers hands out this node's numbers in the change feed. Gaps cost the other
// nodes a look-up with every poll, so the number of a commit that surely failed
// goes to the next one.
type numbers struct {
	mu       sync.Mutex
	last     int64
	freed    map[int64]time.Time
	doubtful map[int64]time.Time // own commits whose outcome is unknown
}

func newNumbers() *numbers {
	return &numbers{freed: make(map[int64]time.Time), doubtful: make(map[int64]time.Time)}
}

func (n *numbers) next(now time.Time) int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	for seq, since := range n.freed {
		delete(n.freed, seq)
		if now.Sub(since) < reuseFor {
			return seq
		}
	}
	n.last++
	return n.last
}

// free takes back a number that was not committed; 0 is none.
func (n *numbers) free(seq int64, now time.Time) {
	if seq == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.freed[seq] = now
}

// doubt remembers a number that may have been committed; 0 is none. Its rows
// were dropped from the cache already, but the commit may come after that.
func (n *numbers) doubt(seq int64, now time.Time) {
	if seq == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.doubtful[seq] = now
}

// doubts returns the numbers whose outcome is not known yet.
func (n *numbers) doubts(now time.Time) []int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	var list []int64
	for seq, since := range n.doubtful {
		if now.Sub(since) > gapLife {
			delete(n.doubtful, seq)
			continue
		}
		list = append(list, seq)
	}
	return list
}

// settle forgets a doubt: the commit has been seen.
func (n *numbers) settle(seq int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.doubtful, seq)
}
