package main

import (
	"encoding/json"
	"fmt"
)

// journeys gives each connection the four steps of the main job in turn: public configuration, sign-in by password, identity, credentials.
func (b *bench) journeys() func(int, int, []byte) (call, error) {
	states := make([]*journey, signInConnections)
	return func(n, i int, last []byte) (call, error) {
		if states[n] == nil || i == 0 {
			states[n] = &journey{b: b}
		}
		return states[n].next(last)
	}
}

// journeySteps is how many requests one journey takes.
const journeySteps = 4

type journey struct {
	b      *bench
	step   int
	logins string
}

func (j *journey) next(last []byte) (call, error) {
	step := j.step
	j.step = (j.step + 1) % journeySteps
	switch step {
	case 0:
		return call("GET /20190206/public/config HTTP/1.1\r\nHost: " + j.b.addr + "\r\n\r\n"), nil
	case 1:
		return j.b.passwordCall(), nil
	case 2:
		var out struct {
			AuthenticationResult struct{ IdToken string }
		}
		if err := json.Unmarshal(last, &out); err != nil {
			return nil, err
		}
		j.logins = fmt.Sprintf(`{"cognito-idp.%s.amazonaws.com/%s":%q}`, j.b.Region, j.b.UserPoolID, out.AuthenticationResult.IdToken)
		return j.b.prepare(credentials{}, "", "AWSCognitoIdentityService.GetId", fmt.Sprintf(`{"IdentityPoolId":%q,"Logins":%s}`, j.b.IdentityPoolID, j.logins)), nil
	}
	var out struct{ IdentityId string }
	if err := json.Unmarshal(last, &out); err != nil {
		return nil, err
	}
	return j.b.prepare(credentials{}, "", "AWSCognitoIdentityService.GetCredentialsForIdentity", fmt.Sprintf(`{"IdentityId":%q,"Logins":%s}`, out.IdentityId, j.logins)), nil
}
