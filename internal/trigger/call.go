package trigger

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/mayfly-id/mayfly/sigv4"
)

// signatureHeader carries the signature of a request to a plain endpoint.
const signatureHeader = "Mayfly-Signature"

// result is what came back from a function.
type result struct {
	failed bool // the function itself failed; body says why
	body   []byte
}

// brokenError is a call that did not reach a function, or brought no answer of it.
type brokenError struct {
	reason string // as the caller reads it
	again  bool   // another try may help
	cause  error
}

func (e *brokenError) Error() string {
	if e.cause != nil {
		return "trigger: " + e.reason + ": " + e.cause.Error()
	}
	return "trigger: " + e.reason
}

func (e *brokenError) Unwrap() error { return e.cause }

// call sends an event and tries again where that may help.
func (i *Invoker) call(ctx context.Context, f *function, arn string, body []byte) (result, error) {
	var last error
	for range tries {
		got, err := i.once(ctx, f, arn, body)
		if err == nil {
			return got, nil
		}
		last = err
		var broken *brokenError
		if ctx.Err() != nil || !errors.As(err, &broken) || !broken.again {
			break
		}
	}
	return result{}, last
}

// once makes one try. Waiting for a place counts as part of it.
func (i *Invoker) once(ctx context.Context, f *function, arn string, body []byte) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, i.try)
	defer cancel()
	select {
	case f.places <- struct{}{}:
		defer func() { <-f.places }()
	case <-ctx.Done():
		return result{}, &brokenError{reason: "TooManyRequestsException", cause: ctx.Err()}
	}
	r, err := i.request(ctx, f, arn, body)
	if err != nil {
		return result{}, err
	}
	status, header, answer, err := i.client.Do(ctx, r)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return result{}, &brokenError{reason: "Socket timeout while invoking Lambda function", again: true, cause: err}
	case err != nil:
		return result{}, &brokenError{reason: "Connection failure while invoking Lambda function", again: true, cause: err}
	}
	return f.outcome(status, header, answer)
}

// outcome reads the status of an answer.
func (f *function) outcome(status int, header http.Header, body []byte) (result, error) {
	switch {
	case status >= http.StatusInternalServerError:
		return result{}, &brokenError{reason: "ServiceException", again: true, cause: fmt.Errorf("status %d", status)}
	case f.Lambda && status == http.StatusOK:
		return result{failed: header.Get("X-Amz-Function-Error") != "", body: body}, nil
	case f.Lambda:
		kind, _, _ := strings.Cut(header.Get("X-Amzn-Errortype"), ":")
		if !validName(kind) {
			kind = "ServiceException"
		}
		return result{}, &brokenError{reason: kind, cause: fmt.Errorf("status %d", status)}
	case status == http.StatusOK, f.topic && status/100 == 2:
		return result{body: body}, nil
	case status >= http.StatusBadRequest:
		if failure, ok := readAnswer(body, nil); ok && failure != nil {
			return result{failed: true, body: body}, nil
		}
	}
	return result{}, &brokenError{reason: "ServiceException", cause: fmt.Errorf("status %d", status)}
}

// request makes the request that sends an event, signed as the target wants it.
func (i *Invoker) request(ctx context.Context, f *function, arn string, body []byte) (*http.Request, error) {
	target, region := f.URL, ""
	if f.Lambda {
		var err error
		if target, region, err = f.invocation(arn); err != nil {
			return nil, &brokenError{reason: "InvalidParameterValueException", cause: err}
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return nil, &brokenError{reason: "InvalidParameterValueException"} // the error would repeat the URL
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Mayfly")
	switch {
	case f.Lambda:
		r.Header.Set("X-Amz-Invocation-Type", "RequestResponse")
		if f.Credentials != nil {
			signed := &sigv4.Request{Method: r.Method, RequestURI: r.URL.RequestURI(), Host: r.URL.Host, Header: r.Header, Body: body}
			sigv4.Sign(signed, *f.Credentials, region, "lambda", i.now())
		}
	case f.Secret != "":
		r.Header.Set(signatureHeader, signature(f.Secret, i.now().Unix(), body))
	}
	return r, nil
}

// invocation is the URL of Lambda's Invoke operation for a function
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
func (f *function) invocation(arn string) (target, region string, err error) {
	region, name, qualifier, err := splitFunction(arn)
	if err != nil {
		return "", "", err
	}
	if f.Function != "" {
		name, qualifier = f.Function, ""
	}
	target = strings.TrimSuffix(f.URL, "/") + "/2015-03-31/functions/" + name + "/invocations"
	if qualifier != "" {
		target += "?Qualifier=" + url.QueryEscape(qualifier)
	}
	return target, region, nil
}

// signature is the value of the signature header.
func signature(secret Secret, at int64, body []byte) string {
	t := strconv.FormatInt(at, 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(t + ".")) // a hash takes everything
	_, _ = mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
