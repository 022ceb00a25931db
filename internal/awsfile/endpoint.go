package awsfile

import "strings"

const ignoreEndpoints = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"

// Endpoint gives the base URL that is configured for a service, and where: AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the services section of the profile,
// endpoint_url of the profile. serviceID is that of AWS's models, such as "STS", "SSO OIDC" or "Cognito Identity Provider". url is empty when none is configured,
// and also when AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or ignore_configured_endpoint_urls is "true": from says so then. p may be nil.
//
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
func (s *Shared) Endpoint(p *Profile, serviceID string) (url, from string) {
	if off, from := s.endpointsIgnored(p); off {
		return "", from
	}
	id := strings.NewReplacer(" ", "_", "-", "_").Replace(lower(serviceID))
	for _, v := range []string{"AWS_ENDPOINT_URL_" + strings.ToUpper(id), "AWS_ENDPOINT_URL"} {
		if url := s.getenv(v); url != "" {
			return url, v
		}
	}
	if p == nil {
		return "", ""
	}
	if name := p.Get("services"); name != "" {
		if v, ok := s.Config.Get("services "+name, id); ok {
			if url, ok := v.In("endpoint_url"); ok && url != "" {
				v.From.File = s.ConfigPath
				return url, v.From.String()
			}
		}
	}
	if url := p.Get("endpoint_url"); url != "" {
		return url, p.From("endpoint_url").String()
	}
	return "", ""
}

// endpointsIgnored says whether configured endpoints do not count. The variable goes before the file, whichever of both values it has.
func (s *Shared) endpointsIgnored(p *Profile) (off bool, from string) {
	if v := s.getenv(ignoreEndpoints); v != "" {
		return lower(v) == "true", ignoreEndpoints
	}
	if p != nil && lower(p.Get("ignore_configured_endpoint_urls")) == "true" {
		return true, p.From("ignore_configured_endpoint_urls").String()
	}
	return false, ""
}
