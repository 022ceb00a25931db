package credentials

import (
	"context"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Identity is who credentials stand for.
type Identity struct{ Account, ARN, UserID string }

// WhoAmI asks STS who credentials stand for.
func (c *Client) WhoAmI(ctx context.Context, k aws.Credentials) (*Identity, error) {
	var out struct {
		Result struct{ Account, Arn, UserId string } `xml:"GetCallerIdentityResult"`
	}
	if err := c.query(ctx, stsPrefix, stsVersion, "GetCallerIdentity", url.Values{}, signer(k), &out); err != nil {
		return nil, err
	}
	return &Identity{out.Result.Account, out.Result.Arn, out.Result.UserId}, nil
}

// DecodeAuthorizationMessage has STS open the encoded form of a refusal, for who may call sts:DecodeAuthorizationMessage. The message is JSON: whether an explicit
// deny refused, and who asked for which action on which resource. One that is not the server's is an InvalidAuthorizationMessageException.
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html)
func (c *Client) DecodeAuthorizationMessage(ctx context.Context, k aws.Credentials, encoded string) (string, error) {
	var out struct {
		Result struct{ DecodedMessage string } `xml:"DecodeAuthorizationMessageResult"`
	}
	err := c.query(ctx, stsPrefix, stsVersion, "DecodeAuthorizationMessage", url.Values{"EncodedMessage": {encoded}}, signer(k), &out)
	return out.Result.DecodedMessage, err
}
