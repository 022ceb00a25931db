package userimport

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// Columns that are no attributes.
const (
	usernameColumn = "cognito:username"
	mfaColumn      = "cognito:mfa_enabled"
)

// GetCSVHeader gives the columns that a file for the pool has, in order.
func (s *Service) GetCSVHeader(ctx context.Context, in *api.GetCSVHeaderRequest) (*api.GetCSVHeaderResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	return &api.GetCSVHeaderResponse{UserPoolId: &p.ID, CSVHeader: header(p)}, nil
}

// header lists all attributes of the pool but sub, which is drawn, and then the two columns that are none.
func header(p *directory.Pool) []string {
	var out []string
	for _, a := range p.Attributes() {
		if a.Name != "sub" {
			out = append(out, a.Name)
		}
	}
	return append(out, mfaColumn, usernameColumn)
}
