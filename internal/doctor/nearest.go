package doctor

import (
	"context"
	"slices"
	"time"

	"github.com/mayfly-id/mayfly/internal/partition"
)

const nameNearest = "nearest sts"

// tries is how often each endpoint is measured. The median of five leaves out two that were unlucky.
const tries = 5

// Nearest measures endpoints of STS, each by connection, TLS and the answer to an unsigned request, and says which is nearer and by how much. The first is the
// one of the Region. legacy names the setting by which SDKs take the global one, where there is one: AWS recommends the Region's.
func Nearest(ctx context.Context, w *Web, targets []Target, legacy string) []Check {
	times := make([][]time.Duration, len(targets))
	for range tries { // one after the other and in turns, so that whatever else the network does meets all of them
		for i, t := range targets {
			if a, err := w.ask(ctx, t); err == nil {
				times[i] = append(times[i], a.to.Sub(a.from))
			}
		}
	}
	var names []string
	var medians []time.Duration
	for i, t := range targets {
		if len(times[i]) > tries/2 {
			names, medians = append(names, t.host()), append(medians, median(times[i]))
		}
	}
	switch {
	case len(names) == 0:
		return []Check{skipped(nameNearest, "no endpoint of STS answers, so there is nothing to measure")}
	case len(names) == 1:
		return []Check{ok(nameNearest, names[0]+" answers in "+shown(medians[0]))}
	}
	return []Check{compare(names, medians, legacy)}
}

// compare tells the first from the second.
func compare(names []string, medians []time.Duration, legacy string) Check {
	says := names[0] + " answers in " + shown(medians[0]) + ", " + names[1] + " in " + shown(medians[1]) + ": "
	by := medians[1] - medians[0]
	switch {
	case by.Abs() < time.Millisecond:
		return ok(nameNearest, says+"neither is nearer")
	case by < 0:
		return ok(nameNearest, says+"the global one is nearer by "+shown(-by)+", and fails with its one Region")
	}
	says += "the Region's is nearer by " + shown(by)
	if legacy != "" {
		return warn(nameNearest, says+", and "+legacy+" takes the other", "set AWS_STS_REGIONAL_ENDPOINTS=regional, or sts_regional_endpoints = regional in the profile or session")
	}
	return ok(nameNearest, says)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func shown(d time.Duration) string { return d.Round(100 * time.Microsecond).String() }

// Endpoints gives AWS's own endpoints of services in a Region, by their endpoint prefixes
// (https://docs.aws.amazon.com/general/latest/gr/rande.html).
func Endpoints(region string, services ...string) []Target {
	out := make([]Target, len(services))
	for i, s := range services {
		out[i] = Target{Service: s, URL: "https://" + partition.Host(s, region), AWS: true}
	}
	return out
}

// STS gives the endpoints of STS for a Region: its own, and the global one, which only the partition of most customers has
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html).
func STS(region string) []Target {
	own := Endpoints(region, "sts")
	if !partition.Of(region).Commercial() {
		return own
	}
	return append(own, Target{Service: "sts", URL: "https://" + partition.GlobalSTS, AWS: true})
}
