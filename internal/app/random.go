package app

import (
	"io"

	"github.com/mayfly-id/mayfly/internal/draw"
)

// digits draws a number of n digits whose first is not 0.
func digits(random io.Reader, n int) (string, error) {
	first, err := draw.Text(random, draw.Digits[1:], 1)
	if err != nil {
		return "", err
	}
	rest, err := draw.Text(random, draw.Digits, n-1)
	return first + rest, err
}
