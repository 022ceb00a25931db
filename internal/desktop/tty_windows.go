package desktop

import (
	"os"

	"golang.org/x/sys/windows"
)

// openTTY gives the console for reading. What is written goes to the same place, which the console allows.
func openTTY() (*os.File, error) { return os.OpenFile("CONIN$", os.O_RDWR, 0) }

// hide keeps the console from showing what is typed.
func hide(f *os.File) error {
	var mode uint32
	if err := windows.GetConsoleMode(windows.Handle(f.Fd()), &mode); err != nil {
		return err
	}
	return windows.SetConsoleMode(windows.Handle(f.Fd()), mode&^windows.ENABLE_ECHO_INPUT)
}
