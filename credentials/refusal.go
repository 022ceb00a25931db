package credentials

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
	"unicode"
)

// mostMessage is how much of a service's message goes into an error. Encoded authorization messages are the longest that somebody needs whole.
const mostMessage = 8 << 10

// refusal reads the error of a service, in whichever protocol.
func refusal(r *call, resp *http.Response, body []byte) *ServiceError {
	e := &ServiceError{Service: r.service, Operation: r.operation, Status: resp.StatusCode, RequestID: told(resp.Header.Get("X-Amzn-Requestid"))}
	var x struct {
		Error struct{ Code, Message string }
	}
	var j struct {
		Type        string `json:"__type"`
		Code        string `json:"code"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Message     string `json:"message"`
	}
	switch {
	case xml.Unmarshal(body, &x) == nil && x.Error.Code != "":
		e.Code, e.Message = x.Error.Code, x.Error.Message
	case json.Unmarshal(body, &j) == nil:
		e.Code, e.Message = first(resp.Header.Get("X-Amzn-Errortype"), j.Type, j.Code, j.Error), first(j.Message, j.Description)
		e.Reason = told(j.Error)
	}
	e.Code, _, _ = strings.Cut(e.Code, ":")
	e.Code = told(e.Code[strings.LastIndexByte(e.Code, '#')+1:])
	if e.Message = told(e.Message); e.Reason == e.Code {
		e.Reason = ""
	}
	return e
}

// told makes a service's text fit for an error: its first line, without characters that a terminal obeys. The lines below are for who computes signatures, and
// repeat the session token of the request.
func told(s string) string {
	s, _, _ = strings.Cut(strings.TrimLeft(s, " \r\n"), "\n")
	if len(s) > mostMessage {
		s = s[:mostMessage]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			return r
		}
		return -1
	}, s)
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
