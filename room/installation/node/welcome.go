package node

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/fudai-live/fudai/broadcast/demo"
	"github.com/fudai-live/fudai/room/staff"
)

// announce tells where to look, once viewers can be served.
func (n *node) announce(addr net.Addr) {
	n.ready.Store(true)
	n.log.Info("ready", "listen", addr.String(), "roles", strings.Join(n.Roles, ","))
	way := n.wayIn(addr)
	if n.Demo != "yes" {
		if way != "" {
			fmt.Printf("\n  Sign in as administrator (once, within %v)    %s\n\n", staff.AdminLife, way)
		}
		return
	}
	host, err := n.tokens.Issue(time.Now(), "host", "主播", "host", []string{"demo"}, demo.TokenLife)
	if err != nil {
		n.log.Error("no host token", "err", err)
		return
	}
	market, err := n.tokens.Issue(time.Now(), "marketer", "小店", "marketer", []string{"demo"}, demo.TokenLife)
	if err != nil {
		n.log.Error("no marketer token", "err", err)
		return
	}
	fmt.Printf("\n  福袋 Fudai is running.\n\n  Watch the demo show    http://%s/\n  Run it, as its host    http://%s/desk/demo#t=%s\n  Plan its giveaways     http://%s/studio#t=%s\n  Everything, as admin   %s  (once, within %v)\n\n", addr, addr, host, addr, market, way, staff.AdminLife)
}

// wayIn is the link by which the first of the staff comes in: always with the
// demo, else until one has. It is for standard output, never for the log.
func (n *node) wayIn(addr net.Addr) string {
	if n.people == nil {
		return ""
	}
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	manned, err := n.people.Manned(ctx)
	if err == nil && n.Demo != "yes" && (manned || n.People.OIDCIssuer != "") {
		return ""
	}
	var key string
	if err == nil {
		key, err = n.people.Admin(ctx, staff.AdminLife)
	}
	if err != nil {
		n.log.Error("no link for the administrator", "err", err)
		return ""
	}
	at := n.People.PublicURL
	switch {
	case at != "":
	case n.StaffListen != "":
		at = "http://" + n.StaffListen
	case n.Edge.TLSCert != "":
		at = "https://" + addr.String()
	default:
		at = "http://" + addr.String()
	}
	return strings.TrimSuffix(at, "/") + "/login#k=" + key
}
