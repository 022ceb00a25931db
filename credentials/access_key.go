package credentials

import (
	"context"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/internal/partition"
)

const (
	iamPrefix  = "iam"
	iamVersion = "2010-05-08"
)

// AccessKeyStatus says whether an access key opens anything.
type AccessKeyStatus string

// What the status of an access key can be.
const (
	AccessKeyActive   AccessKeyStatus = "Active"
	AccessKeyInactive AccessKeyStatus = "Inactive"
)

// AccessKey is a long-term key of an IAM user, or of the root of an account.
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html)
type AccessKey struct {
	ID       string // such as "AKIA…"
	Secret   Secret // is known when the key is created, and never again
	UserName string // empty: the root
	Status   AccessKeyStatus
	Created  time.Time
}

// issuedKey is an access key as IAM's answers have it.
type issuedKey struct {
	UserName, AccessKeyId, SecretAccessKey, Status string
	CreateDate                                     time.Time
}

func (k *issuedKey) key() AccessKey {
	return AccessKey{ID: k.AccessKeyId, Secret: Secret(k.SecretAccessKey), UserName: k.UserName, Status: AccessKeyStatus(k.Status), Created: k.CreateDate}
}

// iam performs an operation of IAM, which is one service for a whole partition: it has one host at AWS, and is signed for one Region.
func (c *Client) iam(ctx context.Context, operation string, k aws.Credentials, form url.Values, single bool, out any) error {
	r := &call{service: iamPrefix, operation: operation, sign: signer(k), single: single}
	if c.own(iamPrefix) == "" {
		p := partition.Of(c.Region)
		r.base, r.region = "https://"+p.IAM, p.Global
	}
	return c.queryAt(ctx, r, iamVersion, form, out)
}

// CreateAccessKey makes a second access key for whoever the credentials are of: an IAM user, or the root. AWS allows two at a time (LimitExceeded). After an
// UnreachableError the key may be there, and ListAccessKeys tells: a request that got no answer is not repeated, for it would make another one.
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html)
func (c *Client) CreateAccessKey(ctx context.Context, k aws.Credentials) (*AccessKey, error) {
	var out struct {
		Result struct{ AccessKey issuedKey } `xml:"CreateAccessKeyResult"`
	}
	if err := c.iam(ctx, "CreateAccessKey", k, url.Values{}, true, &out); err != nil {
		return nil, err
	}
	key := out.Result.AccessKey.key()
	if key.ID == "" || key.Secret == "" {
		return nil, errIncomplete
	}
	return &key, nil
}

// UpdateAccessKey makes an access key of the caller active or inactive.
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html)
func (c *Client) UpdateAccessKey(ctx context.Context, k aws.Credentials, id string, status AccessKeyStatus) error {
	return c.iam(ctx, "UpdateAccessKey", k, url.Values{"AccessKeyId": {id}, "Status": {string(status)}}, false, &struct{}{})
}

// DeleteAccessKey deletes an access key of the caller, for good. NoSuchEntity: there is none, or none any more.
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html)
func (c *Client) DeleteAccessKey(ctx context.Context, k aws.Credentials, id string) error {
	return c.iam(ctx, "DeleteAccessKey", k, url.Values{"AccessKeyId": {id}}, false, &struct{}{})
}

// ListAccessKeys lists the access keys of the caller.
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html)
func (c *Client) ListAccessKeys(ctx context.Context, k aws.Credentials) ([]AccessKey, error) {
	var all []AccessKey
	form := url.Values{}
	for range mostPages {
		var out struct {
			Result struct {
				Keys        []issuedKey `xml:"AccessKeyMetadata>member"`
				IsTruncated bool
				Marker      string
			} `xml:"ListAccessKeysResult"`
		}
		if err := c.iam(ctx, "ListAccessKeys", k, form, false, &out); err != nil {
			return nil, err
		}
		for _, key := range out.Result.Keys {
			all = append(all, key.key())
		}
		if !out.Result.IsTruncated || out.Result.Marker == "" {
			return all, nil
		}
		form.Set("Marker", out.Result.Marker)
	}
	return nil, errEndless
}

// AccessKeyUse is when and where an access key was used last.
type AccessKeyUse struct {
	UserName string
	At       time.Time // zero: never, as far as IAM knows
	Service  string    // such as "sts"; "N/A" when never
	Region   string
}

// AccessKeyLastUsed tells when an access key was used last. IAM learns of it some time after.
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html)
func (c *Client) AccessKeyLastUsed(ctx context.Context, k aws.Credentials, id string) (*AccessKeyUse, error) {
	var out struct {
		Result struct {
			UserName          string
			AccessKeyLastUsed struct {
				LastUsedDate        time.Time
				ServiceName, Region string
			}
		} `xml:"GetAccessKeyLastUsedResult"`
	}
	if err := c.iam(ctx, "GetAccessKeyLastUsed", k, url.Values{"AccessKeyId": {id}}, false, &out); err != nil {
		return nil, err
	}
	u := out.Result.AccessKeyLastUsed
	return &AccessKeyUse{UserName: out.Result.UserName, At: u.LastUsedDate, Service: u.ServiceName, Region: u.Region}, nil
}
