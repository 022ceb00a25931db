package wire

import (
	"context"
	"reflect"
	"runtime"
	"strings"

	"github.com/mayfly-id/mayfly/internal/caller"
)

// Binding ties an operation to the method that performs it.
type Binding struct {
	Operation *Operation
	Method    string // name of the Go method, for the test that holds it against the operation's name
	call      func(context.Context, any) (any, error)
	asks      func(context.Context, any) ([]caller.Ask, error)
}

// Asks is the authorization entry of an operation: what a request with this input wants to do.
// An error is the answer to the caller; it must not tell what the caller may not know.
type Asks[In any] func(context.Context, *In) ([]caller.Ask, error)

// Bind ties op to method. Without asks, the request asks for the action of the operation's own name on "*".
func Bind[In, Out any](op Op[In, Out], method func(context.Context, *In) (*Out, error), asks ...Asks[In]) Binding {
	b := Binding{
		Operation: op.Operation,
		Method:    methodName(method),
		call: func(ctx context.Context, in any) (any, error) {
			out, err := method(ctx, in.(*In))
			if err != nil {
				return nil, err
			}
			return out, nil
		},
	}
	if len(asks) > 0 {
		b.asks = func(ctx context.Context, in any) ([]caller.Ask, error) {
			var all []caller.Ask
			for _, f := range asks {
				a, err := f(ctx, in.(*In))
				if err != nil {
					return nil, err
				}
				all = append(all, a...)
			}
			return all, nil
		}
	}
	return b
}

// Exempt is the Asks of an operation that needs no permission.
func Exempt[In any](context.Context, *In) ([]caller.Ask, error) {
	return []caller.Ask{{Exempt: true}}, nil
}

// Call performs the operation on a decoded input, a pointer to the operation's input type.
func (b *Binding) Call(ctx context.Context, in any) (any, error) { return b.call(ctx, in) }

// Asks tells what the request wants to do. Action and resource are always filled.
func (b *Binding) Asks(ctx context.Context, service *Service, in any) ([]caller.Ask, error) {
	asks := []caller.Ask{{}}
	if b.asks != nil {
		var err error
		if asks, err = b.asks(ctx, in); err != nil {
			return nil, err
		}
	}
	for i := range asks {
		if asks[i].Action == "" {
			asks[i].Action = service.Action + ":" + b.Operation.Name
		}
		if asks[i].Resource == "" {
			asks[i].Resource = "*"
		}
	}
	return asks, nil
}

func methodName(f any) string {
	name := runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name()
	name = strings.TrimSuffix(name, "-fm")
	return name[strings.LastIndexByte(name, '.')+1:]
}
