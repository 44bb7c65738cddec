package broker

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports are chosen below the range from which systems take the ports of
// outgoing connections: above it, a port that was free at the last stop may be
// somebody's connection at the next start.
const (
	portLow  = 6100
	portHigh = 9900
)

// listen binds want, or last if that is free, or some port.
func listen(want, last string) (net.Listener, error) {
	if want != "" {
		ln, err := net.Listen("tcp", want)
		if err != nil {
			return nil, fmt.Errorf("%w (is a broker running already? name another address)", err)
		}
		return ln, nil
	}
	if last != "" {
		if ln, err := net.Listen("tcp", last); err == nil {
			return ln, nil
		}
	}
	var err error
	for range 100 {
		var ln net.Listener
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(portLow+rand.IntN(portHigh-portLow)))
		if ln, err = net.Listen("tcp", addr); err == nil {
			return ln, nil
		}
	}
	return nil, fmt.Errorf("no free port among %d to %d: %w", portLow, portHigh, err)
}
