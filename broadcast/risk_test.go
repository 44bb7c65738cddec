package broadcast

import (
	"fmt"
	"hash/maphash"
	"net/netip"
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

// One network is one whatever the address in it, and what is not of the open
// internet is none.
func TestNetworks(t *testing.T) {
	for ip, want := range map[string]string{
		"203.0.113.7": "203.0.113.0/24", "203.0.113.255": "203.0.113.0/24", "8.8.8.8": "8.8.8.0/24", "100.63.0.1": "100.63.0.0/24",
		"2001:db8:1:2::3": "2001:db8:1::/48", "2001:db8:1:ffff::": "2001:db8:1::/48",
		"127.0.0.1": "", "10.1.2.3": "", "192.168.1.1": "", "172.20.0.1": "", "100.64.0.1": "", "100.127.255.255": "",
		"169.254.1.1": "", "::1": "", "fe80::1": "", "fd00::1": "", "0.0.0.0": "", "224.0.0.1": "",
	} {
		got := networkOf(netip.MustParseAddr(ip))
		if want == "" && got.IsValid() || want != "" && got.String() != want {
			t.Errorf("%s is of %v, want %q", ip, got, want)
		}
	}
	if networkOf(netip.Addr{}).IsValid() {
		t.Error("no address has a network")
	}
}

// Who counts, and who is asked: viewers with a name, from the open internet,
// once each; nobody else, and nobody where it is off.
func TestRisk(t *testing.T) {
	e := &edge{risks: risks{seed: maphash.MakeSeed()}}
	e.cfg.WorkFrom = 10
	at := func(ip string) *address { return &address{ip: netip.MustParseAddr(ip)} }
	who := func(user string, role record.Role) *session {
		return &session{text: user, idLen: uint8(len(user)), role: role}
	}
	for i := range 9 {
		for range 2 { // once more is nobody new
			if bits := e.risk(at(fmt.Sprintf("203.0.113.%d", i)), who(fmt.Sprint("u", i), record.Viewer)); bits != 0 {
				t.Fatalf("user %d is asked for %d bits", i, bits)
			}
		}
	}
	exempt := func(when string) {
		t.Helper()
		for i := range 50 {
			u := fmt.Sprint("x", i)
			if e.risk(nil, who(u, record.Viewer)) != 0 || e.risk(at("10.0.0.1"), who(u, record.Viewer)) != 0 || e.risk(at("203.0.113.1"), who("", record.Guest)) != 0 ||
				e.risk(at("203.0.113.1"), who(u, record.Host)) != 0 || e.risk(at("198.51.100.1"), who("u0", record.Viewer)) != 0 {
				t.Fatalf("%s, somebody is asked who should not be", when)
			}
		}
	}
	exempt("before the tenth")
	var bits uint8
	for i := 9; i < 15; i++ { // the sketch may take two users for one, not five
		bits = e.risk(at("203.0.113.200"), who(fmt.Sprint("u", i), record.Viewer))
	}
	if bits != 12 {
		t.Errorf("the fifteenth is asked for %d bits, want 12", bits)
	}
	exempt("after the tenth")
	e.cfg.WorkFrom = 0
	if bits := e.risk(at("203.0.113.200"), who("u15", record.Viewer)); bits != 0 {
		t.Errorf("where it is off, %d bits are asked", bits)
	}
}
