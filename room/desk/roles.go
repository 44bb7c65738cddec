package desk

import (
	"fmt"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

// marketer is the only permission that is not a rank: it goes with the token's
// Market flag.
type permission struct {
	least    record.Role // this role or a higher one
	marketer bool        // or a marketer
}

// permissions says who may send which kind of command.
var permissions = map[string]permission{
	record.CtlRoom:      {least: record.Host},
	record.CtlShowStart: {least: record.Host},
	record.CtlShowEnd:   {least: record.Host},
	record.CtlMute:      {least: record.Moderator},
	record.CtlUnmute:    {least: record.Moderator},
	record.CtlPin:       {least: record.Assistant},
	record.CtlUnpin:     {least: record.Assistant},
	record.CtlProduct:   {least: record.Assistant},
	record.CtlCard:      {least: record.Assistant, marketer: true},
	record.CtlAttr:      {least: record.Assistant},
	record.CtlAnswer:    {least: record.Assistant},
	record.CtlQuestion:  {least: record.Assistant},
	record.CtlCatalogue: {least: record.Assistant, marketer: true},
	record.CtlRetract:   {least: record.Moderator},
	record.CtlVerdict:   {least: record.Moderator},
	record.CtlRules:     {least: record.Host}, // of all rooms: a service, like every such command,
	record.CtlDirect:    {least: record.Service},
	record.CtlPlan:      {least: record.Host, marketer: true},
	record.CtlCancel:    {least: record.Host, marketer: true},
	record.CtlVoid:      {least: record.Host, marketer: true},
	record.CtlBeacon:    {least: record.Guest}, // self-authenticating: anybody may hand a round in
}

// may answers nil if the token may send kind to room.
func may(c *token.Claims, kind, room string) error {
	p, ok := permissions[kind]
	switch {
	case !ok:
		return fmt.Errorf("desk: no command %q", kind)
	case room == "" && c.Role < record.Service:
		return fmt.Errorf("desk: a command to every room needs the role %s, the token says %s", record.Service, c.RoleName())
	case room != "" && !c.May(room):
		return fmt.Errorf("desk: the token is not good for room %q", room)
	case c.Role >= p.least || p.marketer && c.Market:
		return nil
	}
	return fmt.Errorf("desk: %s needs the role %s or higher, the token says %s", kind, p.least, c.RoleName())
}
