package lintcmd

import (
	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/identitystoreapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/rolesanywhereapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Actions lists the actions of the services whose operations are described and are what policies name, by the services' prefixes. Services
// with many actions that are no operations of theirs are left out: what is not listed would be called unknown.
func Actions() map[string][]string {
	out := map[string][]string{}
	for _, s := range []*wire.Service{
		cognitoidentityapi.Service(), cognitoidpapi.Service(), iamapi.Service(), identitystoreapi.Service(), rolesanywhereapi.Service(), stsapi.Service(),
	} {
		for _, o := range s.OperationList {
			out[s.Action] = append(out[s.Action], o.Name)
		}
	}
	return out
}
