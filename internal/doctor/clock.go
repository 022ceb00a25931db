package doctor

import (
	"context"
	"net/http"
	"time"
)

// From when on a clock is worth a word, and from when on signatures are refused: AWS takes a Signature Version 4 of up to five minutes
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html).
const (
	clockNoticed = 30 * time.Second
	clockRefused = 5 * time.Minute
)

const nameClock = "clock"

// Clock compares the clock of this machine with that of a server, as the Date of an answer tells it to the second.
func Clock(ctx context.Context, w *Web, server Target) []Check {
	a, err := w.ask(ctx, server)
	switch {
	case err != nil:
		return []Check{skipped(nameClock, server.host()+" does not answer, so there is no clock to compare with")}
	case a.date.IsZero():
		return []Check{skipped(nameClock, server.host()+" does not tell its time")}
	case a.cached:
		return []Check{skipped(nameClock, "a cache answered for "+server.host()+", so its time is an old one")}
	}
	here := a.from.Add(a.to.Sub(a.from) / 2) // the answer was written about half-way
	return []Check{clock(here, a.date, server.host())}
}

// clock judges by how much this machine's time is ahead. A Date has no fraction: on average half a second has passed since.
func clock(here, there time.Time, host string) Check {
	ahead := here.Sub(there.Add(time.Second / 2)).Round(time.Second)
	by, way := ahead, "ahead of"
	if ahead < 0 {
		by, way = -ahead, "behind"
	}
	says := "this machine's clock is " + by.String() + " " + way + " that of " + host
	const fix = "let the system set its clock by NTP; with systemd: timedatectl set-ntp true"
	switch {
	case by > clockRefused:
		return fail(nameClock, says+": signatures are refused beyond 5 minutes (this program corrects for it, others may not)", fix)
	case by > clockNoticed:
		return warn(nameClock, says, fix)
	}
	return ok(nameClock, "this machine's clock agrees with that of "+host)
}

// dateOf reads when an answer was written; zero when it does not say.
func dateOf(h http.Header) time.Time {
	t, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return t
}
