//go:build !linux

package broadcast

import "errors"

// ring exists on Linux only.
type ring struct{}

func newRing() (*ring, error)              { return nil, errors.ErrUnsupported }
func (*ring) write([]outgoing) bool        { return false }
func (*ring) close()                       {}
func ringCost() (ratio float64, err error) { return 0, errors.ErrUnsupported }
