package protection

import (
	"slices"
	"time"
)

// What speaks against a sign-in being the user's, in points. A pool's rules act on the sum:
//
//	0-1  no risk
//	2-3  Low
//	4-5  Medium
//	6-8  High
//
// Without a sign-in to compare with there is no usual device or network, and only failures count.
const (
	newDevice   = 2 // none of the device's names was part of a usual sign-in, and usual ones had names
	newNetwork  = 2 // no usual sign-in came from the network
	someFailed  = 1 // at least 3 attempts in the last hour failed
	manyFailed  = 2 // at least 6 did
	tooFast     = 2 // a sign-in from another network passed in the last 10 minutes, and this one's is new
	failWindow  = time.Hour
	moveWindow  = 10 * time.Minute
	settleAfter = 24 * time.Hour // a risky sign-in that nobody disowned counts as usual from then on
)

const (
	lowFrom    = 2
	mediumFrom = 4
	highFrom   = 6
)

// score adds up the points of an attempt. passed and failed are newest first.
func score(t *traits, passed, failed []event, now time.Time) int {
	points := 0
	recent := 0
	for i := range failed {
		if failed[i].Response == "Fail" && failed[i].Type == "SignIn" && now.Sub(failed[i].Time) < failWindow {
			recent++
		}
	}
	switch {
	case recent >= 6:
		points += manyFailed
	case recent >= 3:
		points += someFailed
	}
	if len(passed) == 0 {
		return points
	}
	usual := slices.DeleteFunc(slices.Clone(passed), func(e event) bool { return !e.usual(now) })
	if strange(t, usual) {
		points += newDevice
	}
	if !slices.ContainsFunc(usual, func(e event) bool { return e.Network == t.Network }) {
		points += newNetwork
		if last := &passed[0]; last.Network != t.Network && now.Sub(last.Time) < moveWindow {
			points += tooFast
		}
	}
	return points
}

// strange tells whether a device is none of the usual ones. Where devices never had names, having none is usual.
func strange(t *traits, usual []event) bool {
	return !slices.ContainsFunc(usual, func(e event) bool {
		return len(e.Devices) == 0 && len(t.Devices) == 0 || slices.ContainsFunc(e.Devices, func(d string) bool { return slices.Contains(t.Devices, d) })
	})
}

// usual tells whether a sign-in that passed shows where the user is at home.
func (e *event) usual(now time.Time) bool {
	switch {
	case e.Feedback == "Invalid":
		return false
	case e.Feedback == "Valid", e.Decision != accountTakeover, now.Sub(e.Time) >= settleAfter:
		return true
	}
	return slices.ContainsFunc(e.Challenges, func(c challenge) bool { return c.Name == "Mfa" && c.Response == "Success" })
}

// level names a sum of points; empty: no risk.
func level(points int) string {
	switch {
	case points >= highFrom:
		return "High"
	case points >= mediumFrom:
		return "Medium"
	case points >= lowFrom:
		return "Low"
	}
	return ""
}
