package token

import (
	"fmt"
	"time"

	"github.com/fudai-live/fudai/room/record"
)

// Marketer is the role of who schedules giveaways and is a viewer otherwise.
const Marketer = "marketer"

// Issue signs a token as of now for a user in one of the named roles (those of
// record.ParseRole, or Marketer), good for the rooms given or, with none, for
// every room.
func (a *Authority) Issue(now time.Time, user, name, role string, rooms []string, life time.Duration) (string, error) {
	c := Claims{User: user, Name: name, Rooms: rooms, Issued: now.UnixMilli(), Expires: now.Add(life).UnixMilli()}
	if role == Marketer {
		c.Role, c.Market = record.Viewer, true
	} else {
		r, ok := record.ParseRole([]byte(role))
		if !ok {
			return "", fmt.Errorf("token: no role %q", role)
		}
		c.Role = r
	}
	return a.Sign(&c)
}
