package userpool

import (
	"context"
	"sync"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
)

const (
	countFor   = time.Minute // how long a large number stands
	countAbove = 10_000      // users from which on counting is worth avoiding
	countPools = 1000        // pools whose number is remembered
)

// userCounts remembers how many users large pools have: counting walks an index, and what is asked for is an estimate.
type userCounts struct {
	mu  sync.Mutex
	all map[string]userCount
}

type userCount struct {
	users int64
	at    time.Time
}

// countUsers tells how many users a pool has; the number of a large pool may be a minute old.
func (s *Service) countUsers(ctx context.Context, poolID string) (int64, error) {
	now := s.Now()
	if c, ok := s.counts.get(poolID); ok && now.Sub(c.at) < countFor && !now.Before(c.at) {
		return c.users, nil
	}
	users, err := directory.Users.Count(ctx, s.Store, "", poolID)
	if err == nil && users > countAbove {
		s.counts.put(poolID, userCount{users, now})
	}
	return users, err
}

func (u *userCounts) get(poolID string) (userCount, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	c, ok := u.all[poolID]
	return c, ok
}

func (u *userCounts) put(poolID string, c userCount) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.all == nil || len(u.all) >= countPools {
		u.all = map[string]userCount{}
	}
	u.all[poolID] = c
}

func (u *userCounts) drop(poolID string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.all, poolID)
}
