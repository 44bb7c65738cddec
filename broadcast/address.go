package broadcast

import (
	"net"
	"net/netip"
	"strings"
	"sync"
)

// address counts the connections of one network address.
type address struct {
	ip netip.Addr
	n  int
}

// addresses bounds them. Loopback and the front proxies are not counted: what
// stands behind them is told by the header, or is a test.
type addresses struct {
	mu      sync.Mutex
	m       map[netip.Addr]*address
	most    int
	proxies []netip.Prefix
}

func newAddresses(most int, proxies []netip.Prefix) *addresses {
	return &addresses{m: make(map[netip.Addr]*address), most: most, proxies: proxies}
}

// enter counts one more; ok is false at the bound. A nil address is one that
// is not counted.
func (as *addresses) enter(ip netip.Addr) (a *address, ok bool) {
	if !ip.IsValid() || ip.IsLoopback() || as.proxy(ip) {
		return nil, true
	}
	as.mu.Lock()
	defer as.mu.Unlock()
	a = as.m[ip]
	if a == nil {
		a = &address{ip: ip}
		as.m[ip] = a
	}
	if a.n >= as.most {
		return nil, false
	}
	a.n++
	return a, true
}

func (as *addresses) leave(a *address) {
	if a == nil {
		return
	}
	as.mu.Lock()
	defer as.mu.Unlock()
	if a.n--; a.n == 0 {
		delete(as.m, a.ip)
	}
}

func (as *addresses) proxy(ip netip.Addr) bool {
	for _, p := range as.proxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// client is who stands behind remote: the last address of X-Forwarded-For that
// is not one of our proxies, if remote is.
func (as *addresses) client(remote net.Addr, forwarded string) netip.Addr {
	ip := addrOf(remote)
	if !as.proxy(ip) {
		return ip
	}
	for hops := strings.Split(forwarded, ","); len(hops) > 0; hops = hops[:len(hops)-1] {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1]))
		if err != nil {
			return ip
		}
		if ip = hop.Unmap(); !as.proxy(ip) {
			return ip
		}
	}
	return ip
}

func addrOf(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}
