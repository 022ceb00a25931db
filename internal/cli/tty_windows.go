package cli

import "os"

// openTTY gives the console for reading. What is written goes to the same place, which the console allows.
func openTTY() (*os.File, error) { return os.OpenFile("CONIN$", os.O_RDWR, 0) }
