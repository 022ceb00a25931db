package wire

import (
	"maps"
	"net/http"
	"slices"
)

// EncodeError writes an error in the service's protocol and gives the status. Headers that belong to the protocol are set in h.
func (s *Service) EncodeError(h http.Header, e *Error, requestID string) (status int, body []byte) {
	if s.Protocol == Query {
		return e.Type.Status, s.xmlError(e, requestID)
	}
	h.Set("X-Amzn-Errortype", e.Type.Code)
	b := []byte{'{'}
	if s.Protocol == JSON {
		b = append(AppendJSONString(append(b, `"__type":`...), e.Type.Code), ',')
	}
	member := e.Type.MessageMember
	if member == "" {
		member = "message"
	}
	b = append(AppendJSONString(b, member), ':')
	b = AppendJSONString(b, e.Message)
	for _, k := range slices.Sorted(maps.Keys(e.Fields)) {
		b = append(AppendJSONString(append(b, ','), k), ':')
		b = AppendJSONString(b, e.Fields[k])
	}
	return e.Type.Status, append(b, '}')
}

func (s *Service) xmlError(e *Error, requestID string) []byte {
	b := append([]byte(`<ErrorResponse xmlns="`), s.Namespace...)
	b = append(b, `"><Error><Type>`...)
	if e.Type.Server {
		b = append(b, "Receiver"...)
	} else {
		b = append(b, "Sender"...)
	}
	b = AppendXMLText(append(b, "</Type><Code>"...), e.Type.Code)
	b = AppendXMLText(append(b, "</Code><Message>"...), e.Message)
	b = append(append(b, "</Message></Error><RequestId>"...), requestID...)
	return append(b, "</RequestId></ErrorResponse>"...)
}
