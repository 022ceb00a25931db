package partition_test

import (
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/internal/partition"
)

func TestOf(t *testing.T) {
	for region, suffix := range map[string]string{
		"eu-west-1": "amazonaws.com", "us-east-1": "amazonaws.com", "mx-central-1": "amazonaws.com", "us-gov-east-1": "amazonaws.com", "cn-northwest-1": "amazonaws.com.cn",
		"eusc-de-east-1": "amazonaws.eu", "us-iso-west-1": "c2s.ic.gov", "us-isob-east-1": "sc2s.sgov.gov", "us-isof-east-1": "csp.hci.ic.gov", "eu-isoe-west-1": "cloud.adc-e.uk",
	} {
		p := partition.Of(region)
		if p.Suffix != suffix || partition.Host("sts", region) != "sts."+region+"."+suffix {
			t.Errorf("%s: %+v", region, p)
		}
		if p.Global == "" || !strings.HasSuffix(p.IAM, "."+suffix) || p.Signin == "" {
			t.Errorf("%s lacks something: %+v", region, p)
		}
		if partition.Of(p.Global).Suffix != p.Suffix {
			t.Errorf("%s: %s is of another partition", region, p.Global)
		}
		if want := suffix == "amazonaws.com" && !strings.HasPrefix(region, "us-gov-"); p.Commercial() != want {
			t.Errorf("%s: commercial %v", region, !want)
		}
	}
}

func TestLegacySTS(t *testing.T) {
	for region, want := range map[string]bool{"eu-west-1": true, "us-west-2": true, "eu-south-1": false, "af-south-1": false, "cn-north-1": false, "us-gov-west-1": false, "": false} {
		if partition.LegacySTS(region) != want {
			t.Errorf("%s: %v", region, !want)
		}
	}
}
