package directory

import (
	"encoding/json"
	"fmt"
)

// linkedIdentity is one element of the "identities" attribute.
type linkedIdentity struct {
	UserID  string  `json:"userId"`
	Name    string  `json:"providerName"`
	Type    string  `json:"providerType"`
	Issuer  *string `json:"issuer"` // Cognito writes null for all but SAML; which one it is stands in the provider
	Primary bool    `json:"primary"`
	Created int64   `json:"dateCreated"` // milliseconds since 1970
}

// IdentitiesText is the "identities" attribute of a user: a JSON list of the users of other providers who are this user, as Cognito writes it
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-identity-federation.html); empty where there are none.
func (u *User) IdentitiesText() (string, error) {
	if len(u.Identities) == 0 {
		return "", nil
	}
	list := make([]linkedIdentity, 0, len(u.Identities))
	for _, i := range u.Identities {
		list = append(list, linkedIdentity{UserID: i.UserID, Name: i.Provider, Type: i.Type, Primary: i.Primary, Created: i.Linked.UnixMilli()})
	}
	b, err := json.Marshal(list)
	if err != nil {
		return "", fmt.Errorf("directory: identities: %w", err)
	}
	return string(b), nil
}
