package desk

import (
	"fmt"
	"strings"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

// may answers nil if the token may send kind to room. Which roles may stands in
// the one table, in broadcast/token.
func may(c *token.Claims, kind, room string) error {
	roles, known := token.Who("desk." + kind)
	switch {
	case !known:
		return fmt.Errorf("desk: no command %q", kind)
	case room == "" && c.Role < record.Service:
		return fmt.Errorf("desk: a command to every room needs the role %s, the token says %s", record.Service, c.RoleName())
	case room != "" && !c.May(room):
		return fmt.Errorf("desk: the token is not good for room %q", room)
	case c.Does("desk." + kind):
		return nil
	case len(roles) == 0:
		roles = []string{record.Service.String()}
	}
	return fmt.Errorf("desk: %s needs one of the roles %s, the token says %s", kind, strings.Join(roles, ", "), c.RoleName())
}
