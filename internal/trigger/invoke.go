package trigger

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Bounds of calls
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html#important-lambda-considerations).
const (
	tries           = 3
	defaultTry      = 5 * time.Second
	defaultParallel = 64
	maxMessage      = 4 << 10 // bytes of a function's error text that are passed on
)

// Client makes the requests and decides which addresses may be reached. Its own time limit must not be shorter than that of a try.
type Client interface {
	Do(ctx context.Context, r *http.Request) (status int, header http.Header, body []byte, err error)
}

// Config is what an invoker needs.
type Config struct {
	Functions map[string]Target // by ARN or "*"; see ParseFunctions
	Client    Client
	Now       func() time.Time
	Try       time.Duration // time of one try; 0 is five seconds
	Parallel  int           // calls of one function at a time; 0 is 64
}

// Invoker calls functions. It is safe for concurrent use.
type Invoker struct {
	functions map[string]*function
	client    Client
	now       func() time.Time
	try       time.Duration
}

// function is a target with its places.
type function struct {
	Target
	topic  bool // it takes messages, and any 2xx says that it has
	places chan struct{}
}

var _ hook.Invoker = (*Invoker)(nil)

// New makes an invoker.
func New(c Config) *Invoker {
	i := &Invoker{functions: make(map[string]*function, len(c.Functions)), client: c.Client, now: c.Now, try: c.Try}
	if i.try <= 0 {
		i.try = defaultTry
	}
	parallel := c.Parallel
	if parallel <= 0 {
		parallel = defaultParallel
	}
	for name, t := range c.Functions {
		i.functions[name] = &function{Target: t, topic: isTopic(name), places: make(chan struct{}, parallel)}
	}
	return i
}

// Known tells whether there is an endpoint for the function of an ARN.
func (i *Invoker) Known(arn string) bool { return i.find(arn) != nil }

// find gives where the function of an ARN is: as it is named, without version or alias, or where all others are.
func (i *Invoker) find(arn string) *function {
	if f := i.functions[arn]; f != nil {
		return f
	}
	if _, _, qualifier, err := splitFunction(arn); err == nil && qualifier != "" {
		if f := i.functions[strings.TrimSuffix(arn, ":"+qualifier)]; f != nil {
			return f
		}
	}
	return i.functions[anyFunction]
}

// Invoke implements hook.Invoker.
func (i *Invoker) Invoke(ctx context.Context, c hook.Call, request, response any) (called bool, err error) {
	arn, version := c.Source.Function(&c.Pool.Triggers)
	if arn == "" {
		return false, nil
	}
	name := c.Source.Trigger()
	f := i.find(arn)
	if f == nil {
		return true, unreachable(name, "ResourceNotFoundException")
	}
	body, err := newEvent(c, version, request, response)
	if err != nil {
		return true, unreachable(name, "InvalidRequestContentException").Because(fmt.Errorf("trigger: event: %w", err))
	}
	got, err := i.call(ctx, f, arn, body)
	var broken *brokenError
	switch {
	case errors.As(err, &broken):
		return true, unreachable(name, broken.reason).Because(err)
	case err != nil:
		return true, unreachable(name, "ServiceException").Because(err)
	case got.failed:
		return true, failed(name, got.body)
	}
	if silent(name) {
		return true, nil
	}
	failure, ok := readAnswer(got.body, response)
	switch {
	case !ok:
		return true, api.InvalidLambdaResponseException.New("Unrecognizable lambda output")
	case failure != nil:
		return true, failedWith(name, *failure)
	}
	return true, nil
}

// silent tells whether nothing is expected of a trigger's functions: those who send messages themselves.
func silent(trigger string) bool {
	return trigger == "CustomEmailSender" || trigger == "CustomSMSSender"
}

// unreachable is the error of a function that could not be called.
func unreachable(trigger, reason string) *wire.Error {
	return api.UnexpectedLambdaException.New("%s invocation failed due to error %s.", trigger, reason)
}

// failed is the error of a function that failed and says why in its answer.
func failed(trigger string, body []byte) error {
	failure, ok := readAnswer(body, nil)
	if !ok || failure == nil {
		return failedWith(trigger, "Unhandled")
	}
	return failedWith(trigger, *failure)
}

func failedWith(trigger, message string) error {
	if len(message) > maxMessage {
		end := maxMessage
		for !utf8.RuneStart(message[end]) {
			end--
		}
		message = message[:end]
	}
	return api.UserLambdaValidationException.New("%s failed with error %s.", trigger, message)
}
