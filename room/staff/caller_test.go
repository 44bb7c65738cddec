package staff

import (
	"net/netip"
	"testing"

	"github.com/cloudwego/hertz/pkg/app"
)

// Who asks is the last that no proxy of ours is, over all lines of the header:
// what a client wrote itself stands before what the proxies added.
func TestCaller(t *testing.T) {
	s := &Staff{cfg: Config{Proxies: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32"), netip.MustParsePrefix("10.0.0.0/8")}}}
	for _, one := range []struct {
		want  string
		lines []string
	}{
		{"0.0.0.0", nil},
		{"203.0.113.9", []string{"203.0.113.9"}},
		{"203.0.113.9", []string{"203.0.113.9, 10.1.1.1"}},
		{"203.0.113.9", []string{"203.0.113.9", "10.1.1.1"}},
		{"203.0.113.9", []string{"1.1.1.1", "203.0.113.9", "10.1.1.1"}},
		{"10.1.1.1", []string{"not an address", "10.1.1.1"}},
	} {
		c := app.NewContext(0) // its peer is 0.0.0.0
		for _, line := range one.lines {
			c.Request.Header.Add("X-Forwarded-For", line)
		}
		if got := s.Caller(c); got.String() != one.want {
			t.Errorf("%q: %v, want %s", one.lines, got, one.want)
		}
	}
}
