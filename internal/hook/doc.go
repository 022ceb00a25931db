// Package hook owns the shapes of Cognito's triggers: which there are, and what their events ask and answer.
//
// It is what the services that call triggers (signin, profile, userpool, idtoken, notify) share with the one that reaches the functions
// (trigger). It refuses to know how a function is called. The JSON is AWS's
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html).
package hook
