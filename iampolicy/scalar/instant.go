package scalar

import (
	"strconv"
	"strings"
	"time"
)

// Instant is a moment: whole seconds since 1970 and nanoseconds. It spans all of a 64-bit Unix time, as policies may.
type Instant struct {
	second     int64
	nanosecond int
}

// Compare returns a number below, at or above zero as a is before, at or after b.
func (a Instant) Compare(b Instant) int {
	switch {
	case a.second < b.second:
		return -1
	case a.second > b.second:
		return 1
	}
	return a.nanosecond - b.nanosecond
}

// ParseInstant reads Unix time in whole seconds, or one of the W3C profiles of ISO 8601 (www.w3.org/TR/NOTE-datetime): YYYY, YYYY-MM,
// YYYY-MM-DD, and that with Thh:mm, Thh:mm:ss or Thh:mm:ss.s and a zone. Exactly four digits are a year. As IAM does, it takes "t" and "z"
// in lower case, and UTC where a time has no zone.
func ParseInstant(s string) (Instant, bool) {
	if len(s) > 0 && len(s) != 4 && digits(s) {
		seconds, err := strconv.ParseInt(s, 10, 64)
		return Instant{second: seconds}, err == nil
	}
	day, clock, timed := strings.Cut(strings.ReplaceAll(s, "t", "T"), "T")
	date, ok := parseDay(day)
	if !ok || timed && len(day) != len("2006-01-02") {
		return Instant{}, false
	}
	i := Instant{second: date.Unix()}
	if !timed {
		return i, true
	}
	return i.addClock(clock)
}

// parseDay reads YYYY, YYYY-MM or YYYY-MM-DD; there is no 30 February.
func parseDay(s string) (time.Time, bool) {
	for _, layout := range []string{"2006", "2006-01", "2006-01-02"} {
		if len(s) == len(layout) {
			t, err := time.Parse(layout, s)
			return t, err == nil
		}
	}
	return time.Time{}, false
}

// addClock adds hh:mm[:ss[.s]] with an optional zone: Z, +hh, +hh:mm or the same with a minus.
func (i Instant) addClock(s string) (Instant, bool) {
	zone := ""
	if at := strings.IndexAny(s, "Zz+-"); at >= 0 {
		s, zone = s[:at], s[at:]
	}
	offset, ok := parseZone(zone)
	if !ok {
		return Instant{}, false
	}
	s, fraction, fractional := strings.Cut(s, ".")
	if fractional && (len(s) != len("15:04:05") || fraction == "" || len(fraction) > 9 || !digits(fraction)) {
		return Instant{}, false
	}
	if fractional {
		i.nanosecond, _ = strconv.Atoi((fraction + "000000000")[:9]) // nine digits fit
	}
	seconds, ok := parseClock(s)
	i.second += seconds - offset
	return i, ok
}

// parseClock returns the seconds since midnight of hh:mm or hh:mm:ss.
func parseClock(s string) (int64, bool) {
	hour, ok1 := twoDigits(s, 0, 24)
	minute, ok2 := twoDigits(s, 3, 60)
	if !ok1 || !ok2 || s[2] != ':' {
		return 0, false
	}
	if len(s) == len("15:04") {
		return hour*3600 + minute*60, true
	}
	second, ok := twoDigits(s, 6, 60)
	if !ok || s[5] != ':' || len(s) != len("15:04:05") {
		return 0, false
	}
	return hour*3600 + minute*60 + second, true
}

// parseZone returns the offset from UTC in seconds.
func parseZone(s string) (int64, bool) {
	if s == "" || s == "Z" || s == "z" {
		return 0, true
	}
	hours, ok := twoDigits(s, 1, 24)
	if !ok {
		return 0, false
	}
	offset := hours * 3600
	if len(s) != len("+15") {
		minutes, ok := twoDigits(s, 4, 60)
		if !ok || s[3] != ':' || len(s) != len("+15:04") {
			return 0, false
		}
		offset += minutes * 60
	}
	switch s[0] {
	case '+':
		return offset, true
	case '-':
		return -offset, true
	}
	return 0, false
}

// twoDigits reads s[at:at+2] as a number below limit.
func twoDigits(s string, at int, limit int64) (int64, bool) {
	if len(s) < at+2 || !digits(s[at:at+2]) {
		return 0, false
	}
	n := int64(s[at]-'0')*10 + int64(s[at+1]-'0')
	return n, n < limit
}
