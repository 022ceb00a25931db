package protection

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

func TestRiskConfigurationRoundTrip(t *testing.T) {
	h := newHouse(t, audit)
	in := &api.SetRiskConfigurationRequest{
		UserPoolId: testPool, ClientId: new(testClient), AccountTakeoverRiskConfiguration: takeover("NO_ACTION", "MFA_REQUIRED", "BLOCK", true),
		CompromisedCredentialsRiskConfiguration: &api.CompromisedCredentialsRiskConfigurationType{
			Actions: api.CompromisedCredentialsActionsType{EventAction: "BLOCK"}, EventFilter: []api.EventFilterType{"SIGN_UP", "SIGN_IN", "SIGN_UP"},
		},
		RiskExceptionConfiguration: &api.RiskExceptionConfigurationType{BlockedIPRangeList: []string{"192.0.2.1/24"}, SkippedIPRangeList: []string{"2001:db8::/32"}},
	}
	out, err := h.SetRiskConfiguration(h.ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	want := api.RiskConfigurationType{
		UserPoolId: new(testPool), ClientId: new(testClient), LastModifiedDate: new(h.clock()),
		AccountTakeoverRiskConfiguration: in.AccountTakeoverRiskConfiguration, RiskExceptionConfiguration: in.RiskExceptionConfiguration,
		CompromisedCredentialsRiskConfiguration: &api.CompromisedCredentialsRiskConfigurationType{
			Actions: api.CompromisedCredentialsActionsType{EventAction: "BLOCK"}, EventFilter: []api.EventFilterType{"SIGN_UP", "SIGN_IN"},
		},
	}
	if d := cmp.Diff(want, out.RiskConfiguration); d != "" {
		t.Error(d)
	}
	got, err := h.DescribeRiskConfiguration(h.ctx, &api.DescribeRiskConfigurationRequest{UserPoolId: testPool, ClientId: new(testClient)})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got.RiskConfiguration); d != "" {
		t.Error(d)
	}
	got, err = h.DescribeRiskConfiguration(h.ctx, &api.DescribeRiskConfigurationRequest{UserPoolId: testPool})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(api.RiskConfigurationType{UserPoolId: new(testPool)}, got.RiskConfiguration); d != "" {
		t.Error(d)
	}
}

func TestRiskConfigurationRefuses(t *testing.T) {
	h := newHouse(t, audit)
	ranges := func(text string) func(*api.SetRiskConfigurationRequest) {
		return func(in *api.SetRiskConfigurationRequest) {
			in.RiskExceptionConfiguration = &api.RiskExceptionConfigurationType{SkippedIPRangeList: []string{text}}
		}
	}
	notice := func(change func(*api.NotifyConfigurationType)) func(*api.SetRiskConfigurationRequest) {
		return func(in *api.SetRiskConfigurationRequest) {
			in.AccountTakeoverRiskConfiguration = takeover("BLOCK", "BLOCK", "BLOCK", true)
			change(in.AccountTakeoverRiskConfiguration.NotifyConfiguration)
		}
	}
	for name, change := range map[string]func(*api.SetRiskConfigurationRequest){
		"no range": ranges("everywhere"), "address": ranges("192.0.2.1"), "empty": ranges(""), "mapped": ranges("::ffff:192.0.2.0/120"), "too long": ranges("192.0.2.0/33"),
		"no notice": func(in *api.SetRiskConfigurationRequest) {
			in.AccountTakeoverRiskConfiguration = takeover("BLOCK", "BLOCK", "BLOCK", true)
			in.AccountTakeoverRiskConfiguration.NotifyConfiguration = nil
		},
		"source":   notice(func(n *api.NotifyConfigurationType) { n.SourceArn = "arn:aws:sns:eu-west-1:111122223333:identity/a" }),
		"from":     notice(func(n *api.NotifyConfigurationType) { n.From = new("a@example.org\r\nBcc: b@example.org") }),
		"reply to": notice(func(n *api.NotifyConfigurationType) { n.ReplyTo = new("nobody") }),
		"no body":  notice(func(n *api.NotifyConfigurationType) { n.MfaEmail = &api.NotifyEmailType{Subject: "s"} }),
	} {
		t.Run(name, func(t *testing.T) {
			in := &api.SetRiskConfigurationRequest{UserPoolId: testPool}
			change(in)
			_, err := h.SetRiskConfiguration(h.ctx, in)
			wantError(t, err, api.InvalidParameterException)
		})
	}
	_, err := h.SetRiskConfiguration(h.ctx, &api.SetRiskConfigurationRequest{UserPoolId: testPool, ClientId: new("other")})
	wantError(t, err, api.ResourceNotFoundException)
	_, err = h.DescribeRiskConfiguration(h.ctx, &api.DescribeRiskConfigurationRequest{UserPoolId: testPool, ClientId: new("other")})
	wantError(t, err, api.ResourceNotFoundException)
	_, err = h.SetRiskConfiguration(h.as("999999999999"), &api.SetRiskConfigurationRequest{UserPoolId: testPool})
	wantError(t, err, api.ResourceNotFoundException)
	h = newHouse(t, "OFF")
	_, err = h.SetRiskConfiguration(h.ctx, &api.SetRiskConfigurationRequest{UserPoolId: testPool})
	wantError(t, err, api.UserPoolAddOnNotEnabledException)
	_, err = h.DescribeRiskConfiguration(h.ctx, &api.DescribeRiskConfigurationRequest{UserPoolId: testPool})
	wantError(t, err, api.UserPoolAddOnNotEnabledException)
}

const (
	testGroup  = "arn:aws:logs:eu-west-1:111122223333:log-group:pool"
	testStream = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/pool"
	testBucket = "arn:aws:s3:::pool-logs"
)

func toGroup(source api.EventSourceName, level api.LogLevel) api.LogConfigurationType {
	return api.LogConfigurationType{EventSource: source, LogLevel: level, CloudWatchLogsConfiguration: &api.CloudWatchLogsConfigurationType{LogGroupArn: new(testGroup)}}
}

func TestLogDeliveryConfiguration(t *testing.T) {
	h := newHouse(t, audit)
	failures := toGroup("userNotification", "ERROR")
	activity := api.LogConfigurationType{EventSource: "userAuthEvents", LogLevel: "INFO"}
	set := func(in ...api.LogConfigurationType) error {
		_, err := h.SetLogDeliveryConfiguration(h.ctx, &api.SetLogDeliveryConfigurationRequest{UserPoolId: testPool, LogConfigurations: in})
		return err
	}
	for _, change := range []func(c *api.LogConfigurationType){
		func(c *api.LogConfigurationType) { *c = toGroup("userAuthEvents", "INFO") },
		func(c *api.LogConfigurationType) {
			c.FirehoseConfiguration = &api.FirehoseConfigurationType{StreamArn: new(testStream)}
		},
		func(c *api.LogConfigurationType) {
			c.S3Configuration = &api.S3ConfigurationType{BucketArn: new(testBucket)}
		},
	} {
		c := activity
		change(&c)
		if err := set(c, failures); err != nil {
			t.Fatal(err)
		}
		got, err := h.GetLogDeliveryConfiguration(h.ctx, &api.GetLogDeliveryConfigurationRequest{UserPoolId: testPool})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(&api.LogDeliveryConfigurationType{UserPoolId: testPool, LogConfigurations: []api.LogConfigurationType{failures, c}}, got.LogDeliveryConfiguration); d != "" {
			t.Error(d)
		}
	}
	both := toGroup("userAuthEvents", "INFO")
	both.S3Configuration = &api.S3ConfigurationType{BucketArn: new(testBucket)}
	bucketOnly := api.LogConfigurationType{EventSource: "userNotification", LogLevel: "ERROR", S3Configuration: both.S3Configuration}
	foreign, wrong := toGroup("userNotification", "ERROR"), toGroup("userNotification", "ERROR")
	foreign.CloudWatchLogsConfiguration = &api.CloudWatchLogsConfigurationType{LogGroupArn: new(strings.Replace(testGroup, account, "999999999999", 1))}
	wrong.CloudWatchLogsConfiguration = &api.CloudWatchLogsConfigurationType{LogGroupArn: new(testStream)}
	for name, in := range map[string][]api.LogConfigurationType{
		"level": {toGroup("userNotification", "INFO")}, "other level": {toGroup("userAuthEvents", "ERROR")}, "twice": {failures, failures}, "none": {activity},
		"both": {both}, "bucket": {bucketOnly}, "foreign": {foreign}, "wrong": {wrong},
	} {
		t.Run(name, func(t *testing.T) { wantError(t, set(in...), api.InvalidParameterException) })
	}
	if err := set(); err != nil {
		t.Fatal(err)
	}
	got, err := h.GetLogDeliveryConfiguration(h.ctx, &api.GetLogDeliveryConfigurationRequest{UserPoolId: testPool})
	if err != nil || len(got.LogDeliveryConfiguration.LogConfigurations) != 0 {
		t.Error(got, err)
	}
	_, err = h.GetLogDeliveryConfiguration(h.as("999999999999"), &api.GetLogDeliveryConfigurationRequest{UserPoolId: testPool})
	wantError(t, err, api.ResourceNotFoundException)
	_, err = newLogConfig(&directory.Pool{Account: account, Tier: "ESSENTIALS"}, []api.LogConfigurationType{toGroup("userAuthEvents", "INFO")})
	wantError(t, err, api.FeatureUnavailableInTierException)
}

func TestLogs(t *testing.T) {
	h := newHouse(t, audit)
	failed := directory.Message{Pool: h.pool, User: h.user, Kind: "SignUp", Medium: "EMAIL", Code: "123456"}
	a := h.attempt(home, "d")
	a.Password = "P@ssw0rd1"
	h.signIn(t, a, "Pass")
	if err := h.NotificationFailed(h.ctx, failed, errors.New("no")); err != nil || len(h.lines) != 0 {
		t.Fatal("a log that was not asked for", err, h.lines)
	}
	if _, err := h.SetLogDeliveryConfiguration(h.ctx, &api.SetLogDeliveryConfigurationRequest{
		UserPoolId: testPool, LogConfigurations: []api.LogConfigurationType{toGroup("userNotification", "ERROR"), toGroup("userAuthEvents", "INFO")},
	}); err != nil {
		t.Fatal(err)
	}
	e := h.signIn(t, a, "Pass")
	if err := h.NotificationFailed(h.ctx, failed, errors.New("mailbox "+strings.Repeat("full ", 1000))); err != nil {
		t.Fatal(err)
	}
	if len(h.lines) != 2 {
		t.Fatal(h.lines)
	}
	var got [2]map[string]any
	for i, l := range h.lines {
		text, ok := strings.CutPrefix(l, "user-pool/"+testPool+"/"+testGroup+" ")
		if !ok || json.Unmarshal([]byte(text), &got[i]) != nil || strings.Contains(l, "P@ssw0rd1") || strings.Contains(l, "123456\"") || strings.ContainsAny(text, "\n") {
			t.Fatal(l)
		}
	}
	want := map[string]any{
		"eventTimestamp": "1795251600000", "eventSource": "USER_ACTIVITY", "logLevel": "INFO", "logSourceId": map[string]any{"userPoolId": testPool},
		"message": map[string]any{
			"version": "1", "eventId": e.ID, "eventType": "SignIn", "userSub": testSub, "userName": "ann", "userPoolId": testPool, "clientId": testClient,
			"creationDate": "Sat Nov 21 09:00:00 UTC 2026", "eventResponse": "Pass", "riskLevel": "", "riskDecision": "NoRisk",
			"challenges": []any{map[string]any{"name": "Password", "response": "Success"}}, "deviceName": "Firefox", "ipAddress": home, "requestId": "", "idpName": "",
			"compromisedCredentialDetected": "true", "city": "", "country": "", "eventFeedbackDate": "", "eventFeedbackValue": "", "eventFeedbackProvider": "", "hasContextData": "false",
		},
	}
	if d := cmp.Diff(want, got[0]); d != "" {
		t.Error(d)
	}
	details, _ := got[1]["message"].(map[string]any)["details"].(string)
	if got[1]["eventSource"] != "USER_NOTIFICATION" || got[1]["logLevel"] != "ERROR" || len(details) != 1000 || !strings.HasPrefix(details, "EMAIL message for SignUp to user "+testSub) {
		t.Error(got[1])
	}
	h.sinkErr = errors.New("disk full")
	h.signIn(t, a, "Pass")
	if len(h.reported) != 1 {
		t.Errorf("a log that fails is not reported: %v", h.reported)
	}
}
