package installation

import (
	"fmt"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
)

// Token is the command that issues a token of this installation.
type Token struct {
	Storage
	User  string        `arg:"" help:"Stable id of the user."`
	Name  string        `help:"Display name."`
	Role  string        `help:"viewer, assistant, moderator, host, service or marketer." default:"viewer"`
	Rooms []string      `help:"Rooms it is good for; none: every room."`
	For   time.Duration `help:"How long it is good." default:"12h"`
}

// Run prints the token.
func (c *Token) Run() error {
	keys, err := c.Keys()
	if err != nil {
		return err
	}
	raw, err := token.New(keys.Token, nil).Issue(time.Now(), c.User, c.Name, c.Role, c.Rooms, c.For)
	if err == nil {
		fmt.Println(raw)
	}
	return err
}
